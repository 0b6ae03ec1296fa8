"""Publishing: an upload becomes an immutable version, or nothing at all.

The version is tried in a sandbox before it exists: it starts, warms up and is measured, and its own tests run
beside it. A deploy tries it as the very deployment that will take the traffic, so that the release need not start
it again.
"""

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from stagedoor.control import calls, deployments, effective, ownership
from stagedoor.control.operations import Progress
from stagedoor.control.pipelines import running as pipelines
from stagedoor.control.platform import Platform
from stagedoor.control.ports.artefacts import Source
from stagedoor.control.ports.store import Change
from stagedoor.control.releases import Wish
from stagedoor.decide.pipeline import stages
from stagedoor.model import template
from stagedoor.model.access import Identity
from stagedoor.model.application import Application
from stagedoor.model.deployment import CANDIDATE, RELEASE, Deployment
from stagedoor.model.errors import Conflict, Forbidden, Invalid
from stagedoor.model.manifest import build as build_manifest
from stagedoor.model.names import STACKS, TEST
from stagedoor.model.operation import Operation
from stagedoor.model.quantity import say_size, say_time
from stagedoor.model.rollout import choose
from stagedoor.model.version import Number, Start, Version, choose_number, next_numbers

_WORTH_PREPARING = 0.005  # Seconds of import from which on containers are prepared for a version.


@dataclass(frozen=True, slots=True)
class Order:
    """What the caller wants: `stack` empty for a publish without a release.

    `strategy` is what differs from the version's own, `at` when its window begins.
    """

    by: Identity
    stack: str
    bump: str = ""
    strategy: dict[str, Any] = field(default_factory=dict)
    at: float = 0.0


async def begin(platform: Platform, archive: Path, order: Order) -> Operation:
    """Takes an upload in and starts the operation. What is wrong with the upload itself is said at once.

    Raises Invalid, TooLarge, Forbidden, Conflict.
    """
    source = await platform.artefacts.accept(archive)
    try:
        return await _begin(platform, source, order)
    except BaseException:
        await discard(platform, source)
        raise


async def _begin(platform: Platform, source: Source, order: Order) -> Operation:
    name, team = source.manifest.name, source.manifest.team
    await _check_memory(platform, source)
    await calls.check(platform, source)
    application = await platform.store.application(name)
    order.by.require_change(application.team if application else team)
    if application and application.team != team:
        raise Forbidden(f"{name} is owned by team {application.team}, the manifest says {team}")
    if order.stack:
        await ownership.check(platform, order.by.name, name, team, order.stack, source.raw.get("routes", []))
    known = await platform.store.versions(name)
    existing = _same(known, source)
    taken = await platform.store.taken_numbers(name)
    number = existing.number if existing else _number(source, order, taken)
    line = f"{name} ^{number.split('.')[0]}" + (f" in {order.stack}" if order.stack else "")
    kind = "deploy" if order.stack else "publish"
    strategy = choose(source.raw.get("strategy", {}), order.strategy, order.stack, order.at)
    wish = Wish(number, order.stack, order.by.name, "deploy", strategy=strategy, at=order.at)
    pipelines.require_open(source.manifest, order.stack, platform.clock())
    former = (await platform.store.line(name, Number.parse(number).major, order.stack)).release if order.stack else 0

    async def work(progress: Progress) -> dict[str, Any]:
        version = await _carry_out(platform, progress, source, existing, number, order)
        result = {"application": name, "version": version.number, "new": existing is None}
        return result | (await _release(platform, progress, version, wish, former) if order.stack else {})

    return await platform.operations.begin(kind, name, line, order.by.name, pipelines.goal_of(wish, former), work)


async def _check_memory(platform: Platform, source: Source) -> None:
    """Raises Invalid when one instance alone is more than the machine has for all."""
    told, _ = await platform.engine.capacity()
    wanted = source.manifest.resources.memory
    if wanted > told.total:
        raise Invalid(
            f"stagedoor.toml: resources.memory = {say_size(wanted)} is above the machine's memory for instances",
            hint=f"it is at most {say_size(told.total)}",
            key="resources.memory",
        )


def _same(known: list[Version], source: Source) -> Version | None:
    """The version with this content, if there is one. Raises Conflict when the manifest gives it another number."""
    for version in known:
        if version.digest == source.content:
            wanted = source.manifest.version
            if wanted and wanted != version.number:
                raise Conflict(
                    f"this content is version {version.number} already; it cannot be {wanted} as well",
                    hint=f"release {version.number}, or change something",
                    existing=version.number,
                )
            return version
    return None


def _number(source: Source, order: Order, taken: list[str]) -> str:
    number = choose_number(source.manifest.version, order.bump, taken)
    if number in taken:
        free = ", ".join(dict.fromkeys(next_numbers(taken).values()))
        raise Conflict(
            f"version {number} exists with other content; a version never changes",
            hint=f"the next free numbers are {free}; or leave the number out and use --bump",
            free=free.split(", "),
        )
    return number


async def _carry_out(
    platform: Platform,
    progress: Progress,
    source: Source,
    existing: Version | None,
    number: str,
    order: Order,
) -> Version:
    if existing is not None:
        async with progress.step("publish") as note:
            note.text = f"the same content is version {existing.number}; nothing to publish"
        return existing
    return await _publish(platform, progress, source, number, order)


async def _release(platform: Platform, progress: Progress, version: Version, wish: Wish, former: int) -> dict[str, Any]:
    async with progress.step("calls") as note:
        note.text = await calls.describe(platform, version, wish.stack)
    return await pipelines.carry_out(platform, progress, version.application, wish, former)


async def _publish(platform: Platform, progress: Progress, source: Source, number: str, order: Order) -> Version:
    manifest = source.manifest
    async with progress.step("dependencies") as note:
        layer, python, made = await platform.artefacts.prepare(source.name, manifest)
        note.text = "none" if layer == "none" else f"{'installed' if made else 'the layer is there'}, Python {python}"
    version = Version(
        manifest.name,
        number,
        source.content,
        source.name,
        layer,
        python,
        source.raw,
        order.by.name,
        platform.clock(),
    )
    candidate: Deployment | None = None
    try:
        async with asyncio.TaskGroup() as group:
            trial = group.create_task(_try(platform, progress, version, order))
            tests = group.create_task(_test(platform, progress, version, source))
        candidate, start, endpoints = trial.result()
        version = replace(version, start=start, endpoints=endpoints, tests=tests.result())
        await _record(platform, progress, version, source, order)
    except BaseExceptionGroup as group_error:
        await _undo(platform, version)
        raise _first(group_error) from None
    except BaseException:
        await _undo(platform, version)
        raise
    if not order.stack:
        await deployments.end(platform, candidate)
    return version


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


async def _try(
    platform: Platform, progress: Progress, version: Version, order: Order
) -> tuple[Deployment, Start, tuple[dict[str, str], ...]]:
    async with progress.step("start") as note:
        purpose = RELEASE if order.stack else CANDIDATE
        # As what will take its first traffic, so that the release need not start it again.
        stack = next(
            (one for one in stages(build_manifest(version.manifest).pipeline, order.stack) if one in STACKS), TEST
        )
        configuration = await effective.of_version(platform, version, stack)
        candidate = await deployments.ensure(platform, version, stack, configuration, purpose)
        told = await deployments.settle(platform, candidate)
        start = _start(told)
        note.text = f"{start.describe()}, {say_size(start.memory_bytes)}"
        note.data = {"phases": start.phases, "imports": list(start.imports)}
        _check_budget(version, start)
        candidate = await deployments.prepare(platform, candidate, start)
    return candidate, start, _endpoints(told.get("endpoints"))


def _start(told: dict[str, Any]) -> Start:
    """What the first start measured; with few imports there is nothing that a container need do ahead."""
    phases = {str(name): float(seconds) for name, seconds in told.get("phases", {}).items()}
    imports = phases.get("import", 0.0)
    modules = tuple(told.get("modules", ())) if imports >= _WORTH_PREPARING else ()
    return Start(
        told["seconds"], imports, phases.get("warmup", 0.0), told["memory_bytes"], phases,
        tuple(told.get("imports", ())), modules,
    )  # fmt: skip


def _check_budget(version: Version, start: Start) -> None:
    """Raises Invalid. What the platform itself needed for the container is not the version's."""
    limit = build_manifest(version.manifest).limits.start
    own = start.import_seconds + start.warmup_seconds
    if own > limit:
        raise Invalid(
            f"the start takes {say_time(own)}, the budget is {say_time(limit)}: {start.describe()}",
            hint="import less, do it at the first use, or raise limits.start in stagedoor.toml",
            step="start",
            seconds=own,
            limit=limit,
        )


def _endpoints(told: Any) -> tuple[dict[str, str], ...]:
    """What the script says it answers: bounded, since it comes from inside a container. Raises Invalid."""
    listed = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    keys = ("method", "path", "description")
    endpoints = tuple(
        {key: str(one.get(key, ""))[:300] for key in keys} for one in listed[: template.MAX_ENDPOINTS + 1]
    )
    template.check_endpoints([(one["method"], one["path"]) for one in endpoints])
    return endpoints


async def _test(platform: Platform, progress: Progress, version: Version, source: Source) -> str:
    checks = source.manifest.checks
    if not platform.artefacts.has_tests(source.name, checks.tests):
        return "no tests"
    async with progress.step("tests") as note:
        sandbox = await platform.artefacts.sandbox(
            source.name, version.layer, version.python, source.manifest, tool="checks"
        )
        paths = platform.artefacts.import_paths(version.layer, tool="checks")
        config = dict(version.manifest.get("config", {}))
        result = await platform.engine.check(sandbox, paths, checks.tests, config, checks.timeout)
        if not result["passed"]:
            raise Invalid(f"the tests failed: {result['summary']}", step="tests", log=str(result["output"]))
        note.text = str(result["summary"])
    return note.text


async def _record(platform: Platform, progress: Progress, version: Version, source: Source, order: Order) -> None:
    async with progress.step("publish") as note:
        known = await platform.store.application(version.application)
        manifest = source.manifest
        application = known or Application(
            manifest.name, manifest.team, manifest.repository, version.major, platform.clock()
        )
        application = replace(application, repository=manifest.repository or application.repository)
        change = Change(order.by.name, "publish", version.application, version.number, None, {"digest": version.digest})
        await platform.store.add_version(version, application, change)
        note.text = f"{version.application} {version.number}"


async def _undo(platform: Platform, version: Version) -> None:
    """A version that does not exist leaves no deployment behind."""
    for one in await platform.store.deployments():
        if (one.application, one.version) == (version.application, version.number):
            await deployments.end(platform, one)
    platform.artefacts.discard(version.source)


async def discard(platform: Platform, source: Source) -> None:
    """Removes what was unpacked, unless a version is made of it or a publish of the application is under way."""
    known = await platform.store.versions(source.manifest.name)
    busy = any(line.startswith(f"{source.manifest.name} ") for line in platform.operations.lines())
    if not busy and source.name not in {version.source for version in known}:
        platform.artefacts.discard(source.name)
