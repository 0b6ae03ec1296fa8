"""Carrying a version through its pipeline. A stage that is done is written down: a restart goes on behind it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from stagedoor.control import releases
from stagedoor.control.operations import Progress
from stagedoor.control.pipelines import gates
from stagedoor.control.pipelines.gates import Passage
from stagedoor.control.platform import Platform
from stagedoor.control.releases import Wish
from stagedoor.decide import pipeline as decide
from stagedoor.model.errors import Conflict, Missing
from stagedoor.model.manifest import Manifest
from stagedoor.model.names import PROD, TEST
from stagedoor.model.operation import DONE
from stagedoor.model.pipeline import APPROVAL, CHECKS, COMMAND, HOURS, REHEARSAL, REPLAY, SMOKE, opens
from stagedoor.model.rollout import DIRECT_STRATEGY

_GATES: dict[str, Callable[[Passage], Awaitable[str]]] = {
    CHECKS: gates.checks, SMOKE: gates.smoke, REHEARSAL: gates.rehearse, COMMAND: gates.command,
    APPROVAL: gates.approval, HOURS: gates.hours, REPLAY: gates.replay,
}  # fmt: skip
_WAITING = (APPROVAL, HOURS)
_PATIENCE = 600  # Seconds.


def require_open(manifest: Manifest, upto: str, now: float) -> None:
    """Before anything is done. Raises Conflict when prod is frozen, and the pipeline does not wait for its hours."""
    stages = decide.stages(manifest.pipeline, upto)
    if PROD not in stages or HOURS in stages:
        return
    at, reason = opens(manifest.pipeline, now)
    if reason:
        raise Conflict(
            f"prod of {manifest.name} is {reason}; nothing was done",
            hint="going back is always possible; or put the stage hours into the pipeline, which waits",
            until=at,
        )


def goal_of(wish: Wish, former: int) -> dict[str, Any]:
    """What a restarted control needs to carry it on. `former`: the release of the line when it began."""
    return releases.goal_of(wish) | {"pipeline": True, "former": former}


async def carry_out(
    platform: Platform, progress: Progress, application: str, wish: Wish, former: int
) -> dict[str, Any]:
    """Through all stages up to the wish's stack; what came of the last release. Raises what is in the way."""
    version = await platform.store.version(application, wish.version)
    if version is None:
        raise Missing(f"{application} has no version {wish.version}")
    passage = Passage(platform, progress, version)
    done = {one.name for one in await platform.store.steps(progress.operation.id, 0) if one.state == DONE}
    result: dict[str, Any] = {}
    for stage in decide.stages(passage.manifest.pipeline, wish.stack):
        if stage == PROD:
            await _require_still_open(passage)
        if stage in (TEST, PROD):
            result = await _release(passage, replace(wish, stack=stage), wish, skip=stage in done)
        elif stage in _WAITING and stage not in done:
            progress.free_line()
            async with progress.step(stage) as note:
                note.text = await _GATES[stage](passage)
                await _take_line(progress)
                await _require_same(passage, wish, former)
        elif stage not in done and not (wish.stack == TEST and await _moved_on(passage, result)):
            await _pass(passage, stage)
    return result


async def _moved_on(passage: Passage, result: dict[str, Any]) -> bool:
    """Whether test points elsewhere by now: it is free for others once the traffic has moved."""
    version = passage.version
    line = await passage.platform.store.line(version.application, version.major, TEST)
    return bool(result) and line.release != result["release"]


async def _pass(passage: Passage, stage: str) -> None:
    async with passage.progress.step(stage) as note:
        note.text = await _GATES[stage](passage)


async def _require_still_open(passage: Passage) -> None:
    """It may have become late, or a freeze begun. Raises Conflict, Aborted."""
    if HOURS in passage.manifest.pipeline.stages:
        await gates.hours(passage)
    else:
        require_open(passage.manifest, PROD, passage.platform.clock())


async def _take_line(progress: Progress) -> None:
    """Days of waiting are not lost to somebody who works on the line for a moment. Raises Conflict."""
    for _ in range(_PATIENCE):
        try:
            return progress.take_line()
        except Conflict:
            await asyncio.sleep(1)
    return progress.take_line()


async def _require_same(passage: Passage, wish: Wish, former: int) -> None:
    """While it waited, others may have released something newer."""
    version = passage.version
    line = await passage.platform.store.line(version.application, version.major, wish.stack)
    if line.release != former:
        raise Conflict(f"{line.name} points at release {line.release} now, it was {former}", hint="deploy again")


async def _release(passage: Passage, here: Wish, wish: Wish, *, skip: bool) -> dict[str, Any]:
    """In test all at once, unless that is where it was to go by another strategy."""
    progress = passage.progress
    if here.stack != wish.stack:
        here = replace(here, strategy=DIRECT_STRATEGY, at=0.0, make_default=False, numbers=None)
    if skip and here.stack != wish.stack:
        return {}
    line = f"{passage.version.application} ^{passage.version.major} in {here.stack}"
    async with progress.also_on(line):
        told = await releases.carry_out(passage.platform, progress, passage.version.application, here)
    await progress.say(here.stack, DONE, f"release {told['release']} of {told['line']} in {here.stack}")
    return told
