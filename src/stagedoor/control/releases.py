"""Releasing: a line moves to another version by one code path, whether it is a deploy, a release or a rollback.

Bring the target up; wait until the script answers on the real path; write the pointer; move the traffic; let the old
finish what it has, and keep it warm for a quick way back. Every step may be repeated, so an operation whose control
died is finished by running it again.
"""

import asyncio
import time
from dataclasses import asdict, dataclass, replace
from typing import Any

from stagedoor.control import deployments, doors, effective, telling, traffic
from stagedoor.control.operations import Progress
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.model.access import Identity
from stagedoor.model.configuration import Configuration, Numbers
from stagedoor.model.deployment import RELEASE, Deployment
from stagedoor.model.errors import Invalid, Missing, Unavailable
from stagedoor.model.manifest import build as build_manifest
from stagedoor.model.operation import Operation
from stagedoor.model.quantity import say_time
from stagedoor.model.release import Line, Release, rollback_target
from stagedoor.model.version import Version

_WATCHED = 5.0  # Seconds that a release watches the old version's last answers.


@dataclass(frozen=True, slots=True)
class Wish:
    """What a line is to run. `restores` is the number of the earlier release whose configuration comes back.

    `numbers`: the values it is to hold, when they are what changes.
    """

    version: str
    stack: str
    by: str
    cause: str
    restores: int = 0
    make_default: bool = False
    numbers: Numbers | None = None


async def begin_release(
    platform: Platform, by: Identity, application: str, number: str, stack: str, *, make_default: bool = False
) -> Operation:
    """Starts the release of a published version. Raises Missing, Forbidden, Conflict."""
    version = await _version(platform, by, application, number)
    wish = Wish(version.number, stack, by.name, "release", make_default=make_default)
    return await begin(platform, "release", application, version.major, wish)


async def begin_rollback(
    platform: Platform, by: Identity, application: str, major: int | None, stack: str, to: int = 0
) -> Operation:
    """Starts the way back to an earlier release. Raises Missing, Forbidden, Conflict."""
    known = await platform.store.application(application)
    if known is None:
        raise Missing(f"there is no application {application!r}")
    by.require_change(known.team)
    line = await platform.store.line(application, known.default_major if major is None else major, stack)
    target = rollback_target(await platform.store.releases(application, line.major, stack), line.release, to)
    wish = Wish(target.version, stack, by.name, "rollback", restores=target.number)
    return await begin(platform, "rollback", application, line.major, wish)


async def _version(platform: Platform, by: Identity, application: str, number: str) -> Version:
    known = await platform.store.application(application)
    version = await platform.store.version(application, number)
    if known is None:
        raise Missing(f"there is no application {application!r}")
    by.require_change(known.team)
    if version is None:
        numbers = ", ".join(one.number for one in await platform.store.versions(application)) or "none"
        raise Missing(f"{application} has no version {number}", hint=f"published are: {numbers}")
    return version


async def begin(platform: Platform, kind: str, application: str, major: int, wish: Wish) -> Operation:
    """Starts the operation that carries a wish out. Raises Conflict."""
    line = f"{application} ^{major} in {wish.stack}"
    return await platform.operations.begin(
        kind,
        application,
        line,
        wish.by,
        goal_of(wish),
        lambda progress: carry_out(platform, progress, application, wish),
    )


def goal_of(wish: Wish) -> dict[str, Any]:
    """What a restarted control needs to finish the wish."""
    return {
        "version": wish.version, "stack": wish.stack, "restores": wish.restores,
        "cause": wish.cause, "make_default": wish.make_default,
        "numbers": asdict(wish.numbers) if wish.numbers else None,
    }  # fmt: skip


def wish_of(goal: dict[str, Any], by: str) -> Wish:
    """The wish that `goal_of` wrote down."""
    numbers = Numbers(**goal["numbers"]) if goal.get("numbers") else None
    return Wish(
        goal["version"], goal["stack"], by, goal.get("cause", "deploy"), goal.get("restores", 0),
        goal.get("make_default", False), numbers,
    )  # fmt: skip


async def carry_out(platform: Platform, progress: Progress, application: str, wish: Wish) -> dict[str, Any]:
    """The one way in which traffic moves. Raises Invalid when the target does not come up; nothing has moved then."""
    version = await platform.store.version(application, wish.version)
    if version is None:
        raise Missing(f"{application} has no version {wish.version}")
    major = version.major
    line = await platform.store.line(application, major, wish.stack)
    releases = {one.number: one for one in await platform.store.releases(application, major, wish.stack)}
    former = releases.get(line.release)
    restored = releases.get(wish.restores)
    if wish.restores and restored is None:
        raise Missing(f"release {wish.restores} of {application} ^{major} in {wish.stack} is gone")
    if restored is not None:
        numbers, configuration = restored.numbers, restored.configuration
    else:
        numbers = wish.numbers or await effective.numbers_for(platform, application, major, wish.stack)
        configuration = await effective.of_version(platform, version, wish.stack, numbers)
    routes = restored.routes if restored else list(version.manifest.get("routes", []))
    await _bring_up(platform, progress, version, wish.stack, configuration)
    if wish.make_default:
        await make_default(platform, wish.by, application, major)
    if former is not None and (former.version, former.numbers, former.configuration, former.routes) == (
        wish.version, numbers, configuration, routes,
    ):  # fmt: skip
        await progress.say("switch", "done", f"release {former.number} runs this already")
        return _result(former, 0.0)
    release = Release(
        application, major, wish.stack, max(releases, default=0) + 1, wish.version, configuration.values, routes,
        wish.by, platform.clock(), wish.cause, wish.restores, numbers.values, numbers.secrets,
    )  # fmt: skip
    seconds = await _switch(platform, progress, release, former)
    await _let_finish(platform, progress, former)
    return _result(release, seconds)


def _result(release: Release, seconds: float) -> dict[str, Any]:
    return {
        "application": release.application, "version": release.version, "release": release.number,
        "stack": release.stack, "line": f"^{release.major}", "switch_seconds": seconds,
    }  # fmt: skip


async def _bring_up(
    platform: Platform, progress: Progress, version: Version, stack: str, configuration: Configuration
) -> None:
    # Traffic never moves to fewer instances than it had.
    former = traffic.serving(await platform.store.world(), Line(version.application, version.major, stack, 0))
    count = max(1, await doors.present(platform, former.id)) if former else 1
    target = await deployments.ensure(platform, version, stack, configuration, RELEASE, count)
    try:
        async with progress.step("instances") as note:
            await deployments.settle(platform, target)
            note.text = f"{target.spec.instances} ready"
        async with progress.step("probe") as note:
            status = await deployments.probe(platform, target, build_manifest(version.manifest))
            note.text = f"the script answered {status} through the edge"
    except Invalid:
        # What did not come up stays for nobody; the next try begins anew.
        await deployments.end_unless_serving(platform, target)
        raise


async def _switch(platform: Platform, progress: Progress, release: Release, former: Release | None) -> float:
    async with progress.step("switch") as note:
        line = f"{release.application} ^{release.major} in {release.stack}"
        before = {"release": former.number, "version": former.version} if former else None
        after = {"release": release.number, "version": release.version}
        change = Change(release.made_by, release.cause, release.application, line, before, after)
        await telling.teach(platform, release.application, release.version)
        await platform.store.point(release, change)
        seconds = await platform.apply_traffic()
        note.text = f"release {release.number} in {say_time(seconds)}"
        note.data = {"seconds": seconds}
    return seconds


async def _let_finish(platform: Platform, progress: Progress, former: Release | None) -> None:
    """Waits, within the old version's bound, until it answered what it had; it stays warm either way."""
    old = await _deployment_of(platform, former)
    if former is None or old is None:
        return
    # The traffic has moved: who wants to go back need not wait for long answers of the old version.
    progress.free_line()
    async with progress.step("drain") as note:
        began = time.monotonic()
        most = left = await _busy(platform, old)
        while left and time.monotonic() - began < min(old.spec.drain, _WATCHED):
            await asyncio.sleep(0.02)
            left = await _busy(platform, old)
        rest = f"; {left} go on" if left else ""
        note.text = f"{old.spec.label} had {most} requests left{rest}; it stays warm"


async def _busy(platform: Platform, deployment: Deployment) -> int:
    try:
        load = (await platform.edge.loads([deployment.spec.backend])).get(deployment.spec.backend)
    except Unavailable:
        return 0  # The edge was killed: it holds no request any more.
    return load.in_flight + load.queued if load else 0


async def _deployment_of(platform: Platform, release: Release | None) -> Deployment | None:
    if release is None:
        return None
    for one in await platform.store.deployments():
        if one.runs(release.application, release.version, release.stack, release.configuration):
            return one
    return None


async def make_default(platform: Platform, by: str, application: str, major: int) -> None:
    """The address without a line goes to `major` from now on."""
    known = await platform.store.application(application)
    if known is None:
        raise Missing(f"there is no application {application!r}")
    changed = replace(known, default_major=major)
    change = Change(by, "default", application, f"^{major}", known.default_major, major)
    await platform.store.save_application(changed, change)
    await platform.apply_traffic()
