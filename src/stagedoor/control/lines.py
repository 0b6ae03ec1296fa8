"""Deleting a line: its address ends. Refused while it has traffic, unless confirmed by its name."""

from typing import Any

from stagedoor.control import deployments
from stagedoor.control.experiments import running
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.model.access import Identity
from stagedoor.model.errors import Conflict, Missing
from stagedoor.model.route import line_key

_LOOK_BACK = 300.0


async def delete(
    platform: Platform, by: Identity, application: str, major: int, stack: str, confirm: str
) -> dict[str, Any]:
    """Raises Missing, Forbidden, and Conflict with the traffic when it is not confirmed."""
    known = await platform.store.application(application)
    if known is None:
        raise Missing(f"there is no application {application!r}")
    by.require_change(known.team)
    line = await platform.store.line(application, major, stack)
    if not line.release:
        raise Missing(f"{application} has no line ^{major} in {stack}")
    key = line_key(application, major)
    if key in {f"{name.split(' ')[0]}/v{name.split('^')[1].split(' ')[0]}" for name in platform.operations.lines()}:
        raise Conflict(f"an operation on {line.name} is running")
    recent = await _recent(platform, key, stack)
    if recent and confirm != key:
        raise Conflict(
            f"{line.name} answered {recent} requests in the last {_LOOK_BACK / 60:.0f} minutes",
            hint=f"confirm with its name: --confirm {key}",
            requests=recent,
            confirm=key,
        )
    await running.end_of_line(platform, by.name, application, major, stack)
    await platform.store.delete_line(line, Change(by.name, "delete", application, line.name, {"release": line.release}))
    await platform.apply_traffic()
    ended = await _end_deployments(platform, application, major, stack)
    return {"line": line.name, "requests": recent, "ended": ended}


async def _recent(platform: Platform, key: str, stack: str) -> int:
    since = platform.clock() - _LOOK_BACK
    count = 0.0
    filters = {"kind": "request", "line": key, "stack": stack}
    async for record in platform.records.read(filters, 10_000, follow=False):
        # Those that are kept stand for the others too.
        count += record.get("weight", 1.0) * (record.get("at", 0) >= since)
    return round(count)


async def _end_deployments(platform: Platform, application: str, major: int, stack: str) -> int:
    ended = 0
    for one in await platform.store.deployments():
        if (one.application, one.stack) == (application, stack) and one.version.startswith(f"{major}."):
            await deployments.end(platform, one)
            ended += 1
    return ended
