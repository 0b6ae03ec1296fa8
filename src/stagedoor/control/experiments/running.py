"""Beginning experiments, keeping their cells up, and ending them on their day."""

import asyncio
import logging
import math
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from stagedoor.control import deployments, doors, effective, traffic
from stagedoor.control.operations import Progress
from stagedoor.control.pipelines import running as pipelines
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.model import split
from stagedoor.model.access import Identity
from stagedoor.model.deployment import RELEASE, Deployment
from stagedoor.model.errors import Aborted, Conflict, Failure, Invalid, Missing
from stagedoor.model.experiment import ENDED, RUNNING, Cell, Experiment
from stagedoor.model.manifest import build as build_manifest
from stagedoor.model.names import PROD, TEST
from stagedoor.model.operation import Operation
from stagedoor.model.release import Line
from stagedoor.model.version import Number, Version

if TYPE_CHECKING:
    from stagedoor.control.experiments.analysis import Desks

log = logging.getLogger("stagedoor.experiments")

_ROUND = 5.0
_MOST = split.MOST - 1  # Of a line at once: one place is left for its rollouts.


async def begin(platform: Platform, by: Identity, wanted: Experiment) -> Operation:
    """Makes the cells ready, then lets all members in at once. Raises Invalid, Missing, Conflict, Forbidden."""
    known = await platform.store.application(wanted.application)
    if known is None:
        raise Missing(f"there is no application {wanted.application!r}")
    by.require_change(known.team)
    major = known.default_major if wanted.major < 0 else wanted.major
    wanted = replace(wanted, major=major, by=by.name, began_at=platform.clock())
    wanted.check(platform.clock())
    await _require_room(platform, wanted)
    for cell in wanted.cells:
        version = await _version_of(platform, wanted, cell)
        if version is not None:
            await _require_tried(platform, wanted, version)
    reserved = platform.operations.reserve("experiment", wanted.application, wanted.line, by.name)
    try:
        target = f"{wanted.name} on ^{wanted.major} in {wanted.stack}"
        cells = {one.name: f"{one.version or 'what the line runs'}, {one.share:g} %" for one in wanted.cells}
        change = Change(by.name, "experiment", wanted.application, target, None, cells)
        made = await platform.store.add_experiment(wanted, change)
    except BaseException:
        platform.operations.free(reserved)
        raise
    goal = {"experiment": made.id, "stack": made.stack}
    return await platform.operations.start(reserved, goal, lambda progress: carry_out(platform, progress, made.id))


async def _require_room(platform: Platform, wanted: Experiment) -> None:
    """Raises Conflict when it overlaps another, Missing when the line runs nothing."""
    known = await platform.store.experiments()
    if any(one.name == wanted.name for one in known):
        raise Conflict(f"there was an experiment {wanted.name!r}", hint="a name is given once: records say it")
    line = await platform.store.line(wanted.application, wanted.major, wanted.stack)
    if not line.release:
        raise Missing(f"nothing is released for {wanted.line}", hint="its members need something to compare with")
    here = [one for one in known if one.state != ENDED and one.line == wanted.line]
    taken = sum(one.share for one in here)
    if taken + wanted.share > 100:
        raise Conflict(
            f"it overlaps {', '.join(one.name for one in here)}: {taken:g} % of members are taken, and it wants "
            f"{wanted.share:g} %",
            hint=f"take {100 - taken:g} % or less, or wait for the other's end",
        )
    if len(here) >= _MOST:
        raise Conflict(f"{wanted.line} has {len(here)} experiments", hint=f"{_MOST} at once; end one")


async def _version_of(platform: Platform, one: Experiment, cell: Cell) -> Version | None:
    """None for what the line runs. Raises Missing, Invalid."""
    if not cell.version:
        return None
    version = await platform.store.version(one.application, cell.version)
    if version is None:
        raise Missing(f"{one.application} has no version {cell.version}, which cell {cell.name} names")
    if Number.parse(cell.version).major != one.major:
        raise Invalid(f"cell {cell.name} names {cell.version}, which is not of the line ^{one.major}")
    return version


async def _require_tried(platform: Platform, one: Experiment, version: Version) -> None:
    """What members of prod are to see has been in test, and prod may change. Raises Conflict."""
    if one.stack != PROD:
        return
    pipelines.require_open(build_manifest(version.manifest), PROD, platform.clock())
    known = await platform.store.releases(one.application, version.major, TEST)
    if all(release.version != version.number for release in known):
        raise Conflict(
            f"{one.application} {version.number} was never released in test",
            hint=f"stagedoor release {version.number} --stack test --application {one.application}",
        )


async def carry_out(platform: Platform, progress: Progress, number: int) -> dict[str, Any]:
    """Its cells come up, then it runs. Raises Invalid when one does not; it ends then."""
    one = await found(platform, number)
    try:
        async with progress.step("cells") as note:
            one = await _bring_up(platform, one)
            note.text = f"{len(one.deployments)} ready"
        one = replace(one, state=RUNNING, began_at=platform.clock())
        await platform.store.save_experiment(one)
        if (await found(platform, number)).state == ENDED:
            raise Aborted(f"somebody ended {one.name} before it began")
        seconds = await platform.apply_traffic()
        await progress.say("start", "done", f"{one.share:g} % of members are in its cells", seconds)
    except Failure as error:
        await _end(platform, one, "control", f"a cell did not come up: {error.message}")
        raise
    return {"experiment": one.name, "application": one.application}


async def found(platform: Platform, number: int) -> Experiment:
    """Raises Missing."""
    for one in await platform.store.experiments():
        if one.id == number:
            return one
    raise Missing(f"there is no experiment {number}")


async def _bring_up(platform: Platform, one: Experiment) -> Experiment:
    """With a deployment for each cell that names a version. Raises Invalid, Unavailable."""
    serving = traffic.serving(await platform.store.world(), Line(one.application, one.major, one.stack))
    present = await doors.present(platform, serving.id) if serving else 1
    made: dict[str, Deployment] = {}
    for cell in one.cells:
        version = await _version_of(platform, one, cell)
        if version is not None:
            configuration = await effective.of_version(platform, version, one.stack)
            count = max(1, math.ceil(present * cell.share / 100))
            made[cell.name] = await deployments.ensure(platform, version, one.stack, configuration, RELEASE, count)
    one = replace(one, deployments={name: deployment.id for name, deployment in made.items()})
    await platform.store.save_experiment(one)
    for name, deployment in made.items():
        await deployments.settle(platform, deployment)
        version = await platform.store.version(one.application, deployment.version)
        if version is not None:
            await deployments.probe(platform, deployment, build_manifest(version.manifest))
        log.info("cell %s of %s is ready", name, one.name)
    return one


async def end_of_line(platform: Platform, by: str, application: str, major: int, stack: str) -> None:
    """Those of a line that is deleted."""
    for one in (await platform.store.world()).experiments:
        if (one.application, one.major, one.stack) == (application, major, stack):
            await _end(platform, one, by, "its line was deleted")


async def end(platform: Platform, by: Identity, name: str) -> tuple[Experiment, bool]:
    """Its members see what the line runs again. (it, whether it ran until now). Raises Missing, Forbidden."""
    by.require_developer()
    one = await named(platform, name)
    known = await platform.store.application(one.application)
    if known is not None:
        by.require_change(known.team)
    if one.state == ENDED:
        return one, False
    return await _end(platform, one, by.name, f"{by.name} ended it"), True


async def named(platform: Platform, name: str) -> Experiment:
    """Raises Missing."""
    for one in await platform.store.experiments():
        if one.name == name:
            return one
    raise Missing(f"there is no experiment {name!r}", hint="`stagedoor experiment list` shows them")


async def _end(platform: Platform, one: Experiment, by: str, why: str) -> Experiment:
    ended = replace(one, state=ENDED, ended_at=platform.clock(), reason=why)
    change = Change(
        by, "experiment", one.application, f"{one.name} on ^{one.major} in {one.stack}", None, {"ended": why}
    )
    await platform.store.save_experiment(ended, change)
    await platform.apply_traffic()
    return ended


async def keep_running(platform: Platform) -> None:
    """Ends what has come to its end date, brings back cells that were lost, and compares the cells."""
    await platform.recovered.wait()
    desks: Desks | None = None
    while True:
        await asyncio.sleep(_ROUND)
        running = await _running(platform)
        if desks is not None:
            desks.keep({one.id for one in running})
        for one in running:
            # One that has lost its footing keeps no other from its end.
            try:
                desks = desks or await _comparison(platform)
                await desks.look(await _kept(platform, one))
            except Failure as error:
                log.warning("%s: %s", one.name, error)
            except Exception:
                log.exception("a look at %s failed", one.name)


async def _running(platform: Platform) -> list[Experiment]:
    try:
        return [one for one in (await platform.store.world()).experiments if one.state == RUNNING]
    except Failure as error:
        log.warning("%s", error)
        return []


async def _comparison(platform: Platform) -> "Desks":
    """Statistics are imported when they are needed, and beside the loop: they take half a second."""
    await asyncio.to_thread(import_module, "stagedoor.control.experiments.analysis")
    from stagedoor.control.experiments.analysis import Desks

    return Desks(platform)


async def _kept(platform: Platform, one: Experiment) -> Experiment:
    if platform.clock() >= one.ends_at:
        return await _end(platform, one, "control", "its end date has come")
    known = {each.id for each in await platform.store.deployments()}
    if set(one.deployments.values()) - known:
        log.warning("%s has lost a cell; it is made again", one.name)
        one = await _bring_up(platform, one)
        await platform.apply_traffic()
    return one
