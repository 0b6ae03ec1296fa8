"""Forgetting what nobody can need any more, by a rule whose reasons can be read before it acts."""

import asyncio
import logging

from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change, World
from stagedoor.decide import retain
from stagedoor.decide.retain import Forgotten
from stagedoor.model.access import Identity
from stagedoor.model.errors import Conflict, Failure
from stagedoor.model.version import Version

log = logging.getLogger("stagedoor.retention")

_PERIOD = 3600.0
_RESERVE_PERIOD_S = 5.0


async def plan(platform: Platform) -> list[Forgotten]:
    """What the rule would forget now, with its reasons."""
    world = await platform.store.world()
    versions = await _versions(platform, world)
    releases = await platform.store.all_releases()
    current = frozenset((line.application, line.major, line.stack, line.release) for line in world.lines)
    running = frozenset((one.application, one.version) for one in world.deployments)
    return retain.decide(platform.clock(), versions, releases, current, running, platform.settings.keep)


async def apply(platform: Platform, by: Identity) -> list[Forgotten]:
    """Forgets it, and removes the files that nothing names any more. Raises Forbidden, Conflict."""
    by.require_operator()
    return await _apply(platform, by.name)


async def _apply(platform: Platform, by: str) -> list[Forgotten]:
    if platform.reading:
        raise Conflict("a backup or a test of source is under way", hint="try again when it has ended")
    with platform.operations.alone("retention"):
        return await _forget(platform, by)


async def _forget(platform: Platform, by: str) -> list[Forgotten]:
    decided = await plan(platform)
    if decided:
        after = {"forgotten": [one.what for one in decided][:100], "count": len(decided)}
        await platform.store.forget(decided, Change(by, "retention", "", "versions", None, after))
    before = platform.clock() - platform.settings.keep.history
    await platform.store.forget_operations(before)
    await platform.store.forget_scale_steps(before)
    versions = await _versions(platform, await platform.store.world())
    sources, layers = {one.source for one in versions}, {one.layer for one in versions}
    removed = await asyncio.to_thread(platform.artefacts.sweep, sources, layers)
    if removed:
        log.info("removed %s", ", ".join(removed))
    return decided


async def _versions(platform: Platform, world: World) -> list[Version]:
    return [one for known in world.applications for one in await platform.store.versions(known.name)]


async def keep_tidy(platform: Platform) -> None:
    """Every hour."""
    while True:
        await asyncio.sleep(_PERIOD)
        try:
            await _apply(platform, "control")
        except Failure as error:
            log.info("%s", error)
        except Exception:
            log.exception("retention failed; the next hour tries again")


async def keep_reserve(platform: Platform) -> None:
    """Keeps a part of the disk for changes, whatever else fills it."""
    while True:
        await asyncio.to_thread(platform.disk.refill)
        await asyncio.sleep(_RESERVE_PERIOD_S)
