"""Deaths of instances: written down with their cause and the requests they took along; and what follows from many."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from stagedoor.control import releases, traffic
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.decide import crash
from stagedoor.model import instance as causes
from stagedoor.model.deployment import Deployment
from stagedoor.model.errors import Failure
from stagedoor.model.instance import End
from stagedoor.model.release import Line, rollback_target

log = logging.getLogger("stagedoor.deaths")

_WRITTEN = 10  # Activities a minute for one deployment; a crash loop fills no log.
_LOOK_BACK = 500
_SETTLED = 3.0  # Seconds until the edge has given up what it tried again, and its records have come.


async def note(platform: Platform, ends: Sequence[End]) -> None:
    """Takes the ends of instances in as they are told. What they cost is looked up beside the caller's work."""
    for end in ends:
        platform.vitals.ends.append(end)
    unwanted = [end for end in ends if end.unwanted]
    if unwanted:
        task = asyncio.get_running_loop().create_task(_note_all(platform, unwanted))
        platform.background.add(task)
        task.add_done_callback(platform.background.discard)


async def _note_all(platform: Platform, ends: Sequence[End]) -> None:
    try:
        for deployment in {end.deployment for end in ends}:
            await _roll_back_if_looping(platform, deployment)
        await asyncio.sleep(_SETTLED)
        for end in ends:
            await _note(platform, end)
    except Failure as error:
        log.warning("%s", error)
    except Exception:
        log.exception("a death could not be written down")


async def _note(platform: Platform, end: End) -> None:
    before = [one for one in platform.vitals.ends if one.unwanted and one.deployment == end.deployment]
    recent = [one for one in before if 0 <= end.at - one.at < 60 and one.number <= end.number]
    if len(recent) > _WRITTEN:
        return
    lost = await lost_with(platform, end)
    after: dict[str, Any] = {"cause": end.cause, "kind": end.kind, "lived_s": round(end.age, 1), "door": end.door}
    after |= {"requests_lost": len(lost), "requests": lost[:20]}
    if len(recent) == _WRITTEN:
        after["note"] = "more of the same within this minute are not written down"
    await platform.store.note(Change("node", "death", end.application, f"{end.instance} of {end.version}", None, after))


async def lost_with(platform: Platform, end: End) -> list[str]:
    """Ids of the requests whose answers broke off as this instance ended."""
    found = []
    filters = {"kind": "request", "door": f"door-{end.door}"}
    async for record in platform.records.read(filters, _LOOK_BACK, follow=False):
        ended = record.get("at", 0) + record.get("duration", 0) / 1e6
        # "S": the server's side ended it, by the edge's own account.
        if -1 < ended - end.at < _SETTLED and str(record.get("ended", "")).startswith("S"):
            found.append(str(record.get("id", "")))
    return found


async def _roll_back_if_looping(platform: Platform, name: str) -> None:
    """A version that keeps dying soon after its release gives the line back to the one before."""
    world = await platform.store.world()
    deployment = next((one for one in world.deployments if one.id == name), None)
    if deployment is None:
        return
    deaths = [one.at for one in platform.vitals.ends if one.deployment == name and one.kind in causes.DEATHS]
    for line in world.lines:
        if traffic.serving(world, line) != deployment:
            continue
        release = world.current[line.application, line.major, line.stack]
        verdict = crash.decide(platform.clock(), deaths, release.made_at)
        if verdict.loops and release.cause != "rollback":
            await _roll_back(platform, deployment, line, verdict.reason)


async def _roll_back(platform: Platform, deployment: Deployment, line: Line, reason: str) -> None:
    known = await platform.store.releases(line.application, line.major, line.stack)
    try:
        target = rollback_target(known, line.release, 0)
    except Failure:
        log.warning("%s crash-loops and there is nothing to go back to", deployment.spec.label)
        return
    wish = releases.Wish(target.version, line.stack, "control", "rollback", restores=target.number)
    try:
        await releases.begin(platform, "rollback", line.application, line.major, wish)
    except Failure as error:
        log.warning("%s: %s", deployment.spec.label, error)
        return
    where = f"^{line.major} in {line.stack}"
    after = {"version": target.version, "release": target.number, "reason": f"{deployment.spec.label}: {reason}"}
    await platform.store.note(Change("control", "crash-loop", line.application, where, None, after))
