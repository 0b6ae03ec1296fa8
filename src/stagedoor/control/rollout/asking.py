"""What people see of rollouts, and what they ask of them: to pause, to go on, to go back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.model import rollout as states
from stagedoor.model.access import Identity
from stagedoor.model.errors import Invalid, Missing
from stagedoor.model.names import suggest
from stagedoor.model.rollout import ABORT, PAUSE, RESUME, WISHES, Rollout

_LOOK = 1.0


@dataclass(frozen=True, slots=True)
class Asked:
    """`done` is False for what changes nothing; `said` is for people either way."""

    done: bool
    said: str
    rollout: Rollout | None = None


async def listed(platform: Platform, application: str, stack: str, limit: int) -> list[Rollout]:
    """The newest first, without what only charts need."""
    known = await platform.store.rollouts(application, stack, limit)
    return [_light(_now(platform, one)) for one in known]


def _now(platform: Platform, stored: Rollout) -> Rollout:
    """What its driver has seen since; what has ended is as it was written."""
    return stored if stored.ended else platform.driven.get(stored.id, stored)


def _light(one: Rollout) -> Rollout:
    told = replace(one.judgement, distributions=[]) if one.judgement else None
    return replace(one, glances=[], judgement=told)


async def one(platform: Platform, number: int) -> Rollout:
    """As of this moment. Raises Missing."""
    found = await platform.store.rollout(number)
    if found is None:
        raise Missing(f"there is no rollout {number}", hint="`stagedoor rollout list` shows them")
    return _now(platform, found)


async def watch(platform: Platform, number: int) -> AsyncIterator[Rollout]:
    """As it is, and again whenever it changed, until it ended. Raises Missing."""
    last = None
    while True:
        now = await one(platform, number)
        if now != last:
            last = now
            yield now
        if now.ended:
            return
        await asyncio.sleep(_LOOK)


async def ask(platform: Platform, by: Identity, number: int, wish: str) -> Asked:
    """Raises Missing, Forbidden, Invalid."""
    by.require_developer()
    if wish not in WISHES:
        raise Invalid(f"a rollout does not know {wish!r}", hint=suggest(wish, WISHES))
    found = await one(platform, number)
    await _require(platform, by, found.application)
    if found.ended:
        return Asked(False, f"rollout {number} has ended ({found.state}); nothing was done", found)
    refusal = _refusal(found, wish)
    if refusal:
        return Asked(False, refusal, found)
    change = Change(by.name, wish, found.application, f"rollout {number} of {found.line}", {"state": found.state}, None)
    await platform.store.wish_rollout(number, wish, by.name, change)
    return Asked(True, _SAID[wish].format(one=found), found)


_SAID = {
    PAUSE: "rollout {one.id} pauses; harm still sends it back",
    RESUME: "rollout {one.id} goes on",
    ABORT: "rollout {one.id} goes back; {one.former_version} serves everybody",
}


def _refusal(one: Rollout, wish: str) -> str:
    if wish == RESUME and not one.paused_at and one.state != states.ASKING:
        return f"rollout {one.id} is under way ({one.state}); nothing was done"
    if wish == PAUSE and (not one.proves or one.state in (states.FINISHING, states.GOING_BACK)):
        return f"rollout {one.id} moves all at once ({one.state}); nothing was done"
    if wish == ABORT and one.state == states.GOING_BACK:
        return f"rollout {one.id} goes back already; nothing was done"
    if wish == PAUSE and one.paused_at:
        return f"rollout {one.id} is paused already; nothing was done"
    return ""


async def abort_line(platform: Platform, by: Identity, application: str, major: int | None, stack: str) -> Asked:
    """Whatever is under way on a line goes back; nothing when nothing is. Raises Missing, Forbidden."""
    known = await platform.store.application(application)
    if known is None:
        raise Missing(f"there is no application {application!r}")
    by.require_change(known.team)
    found = await under_way(platform, application, known.default_major if major is None else major, stack)
    if found is None:
        return Asked(False, f"nothing is under way for {application} in {stack}; nothing was done")
    return await ask(platform, by, found.id, ABORT)


async def under_way(platform: Platform, application: str, major: int, stack: str) -> Rollout | None:
    here = (application, major, stack)
    moving = (await platform.store.world()).rollouts
    return next((one for one in moving if (one.application, one.major, one.stack) == here), None)


async def _require(platform: Platform, by: Identity, application: str) -> None:
    known = await platform.store.application(application)
    if known is not None:
        by.require_change(known.team)
