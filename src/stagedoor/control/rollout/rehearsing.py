"""Rehearsing the way back, all the time, in the stack test: how long it takes is known before anybody needs it.

One line after another, once in a while: all that a rollback does to a former release that is warm, but the last step.
It is found, asked through the edge, something is written, and the edge is told to lead a line there that nobody can ask
for: no request of anybody is touched.
"""

import asyncio
import logging
import time

from stagedoor.control import deployments, doors
from stagedoor.control.platform import Platform
from stagedoor.model.deployment import ARM, Deployment
from stagedoor.model.errors import Failure, Missing
from stagedoor.model.manifest import build as build_manifest
from stagedoor.model.names import TEST
from stagedoor.model.release import Line, rollback_target
from stagedoor.model.traffic import Target
from stagedoor.model.views import ObjectiveView

log = logging.getLogger("stagedoor.rehearsing")

BOUND = 0.2  # Seconds, of which 99 in 100 are to stay below.
_PAUSE = 20.0
_EVERY = 900.0  # Of one line: being asked keeps a former version from falling asleep.
_LEAST = 100  # So many rehearsals before there is a p99.
_LINE = "-rehearsal/v0"  # No application can have this name, so no address leads there.


async def keep_rehearsing(platform: Platform) -> None:
    await platform.recovered.wait()
    while True:
        await asyncio.sleep(_PAUSE)
        try:
            await rehearse(platform)
        except Failure as error:
            log.info("%s", error)
        except Exception:
            log.exception("a rehearsal failed")


async def rehearse(platform: Platform) -> None:
    """The line of test that was not rehearsed for longest, if any is due. Raises Unavailable."""
    told, now = platform.rehearsals, platform.clock()
    busy = deployments.busy_applications(platform)
    lines = [one for one in (await platform.store.world()).lines if one.stack == TEST and one.application not in busy]
    due = [one for one in lines if now - told.looked.get(one.name, 0.0) >= _EVERY]
    if not due:
        return
    line = min(due, key=lambda one: told.looked.get(one.name, 0.0))
    told.looked = {one.name: told.looked[one.name] for one in lines if one.name in told.looked} | {line.name: now}
    former = await _former(platform, line)
    if former is None:
        return
    if await doors.present(platform, former.id):
        told.seconds.append(await _take(platform, line, former))
        told.warm += 1
    else:
        told.cold += 1
    told.at = now


async def _former(platform: Platform, line: Line) -> Deployment | None:
    """What a rollback would lead to, if it runs."""
    try:
        target = rollback_target(await platform.store.releases(line.application, line.major, line.stack), line.release)
    except Missing:
        return None
    for one in await platform.store.deployments():
        if one.purpose != ARM and one.runs(line.application, target.version, line.stack, target.configuration):
            return one
    return None


async def _take(platform: Platform, line: Line, former: Deployment) -> float:
    began = time.perf_counter()
    version = await platform.store.version(former.application, former.version)
    if version is None:
        raise Missing(f"version {former.version} of {former.application} is gone")
    await deployments.probe(platform, former, build_manifest(version.manifest))
    await platform.store.next_number("rehearsal")
    platform.beside = {_LINE: Target(former.spec.backend, former.spec.label, line.release)}
    try:
        await platform.apply_traffic()
        return time.perf_counter() - began
    finally:
        platform.beside = {}
        await platform.apply_traffic()


def objective(platform: Platform) -> ObjectiveView:
    """How long going back takes, and whether that is as short as it is to be."""
    told = platform.rehearsals
    found = sorted(told.seconds)
    p50 = found[len(found) // 2] if found else 0.0
    p99 = found[min(len(found) - 1, int(len(found) * 0.99))] if len(found) >= _LEAST else 0.0
    met = bool(found) and (p99 or found[-1]) <= BOUND
    return ObjectiveView("rollback", BOUND, met, len(found), p50, p99, told.warm, told.cold, told.at)
