"""Shadows: recorded requests are run again with a version nobody depends on, once their answers are out.

They come from the recordings of what was answered, a few at a time, in containers without a way out: what a shadow
writes reaches no service, and it is never in a user's path. Its calls are answered as the live version's were, or with
answers of now where asking has no effect; a write that it makes and the live one did not, or the other way round, is a
difference like any other.
"""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field, replace

from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.control.replaying import comparing, live, reading, running
from stagedoor.decide.keep import is_shadowed
from stagedoor.decide.replay import runs as replays
from stagedoor.model.access import Identity
from stagedoor.model.comparison import Comparison
from stagedoor.model.errors import Conflict, Failure, Missing
from stagedoor.model.recording import Kept, Outcome, Recording
from stagedoor.model.recording_views import ReportView
from stagedoor.model.shadow import Shadow
from stagedoor.model.version import Version

log = logging.getLogger("stagedoor.shadow")

_PAUSE = 2.0
_AT_ONCE = 2000  # Requests of one look; more are left out, and counted.
_LIVE_AT_ONCE = 40  # With answers of now: their services are asked so many times more.
_LIVE_LONGEST = 60.0  # Seconds of one look: others shadow as well.
_ROUNDS = 3  # Of what is asked for after an answer of now.
_FETCHED = 100
_HELD = 500  # Runs that the report looks at: the newest.
_LATE = 15.0  # Seconds that a request may take, and its recording be late.


@dataclass(frozen=True, slots=True)
class Wish:
    """As `model.shadow.Shadow` says."""

    version: str
    stack: str
    share: float
    seconds: float
    live: bool = False


@dataclass(slots=True)
class Following:
    """What this process knows of a shadow: how far it is, and what it found."""

    shadow: Shadow
    since: float
    seen: set[str] = field(default_factory=set)
    runs: deque[replays.Run] = field(default_factory=lambda: deque(maxlen=_HELD))
    shadowed: int = 0
    skipped: int = 0


async def begin(platform: Platform, by: Identity, application: str, wish: Wish) -> Shadow:
    """Raises Missing, Forbidden, Conflict when there is one already."""
    known = await platform.store.application(application)
    if known is None:
        raise Missing(f"there is no application {application!r}")
    by.require_change(known.team)
    found = await running.version_of(platform, application, wish.version)
    now, stack = platform.clock(), wish.stack
    for one in await platform.store.shadows():
        if (one.application, one.stack) == (application, stack) and one.until > now:
            raise Conflict(
                f"{application} {one.version} is a shadow in {stack} already",
                hint="end it first: `stagedoor shadow end`",
            )
    until = now + wish.seconds
    shadow = Shadow(application, stack, found.number, wish.share, by.name, now, until, live=wish.live)
    await platform.store.save_shadow(shadow, Change(by.name, "shadow", application, f"{found.number} in {stack}"))
    return shadow


async def end(platform: Platform, by: Identity, application: str, stack: str) -> None:
    """Raises Missing, Forbidden."""
    known = await platform.store.application(application)
    found = next(
        (one for one in await platform.store.shadows() if (one.application, one.stack) == (application, stack)), None
    )
    if known is None:
        raise Missing(f"there is no application {application!r}")
    by.require_change(known.team)
    if found is None:
        raise Missing(f"{application} has no shadow in {stack}")
    await platform.store.drop_shadow(found, Change(by.name, "shadow ended", application, f"{found.version} in {stack}"))


async def keep_shadowing(platform: Platform) -> None:
    """The loop: looks for what was recorded since, for each shadow."""
    await platform.recovered.wait()
    following: dict[tuple[str, str], Following] = {}
    while True:
        await asyncio.sleep(_PAUSE)
        try:
            await _look(platform, following)
        except Exception:
            log.exception("a look at what was recorded failed; the next one follows")


async def _look(platform: Platform, following: dict[tuple[str, str], Following]) -> None:
    present = {(one.application, one.stack): one for one in await platform.store.shadows()}
    for key in following.keys() - present.keys():
        del following[key]
    for key, shadow in present.items():
        if shadow.until <= platform.clock():
            change = Change("control", "shadow ended", shadow.application, f"{shadow.version} in {shadow.stack}")
            await platform.store.drop_shadow(shadow, change)
            continue
        known = following.get(key)
        if known is None or known.shadow.began != shadow.began:
            known = following[key] = Following(shadow, shadow.began)
        try:
            await _follow(platform, known)
        except (Failure, TimeoutError) as error:
            log.warning("of the shadow %s %s some are left out: %s", shadow.application, shadow.version, error)
        except Exception:
            log.exception("of the shadow %s %s some are left out", shadow.application, shadow.version)


async def _follow(platform: Platform, one: Following) -> None:
    shadow = one.shadow
    found = await reading.find(
        platform, application=shadow.application, stack=shadow.stack, since=str(one.since - _LATE), limit="5000"
    )
    fresh = [
        each for each in found
        if each.id not in one.seen and each.version != shadow.version and each.at >= shadow.began
    ]  # fmt: skip
    one.seen = {each.id for each in found}
    one.since = max([one.since, *(each.at for each in found[:1])])
    mine = [each for each in fresh if is_shadowed(each.id, shadow.share)]
    chosen = [each for each in mine if not each.lacking]
    chosen = chosen[: _LIVE_AT_ONCE if shadow.live else _AT_ONCE]
    one.skipped += len(mine) - len(chosen)
    for version in {each.version for each in chosen}:
        those, before = [each for each in chosen if each.version == version], one.shadowed
        try:
            await _run(platform, one, version, those)
        finally:
            one.skipped += len(those) - (one.shadowed - before)


async def _run(platform: Platform, one: Following, version: str, chosen: list[Kept]) -> None:
    """With the version that served them once, which shows what differs by itself, and with the shadow."""
    shadow = one.shadow
    versions = [await running.version_of(platform, shadow.application, number) for number in (version, shadow.version)]
    sides = [await running.side(platform, each, shadow.stack) for each in versions]
    asker = await _asker(platform, shadow, versions[1]) if shadow.live else None
    for at in range(0, len(chosen), _FETCHED):
        those = {each.id: each.endpoint for each in chosen[at : at + _FETCHED]}
        recordings = await platform.records.recordings(list(those))
        runs = await (
            _recorded(platform, sides, recordings) if asker is None else _live(platform, sides, recordings, asker)
        )
        for identifier, (served, old, new) in runs.items():
            one.runs.append(replays.Run(identifier, those[identifier], served, old, new))
            one.shadowed += 1
    await _tell(platform, one, version, await _judge(platform, shadow, list(one.runs)))


Runs = dict[str, tuple[Outcome, Outcome, Outcome]]  # By id: the version that served, once more, and the shadow.


async def _recorded(platform: Platform, sides: list[running.Side], recordings: list[Recording]) -> Runs:
    """With the answers that were recorded; how it was served is the first run."""
    old, new = [await running.run(platform, side, recordings, fresh=False) for side in sides]
    return {
        each.id: (replace(each.outcome, cpu=old[each.id].cpu), old[each.id], new[each.id])
        for each in recordings
        if each.id in old and each.id in new
    }


async def _live(platform: Platform, sides: list[running.Side], recordings: list[Recording], asker: live.Asker) -> Runs:
    """All runs with the same answers of now, to all that either version asks. Raises TimeoutError."""
    async with asyncio.timeout(_LIVE_LONGEST):
        return await _run_live(platform, sides, recordings, asker)


async def _run_live(
    platform: Platform, sides: list[running.Side], recordings: list[Recording], asker: live.Asker
) -> Runs:
    renewed = await asker.renew(recordings)
    for side in sides:
        renewed = await _completed(platform, side, renewed, asker)
    old, again, new = [await running.run(platform, side, renewed, fresh=False) for side in (sides[0], *sides)]
    return {
        each.id: (old[each.id], again[each.id], new[each.id])
        for each in renewed
        if each.id in old and each.id in again and each.id in new
    }


async def _completed(
    platform: Platform, side: running.Side, recordings: list[Recording], asker: live.Asker
) -> list[Recording]:
    """With answers to what the version asks and no recording holds: with other answers it may ask for other things."""
    whole = {each.id: each for each in recordings}
    left = recordings
    for _ in range(_ROUNDS):
        outcomes = await running.run(platform, side, left, fresh=False)
        more = [await asker.complete(each, outcomes[each.id]) for each in left if each.id in outcomes]
        left = [each for each in more if each is not None]
        if not left:
            break
        whole |= {each.id: each for each in left}
    return list(whole.values())


async def _asker(platform: Platform, shadow: Shadow, version: Version) -> live.Asker:
    services = {one.name: one for one in (await platform.store.world()).services}
    return live.Asker(platform, version, shadow.stack, services)


async def _judge(platform: Platform, shadow: Shadow, runs: list[replays.Run]) -> Comparison:
    """Nothing is run again to confirm it: that would be done anew with each look."""
    accepted = await platform.store.accepted(shadow.application)
    return await comparing.compare_runs(runs, accepted, shadow.version)


async def _tell(platform: Platform, one: Following, version: str, comparison: Comparison) -> None:
    shadow, now = one.shadow, platform.clock()
    exact = sum(each.again.is_same(each.old) for each in one.runs)
    view = ReportView(
        shadow.report, shadow.application, shadow.stack, comparing.SHADOW, version, shadow.version, shadow.began,
        shadow.by, now - shadow.began, one.shadowed, exact, {}, comparison,
        {"not replayable, or more than could be run": one.skipped} if one.skipped else {},
    )  # fmt: skip
    if shadow.report:
        await platform.store.save_report(view)
        return
    if shadow not in await platform.store.shadows():
        return  # It was ended meanwhile.
    added = await platform.store.add_report(view)
    one.shadow = replace(shadow, report=added.id)
    await platform.store.save_shadow(one.shadow)
