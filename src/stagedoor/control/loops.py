"""What control does by itself: finish what a former process began, keep the edge true, end what nobody needs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from stagedoor.control import catalogue, deployments, releases, traffic
from stagedoor.control.experiments import running as experiments
from stagedoor.control.operations import Progress
from stagedoor.control.pipelines import running as pipelines
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.control.rollout import driving
from stagedoor.decide import warm
from stagedoor.model.deployment import RELEASE, Deployment
from stagedoor.model.errors import Conflict, Failure
from stagedoor.model.operation import Operation

log = logging.getLogger("stagedoor.loops")

_ROUND = 5.0
_PROXIES = ("edge", "egress")
_DEATH = 2.0  # Seconds between the end of an edge and the start of the next.


async def recover(platform: Platform) -> None:
    """After a start: versions that were never recorded leave nothing, releases that were begun are finished."""
    for one in await platform.store.deployments():
        if await platform.store.version(one.application, one.version) is None:
            await platform.engine.end(one.id)
            await platform.store.drop_deployment(one.id)
    await platform.engine.expect(await platform.artefacts.ground(""))
    known = await platform.store.deployments()
    for one in known:
        await platform.engine.deploy(one.spec)
    for stranger in set(await platform.engine.deployments()) - {one.id for one in known}:
        await platform.engine.end(stranger)
    await catalogue.tell_scripts(platform)
    platform.edge.forget()
    await platform.apply_traffic()
    await driving.end_orphans(platform)
    for operation in await platform.store.running_operations():
        platform.operations.resume(operation, _rest_of(platform, operation))
    await bring_back(platform)
    platform.recovered.set()


def _rest_of(platform: Platform, operation: Operation) -> Callable[[Progress], Awaitable[dict[str, Any]]]:
    goal = operation.goal

    async def work(progress: Progress) -> dict[str, Any]:
        if "experiment" in goal:
            return await experiments.carry_out(platform, progress, int(goal["experiment"]))
        version = await platform.store.version(operation.application, goal["version"])
        if version is None:
            raise Conflict(
                "control was restarted before the version was complete; nothing was published",
                hint="run it again",
            )
        if not goal.get("stack"):
            return {"application": operation.application, "version": version.number}
        wish = releases.wish_of(goal, operation.by)
        if goal.get("pipeline"):
            former = int(goal.get("former", 0))
            return await pipelines.carry_out(platform, progress, operation.application, wish, former)
        return await releases.carry_out(platform, progress, operation.application, wish)

    return work


async def keep_true(platform: Platform) -> None:
    """Compares the edge with the database every few seconds, and ends what has been without traffic for long."""
    await platform.recovered.wait()
    restarts = {name: int(program["restarts"]) for name, program in (await _proxies(platform)).items()}
    cold: asyncio.Task[None] | None = None
    while True:
        await asyncio.sleep(_ROUND)
        try:
            platform.edge.forget()
            await platform.apply_traffic()
            await bring_back(platform)
            await driving.end_orphans(platform)
            if cold is None or cold.done():
                # Beside the rounds: a version with long answers may drain for long.
                cold = asyncio.get_running_loop().create_task(_end_cold_quietly(platform))
            restarts = await count_lost(platform, restarts)
        except Failure as error:
            log.warning("%s", error)
        except Exception:
            log.exception("a round failed")


async def bring_back(platform: Platform) -> None:
    """What a line points at runs: a deployment that node or the database lost is made again."""
    async with platform.pool_lock:
        # Not in the middle of a deployment's making: it has no server at the edge yet.
        world = await platform.store.world()
        running = set(await platform.engine.deployments())
        for one in world.deployments:
            if one.id not in running and one.id not in platform.ending:
                await platform.engine.deploy(one.spec)
    for line in world.lines:
        release = world.current.get((line.application, line.major, line.stack))
        busy = deployments.busy_applications(platform)
        if release is None or traffic.serving(world, line) or line.application in busy:
            continue
        version = await platform.store.version(line.application, release.version)
        if version is not None:
            log.warning("%s has no deployment; it is made again", line.name)
            try:
                await deployments.ensure(platform, version, line.stack, release.configuration, RELEASE)
            except Exception as error:
                # One line that cannot be brought back keeps nobody else from it; the next round tries again.
                log.warning("%s: %s", line.name, error)


async def _end_cold_quietly(platform: Platform) -> None:
    try:
        await end_cold(platform)
    except Exception:
        log.exception("ending what is cold failed; the next round tries again")


async def _proxies(platform: Platform) -> dict[str, dict[str, Any]]:
    """What the supervisor says of edge and egress; nothing while it does not answer."""
    programs = await asyncio.to_thread(platform.programs)
    return {program["name"]: program for program in programs if program["name"] in _PROXIES}


async def count_lost(platform: Platform, known: dict[str, int]) -> dict[str, int]:
    """Notes a restart of edge or egress, and what the edge's cost: instances tell which requests they lost.

    Takes and returns the restarts by program.
    """
    proxies = await _proxies(platform)
    for name, program in proxies.items():
        if int(program["restarts"]) > known.get(name, 0):
            lost = await _lost_since(platform, program["since"] - _DEATH) if name == "edge" else 0
            after = {"requests_lost": lost, "cause": program["last_end"], "restarts": int(program["restarts"])}
            await platform.store.note(Change("supervisor", "restart", "", name, None, after))
    return {**known, **{name: int(program["restarts"]) for name, program in proxies.items()}}


async def _lost_since(platform: Platform, since: float) -> int:
    """Requests that instances say were lost with the edge: each once, of an application as many as it has places."""
    world = await platform.store.world()
    lost = 0
    for application in world.applications:
        places = sum(
            one.spec.concurrency * len(one.spec.doors)
            for one in world.deployments
            if one.application == application.name
        )
        requests = set()
        async for line in platform.engine.logs(application.name, "", 1000, follow=False):
            at = line.get("at")  # A script's own word: anything may stand there.
            if line.get("event") == "request_lost" and isinstance(at, int | float) and at >= since:
                requests.add(str(line.get("request_id")))
        lost += min(len(requests), places)
    return lost


async def end_cold(platform: Platform) -> None:
    """Ends side by side what nobody needs. What an operation may count on is left alone, as of this very moment."""
    world = await platform.store.world()
    needed = deployments.in_use(platform, world)
    short_of = deployments.missing_places(platform, world)
    decisions = warm.decide(platform.clock(), world.deployments, needed, platform.settings.keep, short_of=short_of)
    for decision in decisions:
        log.info("ending %s: %s", decision.deployment.spec.label, decision.reason)
    await asyncio.gather(*(_end_if_unused(platform, decision.deployment) for decision in decisions))


async def _end_if_unused(platform: Platform, deployment: Deployment) -> None:
    if deployment.application not in deployments.busy_applications(platform):
        await deployments.end(platform, deployment)
