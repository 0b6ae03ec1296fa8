"""Bringing deployments up and ending them: backends and doors are given out here, and come back here."""

import asyncio
import logging
import secrets
from dataclasses import replace
from typing import Any

from stagedoor.control import doors, room, traffic
from stagedoor.control.doors import NoPlace
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import World
from stagedoor.model.configuration import Configuration
from stagedoor.model.deployment import ARM, RELEASE, Deployment, Spec
from stagedoor.model.errors import Invalid, Unavailable
from stagedoor.model.manifest import Manifest
from stagedoor.model.manifest import build as build_manifest
from stagedoor.model.version import Start, Version

log = logging.getLogger("stagedoor.deployments")

_RESERVE = 10  # One place in so many is kept free.
_START_MARGIN = 10.0  # Beside the warm-up's own limit: the container, and a busy machine.


async def ensure(
    platform: Platform, version: Version, stack: str, configuration: Configuration, purpose: str, instances: int = 1
) -> Deployment:
    """The deployment of `version` with `configuration` in `stack`: the one there is, else a new one that starts now.

    It has so many `instances` at the least, as far as its manifest allows: traffic never moves to less than it had.
    An arm is always a new one, with exactly so many.

    When all places are taken, what is only kept warm gives way, the coldest first. Raises Unavailable when nothing is
    left that could.
    """
    while True:
        try:
            return await _ensure(platform, version, stack, configuration, purpose, instances)
        except NoPlace:
            async with platform.room_lock:
                coldest = min(await idle(platform), key=lambda one: one.used_at, default=None)
                if coldest is None and not platform.ending:
                    raise
                if coldest is None:
                    await asyncio.sleep(0.05)  # One that is ending gives its place back.
                    continue
                log.info("ending %s: its place is needed", coldest.spec.label)
                await end(platform, coldest)


async def _ensure(
    platform: Platform, version: Version, stack: str, configuration: Configuration, purpose: str, instances: int
) -> Deployment:
    manifest = build_manifest(version.manifest)
    count = _count(manifest, purpose, instances)
    running = _find(await platform.store.deployments(), version, stack, configuration, purpose)
    present = await doors.present(platform, running.id) if running else 0
    if present < count:
        label = f"{version.application}@{version.number}"
        await room.make(platform, manifest.resources.memory * (count - present), label)
    async with platform.pool_lock:
        known = await platform.store.deployments()
        found = _find(known, version, stack, configuration, purpose)
        if found is None:
            found = await _create(platform, known, version, stack, configuration, purpose, count)
            await platform.engine.deploy(found.spec)
            return found
        if purpose == RELEASE and found.purpose != RELEASE:
            found = replace(found, purpose=purpose)
        await platform.store.touch_deployment(found.id, platform.clock(), found.purpose)
    await platform.engine.deploy(found.spec)
    return found if present >= count else await doors.resize(platform, found, count)


def _count(manifest: Manifest, purpose: str, instances: int) -> int:
    if purpose == ARM:
        return instances
    return min(manifest.scaling.max, max(manifest.scaling.min, instances)) if purpose == RELEASE else 1


def _find(
    known: list[Deployment], version: Version, stack: str, configuration: Configuration, purpose: str
) -> Deployment | None:
    """One that serves exactly this. Nobody shares an arm."""
    for one in sorted(known, key=lambda one: one.purpose != RELEASE):
        if ARM not in (purpose, one.purpose) and one.runs(version.application, version.number, stack, configuration):
            return one
    return None


async def _create(
    platform: Platform,
    known: list[Deployment],
    version: Version,
    stack: str,
    configuration: Configuration,
    purpose: str,
    count: int,
) -> Deployment:
    manifest = build_manifest(version.manifest)
    sandbox = await platform.artefacts.sandbox(version.source, version.layer, version.python, manifest)
    backend, given = _give_out(platform, known, count)
    number = await platform.store.next_number("deployment")
    now = platform.clock()
    spec = Spec(
        deployment=f"d{number}-{secrets.token_hex(2)}",
        application=version.application,
        version=version.number,
        stack=stack,
        backend=backend,
        doors=given,
        sandbox=sandbox,
        boot=boot(platform, version, manifest, configuration),
        start_timeout=max(manifest.limits.warmup, manifest.limits.start) + _START_MARGIN,
        drain=manifest.limits.drain,
        hang=manifest.limits.hang,
        concurrency=manifest.scaling.concurrency,
        services=manifest.services,
        secrets=await _sealed(platform, version.application, stack, configuration),
        instances=count,
        # Both arms of a rollout keep the same size, whatever they are asked.
        scaling=replace(manifest.scaling, min=count, max=count) if purpose == ARM else manifest.scaling,
        preload=version.start.modules,
        # A version that is tried for the first time says what its imports take.
        measure=not version.start.seconds,
    )
    created = Deployment(
        spec.deployment, version.application, version.number, stack, purpose, now, now, spec, configuration.values,
        configuration.secrets,
    )  # fmt: skip
    await platform.store.save_deployment(created)
    await platform.apply_traffic()
    return created


def _give_out(platform: Platform, known: list[Deployment], count: int) -> tuple[str, tuple[int, ...]]:
    pools = platform.settings.pools
    if count > min(pools.doors, pools.slots):
        raise Unavailable(
            f"{count} instances are more than this platform has places, {min(pools.doors, pools.slots)}",
            hint="raise [pools] in platform.toml and restart, or lower scaling.min",
        )
    backends = {one.spec.backend for one in (*known, *platform.ending.values())}
    backend = next((f"b{n}" for n in range(pools.backends) if f"b{n}" not in backends), None)
    if backend is None:
        raise NoPlace(f"no place for another deployment: all {pools.backends} are given out", hint=doors.RAISE)
    return backend, doors.free(platform, known, count)


async def prepare(platform: Platform, deployment: Deployment, start: Start) -> Deployment:
    """After the first start of a version: the next ones are not measured, and find their imports done."""
    async with platform.pool_lock:
        fresh = await platform.store.deployment(deployment.id) or deployment
        present = await doors.present(platform, deployment.id)
        spec = replace(fresh.spec, preload=start.modules, measure=False, instances=present)
        changed = replace(fresh, spec=spec)
        await platform.store.save_deployment(changed)
        await platform.engine.change(changed.spec)
    return changed


async def _sealed(platform: Platform, application: str, stack: str, configuration: Configuration) -> dict[str, str]:
    if not configuration.secrets:
        return {}
    known = await platform.store.values(application, stack)
    contents = {(one.name, one.number): one.content for one in known if one.secret}
    return {name: contents[name, number] for name, number in configuration.secrets.items()}


def boot(platform: Platform, version: Version, manifest: Manifest, configuration: Configuration) -> dict[str, Any]:
    """What an instance of it is told, beside what is each one's own."""
    return {
        "entry": manifest.entry,
        "app": manifest.app,
        "prefixed": manifest.prefixed,
        "paths": platform.artefacts.import_paths(version.layer),
        "config": configuration.values,
        "body_limit": manifest.limits.body,
        "answer_limit": manifest.limits.answer,
        "log_rate": manifest.limits.log,
        "request_timeout": manifest.limits.request,
        "warmup_timeout": manifest.limits.warmup,
        "grace": manifest.limits.drain,
    }


async def settle(platform: Platform, deployment: Deployment) -> dict[str, Any]:
    """What the instances measured, once all are ready. Raises Invalid with the script's own words when one failed."""
    outcome = await platform.engine.settled(deployment.id)
    if outcome.get("state") == "ready":
        return outcome
    if outcome.get("state") == "missing":
        raise Unavailable("node does not know the deployment", hint="try again; `stagedoor status` shows the programs")
    step = str(outcome.get("step", "start"))
    raise Invalid(
        f"{deployment.spec.label} did not start: {_WHAT_FAILED.get(step, step)}",
        step=step,
        log=str(outcome.get("message", "")),
        lines=outcome.get("log", []),
    )


_WHAT_FAILED = {
    "import": "its import failed",
    "entry": "its entry is missing",
    "app": "its ASGI application is missing",
    "warmup": "its warm-up failed",
    "start": "it ended before it was ready",
    "container": "the container could not be started",
    "slot": "no slot is free",
    "capacity": "it does not fit into the machine's memory",
    "secrets": "its secrets could not be opened",
}


async def probe(platform: Platform, deployment: Deployment, manifest: Manifest) -> int:
    """The status of the script's own answer on the real path. Raises Invalid for 500 and above."""
    path = manifest.checks.path or "/.stagedoor/alive"
    status = await platform.edge.probe(deployment.spec.backend, path, manifest.limits.request)
    if status >= 500:
        raise Invalid(f"{deployment.spec.label} answers {status} to {path}", step="probe")
    return status


def in_use(platform: Platform, world: World) -> frozenset[str]:
    """What a line points at, and whatever an operation may be about to point at."""
    busy = busy_applications(platform)
    return frozenset(traffic.serving_ids(world) | {one.id for one in world.deployments if one.application in busy})


def busy_applications(platform: Platform) -> set[str]:
    return {name.split(" ")[0] for name in platform.operations.lines()}


def missing_places(platform: Platform, world: World) -> int:
    """How many instances' places are missing in the reserve: a release should not wait for one to become free."""
    pools = platform.settings.pools
    places = pools.doors
    taken = sum(len(one.spec.doors) for one in world.deployments)
    return max(0, places // _RESERVE - (places - taken))


async def idle(platform: Platform) -> list[Deployment]:
    """What nobody needs at this moment: kept warm for a way back, or a preview, and no operation brings it up."""
    world = await platform.store.world()
    serving = traffic.serving_ids(world)
    wanted = {(one.application, one.goal.get("version")) for one in platform.operations.running()}
    unknown = {application for application, version in wanted if version is None}
    return [
        one
        for one in world.deployments
        if one.id not in serving and (one.application, one.version) not in wanted and one.application not in unknown
    ]


async def end_unless_serving(platform: Platform, deployment: Deployment) -> None:
    """Ends what failed to come up, unless a line points at it."""
    world = await platform.store.world()
    if deployment.id not in traffic.serving_ids(world):
        await end(platform, deployment)


async def end(platform: Platform, deployment: Deployment) -> None:
    """Ends a deployment that no line points at: it drains, stops, and only then gives back what it held.

    It leaves the database first, so that nobody finds it and counts on it meanwhile.
    """
    async with platform.pool_lock:
        if deployment.id in platform.ending:
            return  # Somebody else ends it at this moment.
        platform.ending[deployment.id] = deployment
        await platform.store.drop_deployment(deployment.id)
    try:
        await platform.engine.end(deployment.id)
    finally:
        del platform.ending[deployment.id]
    await platform.apply_traffic()
