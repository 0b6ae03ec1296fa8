"""Releasing: a line moves to another version by one code path, whether it is a deploy, a release or a rollback.

Bring the target up; wait until the script answers on the real path; write the pointer; move the traffic; let the old
finish what it has, and keep it warm for a quick way back. Every step may be repeated, so an operation whose control
died is finished by running it again.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from stagedoor.control import deployments, doors, effective, ownership, telling, traffic
from stagedoor.control.operations import Progress
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change, World
from stagedoor.control.rollout import asking, beginning
from stagedoor.control.rollout.arms import Subject
from stagedoor.control.rollout.driving import Driver
from stagedoor.model.access import Identity
from stagedoor.model.configuration import Configuration, Numbers, owner
from stagedoor.model.deployment import ARM, RELEASE, Deployment
from stagedoor.model.errors import Aborted, Conflict, Invalid, Missing, Unavailable
from stagedoor.model.manifest import build as build_manifest
from stagedoor.model.operation import RUNNING, Operation
from stagedoor.model.quantity import say_time
from stagedoor.model.release import Line, Release, rollback_target
from stagedoor.model.rollout import ABORT, DIRECT_STRATEGY, Rollout, Strategy, strategy_of
from stagedoor.model.version import Version

_WATCHED = 5.0  # Seconds that a release watches the old version's last answers.


@dataclass(frozen=True, slots=True)
class Wish:
    """What a line is to run. `restores` is the number of the earlier release whose configuration comes back.

    `numbers`: the values it is to hold, when they are what changes. It moves by `strategy`, from `at` on.
    """

    version: str
    stack: str
    by: str
    cause: str
    restores: int = 0
    make_default: bool = False
    numbers: Numbers | None = None
    strategy: Strategy = DIRECT_STRATEGY
    at: float = 0.0


async def begin_rollback(
    platform: Platform, by: Identity, application: str, major: int | None, stack: str, to: int = 0
) -> Operation:
    """Starts the way back to an earlier release. Raises Missing, Forbidden, Conflict.

    While a rollout is under way there, the way back is to end that one.
    """
    known = await platform.store.application(application)
    if known is None:
        raise Missing(f"there is no application {application!r}")
    by.require_change(known.team)
    line = await platform.store.line(application, known.default_major if major is None else major, stack)
    moving = await asking.under_way(platform, application, line.major, stack)
    under_way = await platform.store.operation(moving.operation) if moving is not None and not to else None
    if moving is not None and under_way is not None and under_way.state == RUNNING:
        # What ran before runs still: the way back is not to go on. Who goes back already is left alone.
        if moving.cause != "rollback":
            await asking.ask(platform, by, moving.id, ABORT)
        return under_way
    target = rollback_target(await platform.store.releases(application, line.major, stack), line.release, to)
    await _require_secrets(platform, target)
    wish = Wish(target.version, stack, by.name, "rollback", restores=target.number)
    return await begin(platform, "rollback", application, line.major, wish)


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


async def _require_secrets(platform: Platform, target: Release) -> None:
    """Said before anything moves. Raises Conflict when a secret of the release is gone, or nobody can open it."""
    known = await platform.store.values(target.application, target.stack)
    contents = {(one.name, one.number): one.content for one in known if one.secret and not one.dropped}
    for name, number in target.secrets.items():
        why = "is gone"
        try:
            if platform.vault.open(owner(target.application, target.stack, name), contents.get((name, number), "")):
                continue
        except Unavailable as error:
            why = error.message if (name, number) in contents else why
        raise Conflict(
            f"release {target.number} cannot come back: its secret {name} ({number}) {why}; nothing was done",
            hint=f"roll back to another release, or set {name} and release {target.version} anew",
            secret=name,
        )


def goal_of(wish: Wish) -> dict[str, Any]:
    """What a restarted control needs to finish the wish."""
    return {
        "version": wish.version, "stack": wish.stack, "restores": wish.restores,
        "cause": wish.cause, "make_default": wish.make_default,
        "numbers": asdict(wish.numbers) if wish.numbers else None,
        "strategy": asdict(wish.strategy), "at": wish.at,
    }  # fmt: skip


def wish_of(goal: dict[str, Any], by: str) -> Wish:
    """The wish that `goal_of` wrote down."""
    numbers = Numbers(**goal["numbers"]) if goal.get("numbers") else None
    return Wish(
        goal["version"], goal["stack"], by, goal.get("cause", "deploy"), goal.get("restores", 0),
        goal.get("make_default", False), numbers, strategy_of(goal.get("strategy")), goal.get("at", 0.0),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Goal:
    """What a wish comes to, at a line as it is now. `number` is that of the release it would make."""

    version: Version
    line: Line
    former: Release | None
    numbers: Numbers
    configuration: Configuration
    routes: list[dict[str, Any]]
    number: int

    @property
    def is_there(self) -> bool:
        """Whether the line runs exactly this."""
        one = self.former
        return one is not None and (one.version, one.numbers, one.configuration, one.routes) == (
            self.version.number, self.numbers, self.configuration, self.routes,
        )  # fmt: skip

    def release(self, wish: Wish, now: float) -> Release:
        return Release(
            self.line.application, self.line.major, wish.stack, self.number, wish.version, self.configuration.values,
            self.routes, wish.by, now, wish.cause, wish.restores, self.numbers.values, self.numbers.secrets,
        )  # fmt: skip


async def _goal(platform: Platform, application: str, wish: Wish) -> _Goal:
    """Raises Missing."""
    version = await platform.store.version(application, wish.version)
    if version is None:
        raise Missing(f"{application} has no version {wish.version}")
    line = await platform.store.line(application, version.major, wish.stack)
    releases = {one.number: one for one in await platform.store.releases(application, version.major, wish.stack)}
    restored = releases.get(wish.restores)
    if wish.restores and restored is None:
        raise Missing(f"release {wish.restores} of {line.name} is gone")
    if restored is not None:
        numbers, configuration, routes = restored.numbers, restored.configuration, restored.routes
    else:
        numbers = wish.numbers or await effective.numbers_for(platform, application, version.major, wish.stack)
        configuration = await effective.of_version(platform, version, wish.stack, numbers)
        routes = list(version.manifest.get("routes", []))
    former = releases.get(line.release)
    return _Goal(version, line, former, numbers, configuration, routes, max(releases, default=0) + 1)


async def carry_out(platform: Platform, progress: Progress, application: str, wish: Wish) -> dict[str, Any]:
    """The one way in which traffic moves. Raises Invalid when the target does not come up, RolledBack when it did harm
    and Aborted when a person ended it; what ran before runs on then.
    """
    goal = await _goal(platform, application, wish)
    begun = await beginning.find(platform, progress.operation.id, goal.line)
    if begun is not None and begun.ended:
        return _result(await _made(platform, goal.line, begun), 0.0)  # All was done, but for the word of it.
    if goal.former is not None and goal.is_there:
        await _bring_up(platform, progress, goal)
        if wish.make_default:
            await make_default(platform, wish.by, application, goal.line.major)
        await progress.say("switch", "done", f"release {goal.former.number} runs this already")
        return _result(goal.former, 0.0)
    if begun is None:
        await ownership.check_release(platform, wish.by, application, wish.stack, goal.routes)
    former = goal.former.version if goal.former else ""
    one = begun or await beginning.begin(platform, progress.operation, goal.line, wish, former)
    driver = Driver(platform, progress, one, Subject(goal.version, goal.configuration, goal.former))
    async with driver.failing():
        await driver.prove()
        await _bring_up(platform, progress, goal, driver.one.present)
        await driver.last_word()
        if wish.make_default:
            await make_default(platform, wish.by, application, goal.line.major)
        release = goal.release(wish, platform.clock())
        try:
            seconds = await _switch(platform, progress, release, goal.former, driver)
        except Aborted:
            await driver.last_word()  # Somebody did at the last moment.
            raise
    await _let_finish(platform, progress, goal.former)
    await driver.clear()
    return _result(release, seconds)


async def _made(platform: Platform, line: Line, one: Rollout) -> Release:
    """Raises Missing."""
    for release in await platform.store.releases(line.application, line.major, line.stack):
        if release.number == one.release:
            return release
    raise Missing(f"release {one.release} of {line.name} is gone")


def _result(release: Release, seconds: float) -> dict[str, Any]:
    return {
        "application": release.application, "version": release.version, "release": release.number,
        "stack": release.stack, "line": f"^{release.major}", "switch_seconds": seconds,
    }  # fmt: skip


async def _bring_up(platform: Platform, progress: Progress, goal: _Goal, least: int = 1) -> None:
    """Traffic never moves to fewer instances than it had, now or as its rollout began (`least`)."""
    former = traffic.serving(await platform.store.world(), goal.line)
    count = max(least, await doors.present(platform, former.id)) if former else least
    version, stack = goal.version, goal.line.stack
    target = await deployments.ensure(platform, version, stack, goal.configuration, RELEASE, count)
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


async def _switch(
    platform: Platform, progress: Progress, release: Release, former: Release | None, driver: Driver
) -> float:
    async with progress.step("switch") as note:
        line = f"{release.application} ^{release.major} in {release.stack}"
        before = {"release": former.number, "version": former.version} if former else None
        after = {"release": release.number, "version": release.version}
        change = Change(release.made_by, release.cause, release.application, line, before, after)
        await telling.teach(platform, release.application, release.version)
        done = driver.finished(release.number)
        await platform.store.point(release, change, done, _admit(release, former))
        driver.one = done
        seconds = await platform.apply_traffic()
        note.text = f"release {release.number} in {say_time(seconds)}"
        note.data = {"seconds": seconds}
    return seconds


def _admit(release: Release, former: Release | None) -> Callable[[World], None] | None:
    """What is checked as the release is written: nothing, for one that brings neither an address nor a rule."""
    if former is not None and not release.routes:
        return None
    return lambda world: ownership.require(world, release.application, release.stack, release.routes)


async def _let_finish(platform: Platform, progress: Progress, former: Release | None) -> None:
    """Waits, within the old version's bound, until it answered what it had; it stays warm either way."""
    old = await _deployment_of(platform, former)
    # The traffic has moved: who wants to go back need not wait for long answers of the old version.
    progress.free_line()
    if former is None or old is None:
        return
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
        if one.purpose != ARM and one.runs(release.application, release.version, release.stack, release.configuration):
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
