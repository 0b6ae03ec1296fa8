"""Views: what is there, put together for people."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar

from stagedoor.control import sight, traffic
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import World
from stagedoor.decide.pipeline import stages
from stagedoor.model.application import Application
from stagedoor.model.deployment import Deployment
from stagedoor.model.errors import Missing, Unavailable
from stagedoor.model.manifest import build as build_manifest
from stagedoor.model.operation import DONE, RUNNING, Operation, Step
from stagedoor.model.pipeline import APPROVAL, HOURS
from stagedoor.model.release import Line
from stagedoor.model.version import Number, Version
from stagedoor.model.views import (
    ApplicationView,
    CapacityView,
    DeploymentView,
    EdgeView,
    LineView,
    ProgramView,
    PublicationView,
    Rate,
    StageView,
    StatusView,
)

_REGION = "local"
ANSWER_TIMEOUT_S = 2.5  # Longer than the edge's own time limit.
Answer = TypeVar("Answer")

Instances = list[dict[str, Any]]


async def overview(platform: Platform) -> StatusView:
    """Applications with their lines, what the pools have given out, whether the edge answers."""
    world = await platform.store.world()
    instances, memory, edge, telemetry, proxies, programs = await asyncio.gather(
        _within(_instances(platform)), _within(_memory(platform)), _within(_edge(platform)), _within(_health(platform)),
        platform.edge.silent(), asyncio.to_thread(platform.programs),
    )  # fmt: skip
    silent = {name for name, answer in {"node": instances, "telemetry": telemetry}.items() if answer is None} | proxies
    pools = platform.settings.pools
    taken = sum(len(one.spec.doors) for one in world.deployments)
    return StatusView(
        version=platform.release,
        applications=await applications(platform, world, instances or []),
        pools={
            "deployments": [len(world.deployments), pools.backends],
            "doors": [taken, pools.doors],
            "instances": [len(instances or []), pools.slots],
            "services": [len(world.services), pools.services],
        },
        edge=edge or EdgeView(alive=False),
        programs=[_program(said, silent) for said in programs],
        node=instances is not None,
        memory=memory,
        addresses=platform.addresses,
        missing_isolation=list(platform.missing_isolation),
        disk_warning=platform.disk.warning(),
    )


def _program(said: dict[str, Any], silent: set[str]) -> ProgramView:
    """Reads what the supervisor says. During an upgrade it may be a newer one, which says more."""
    known = {field.name for field in fields(ProgramView)}
    program = ProgramView(**{name: value for name, value in said.items() if name in known})
    if not program.pid or program.name not in silent:
        return program
    return replace(program, silent=f"it does not answer within {ANSWER_TIMEOUT_S:g} s")


async def _within(answer: Coroutine[Any, Any, Answer]) -> Answer | None:
    """Returns the answer of another program, or None when there is none in time: then status goes on without it."""
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            return await answer
    except TimeoutError:
        return None


async def _health(platform: Platform) -> Any:
    try:
        return await platform.records.ask("health")
    except Unavailable:
        return None


async def applications(
    platform: Platform, world: World | None = None, instances: Instances | None = None
) -> list[ApplicationView]:
    """All of them, by name."""
    world = world or await platform.store.world()
    instances = instances if instances is not None else await _instances(platform) or []
    latest = await platform.store.latest_versions()
    return [
        _application(world, one, latest.get(one.name, ""), instances)
        for one in sorted(world.applications, key=lambda one: one.name)
    ]


async def application(platform: Platform, name: str) -> ApplicationView:
    """Raises Missing."""
    for one in await applications(platform):
        if one.name == name:
            return one
    raise Missing(f"there is no application {name!r}")


def _application(world: World, one: Application, latest: str, instances: Instances) -> ApplicationView:
    lines = [_line(world, line, instances) for line in world.lines if line.application == one.name]
    return ApplicationView(
        one.name, one.team, one.repository, f"^{one.default_major}", latest, one.created_at,
        sorted(lines, key=lambda line: (line.stack, line.line)),
    )  # fmt: skip


async def _instances(platform: Platform) -> Instances | None:
    try:
        return await platform.engine.instances()
    except Unavailable:
        return None


async def _memory(platform: Platform) -> CapacityView | None:
    try:
        return await sight.capacity(platform)
    except Unavailable:
        return None


async def _edge(platform: Platform) -> EdgeView | None:
    try:
        info = await platform.edge.info()
    except Unavailable:
        return None
    return EdgeView(alive=True, uptime=info.get("Uptime", ""), connections=int(info.get("CurrConns", 0)))


def _states(instances: Instances, deployment: Deployment | None) -> dict[str, int]:
    if deployment is None:
        return {}
    return dict(Counter(one["state"] for one in instances if one["deployment"] == deployment.id))


def _line(world: World, line: Line, instances: Instances) -> LineView:
    release = world.current.get((line.application, line.major, line.stack))
    return LineView(
        line=f"^{line.major}",
        stack=line.stack,
        region=_REGION,
        release=line.release,
        version=release.version if release else "",
        released_by=release.made_by if release else "",
        released_at=release.made_at if release else 0.0,
        address=f"/{line.application}/v{line.major}/",
        instances=_states(instances, traffic.serving(world, line)),
    )


async def deployments(platform: Platform, application: str = "", stack: str = "") -> list[DeploymentView]:
    """What runs, the serving ones first."""
    world = await platform.store.world()
    instances = await _instances(platform) or []
    by_deployment = {one.deployment: one for one in await rates(platform, world)}
    serving = {one.id: line for line in world.lines if (one := traffic.serving(world, line)) is not None}
    listed = [
        _deployment(one, serving.get(one.id), instances, by_deployment.get(one.id))
        for one in world.deployments
        if application in ("", one.application) and stack in ("", one.stack)
    ]
    return sorted(listed, key=lambda one: (one.application, one.stack, not one.serving, -one.created_at))


def _deployment(one: Deployment, line: Line | None, instances: Instances, rate: Rate | None) -> DeploymentView:
    major = Number.parse(one.version).major
    return DeploymentView(
        id=one.id,
        application=one.application,
        line=f"^{major}",
        version=one.version,
        stack=one.stack,
        region=_REGION,
        purpose=one.purpose,
        serving=line is not None,
        release=line.release if line else 0,
        instances=_states(instances, one),
        wanted_instances=one.spec.instances,
        created_at=one.created_at,
        used_at=one.used_at,
        address=f"/{one.application}/v{major}/" if line else f"/-/preview/{one.spec.label}/",
        rate=rate,
    )


async def rates(platform: Platform, world: World | None = None) -> list[Rate]:
    """What each deployment does now; empty while the edge is away."""
    world = world or await platform.store.world()
    try:
        known = await platform.edge.loads()
    except Unavailable:
        return []
    loads = {one.id: known.get(one.spec.backend) for one in world.deployments}
    return [Rate(**asdict(load), deployment=name) for name, load in loads.items() if load is not None]


async def publications(platform: Platform, application: str, limit: int) -> list[PublicationView]:
    """What was published when, by whom and how it went; the newest first."""
    recent = await platform.store.operations(application, limit * 4)
    operations = [one for one in recent if one.publishes or one.goal.get("pipeline")][:limit]
    names = {one.application for one in operations}
    known = {
        (version.application, version.number): version
        for name in names
        for version in await platform.store.versions(name)
    }
    return [
        _publication(one, known.get((one.application, one.goal["version"])), await platform.store.steps(one.id, 0))
        for one in operations
    ]


def _publication(one: Operation, version: Version | None, steps: list[Step]) -> PublicationView:
    start = version.start if version else None
    return PublicationView(
        one.id, one.kind, one.application, one.goal["version"], one.goal.get("stack", ""), one.by, one.state,
        one.began_at, one.ended_at, one.error, version.tests if version else "",
        start.seconds if start else 0.0, start.import_seconds if start else 0.0, start.warmup_seconds if start else 0.0,
        start.memory_bytes if start else 0, _stages(one, version, steps),
    )  # fmt: skip


def _stages(one: Operation, version: Version | None, steps: list[Step]) -> list[StageView]:
    """Of its pipeline: what was said of each last."""
    if not one.goal.get("pipeline") or not one.goal.get("stack") or version is None:
        return []
    names = stages(build_manifest(version.manifest).pipeline, one.goal["stack"])
    last = {step.name: step for step in steps}
    found = [(name, last[name].state, last[name].text) if name in last else (name, "ahead", "") for name in names]
    reached = next((number for number, (_, state, _) in enumerate(found) if state != DONE), len(found))
    if reached < len(found) and found[reached][1] == "ahead":
        # Releases say more than one thing: none of it under the stage's own name until it is done.
        found[reached] = (found[reached][0], one.state, steps[-1].text if steps else "")
    waiting = one.state == RUNNING
    return [
        StageView(name, state, text, waiting and state == RUNNING and name in (APPROVAL, HOURS))
        for name, state, text in found
    ]


async def versions(platform: Platform, application: str) -> list[dict[str, Any]]:
    """Raises Missing."""
    if await platform.store.application(application) is None:
        raise Missing(f"there is no application {application!r}")
    world = await platform.store.world()
    listed = []
    for one in await platform.store.versions(application):
        released = [
            f"{stack} ^{major}"
            for (name, major, stack), release in sorted(world.current.items())
            if name == application and release.version == one.number
        ]
        listed.append(
            {
                "application": one.application, "number": one.number, "digest": one.digest, "python": one.python,
                "published_by": one.published_by, "published_at": one.published_at, "tests": one.tests,
                "start_seconds": one.start.seconds, "start": one.start.describe(),
                "memory_bytes": one.start.memory_bytes, "released": released,
                "endpoints": list(one.endpoints), "services": list(one.manifest.get("services", [])),
                "preview": f"/-/preview/{one.application}@{one.number}/",
            }
        )  # fmt: skip
    return listed
