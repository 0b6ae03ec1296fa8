"""Views: what is there, put together for people."""

import asyncio
from typing import Any

from stagedoor.control import traffic
from stagedoor.control.platform import Platform
from stagedoor.control.ports import World
from stagedoor.model.errors import Missing, Unavailable
from stagedoor.model.release import Line


async def overview(platform: Platform) -> dict[str, Any]:
    """Applications with their lines, what the pools have given out, whether the edge answers."""
    world = await platform.store.world()
    instances = await _instances(platform)
    pools = platform.settings.pools
    return {
        "applications": [
            {
                "name": one.name,
                "team": one.team,
                "repository": one.repository,
                "default_line": f"^{one.default_major}",
                "lines": [_line(world, line, instances) for line in world.lines if line.application == one.name],
            }
            for one in sorted(world.applications, key=lambda one: one.name)
        ],
        "pools": {
            "deployments": [len(world.deployments), pools.backends],
            "instances": [
                sum(len(one.spec.doors) for one in world.deployments),
                min(pools.doors, pools.slots),
            ],
            "services": [len(world.services), pools.services],
        },
        "edge": await _edge(platform),
        "programs": await asyncio.to_thread(platform.programs),
        "node": instances is not None,
    }


async def _instances(platform: Platform) -> list[dict[str, Any]] | None:
    try:
        return await platform.engine.instances()
    except Unavailable:
        return None


async def _edge(platform: Platform) -> dict[str, Any]:
    try:
        info = await platform.edge.info()
    except Unavailable:
        return {"alive": False}
    return {"alive": True, "uptime": info.get("Uptime", ""), "connections": int(info.get("CurrConns", 0))}


def _line(world: World, line: Line, instances: list[dict[str, Any]] | None) -> dict[str, Any]:
    release = world.current.get((line.application, line.major, line.stack))
    deployment = traffic.serving(world, line)
    states: dict[str, int] = {}
    for one in instances or []:
        if deployment is not None and one["deployment"] == deployment.id:
            states[one["state"]] = states.get(one["state"], 0) + 1
    return {
        "line": f"^{line.major}",
        "stack": line.stack,
        "region": "local",
        "release": line.release,
        "version": release.version if release else "",
        "released_by": release.made_by if release else "",
        "released_at": release.made_at if release else 0.0,
        "address": f"/{line.application}/v{line.major}/",
        "instances": states,
    }


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
                "start_seconds": one.start.seconds, "memory_bytes": one.start.memory_bytes, "released": released,
                "endpoints": list(one.endpoints), "preview": f"/-/preview/{one.application}@{one.number}/",
            }
        )  # fmt: skip
    return listed
