"""Charts with their releases, who uses what, and queries over what a team may see."""

import msgspec

from stagedoor.control.platform import Platform
from stagedoor.model import metric
from stagedoor.model.access import DEVELOPER, VIEWER, Identity
from stagedoor.model.errors import Forbidden
from stagedoor.model.telemetry_views import Answer, ChartView, Mark, SeriesView, UsedBy

_HOUR = 3600.0


async def chart(
    platform: Platform, by: Identity, of: str, only: dict[str, str], since: float, until: float
) -> ChartView:
    """Raises Invalid, Unavailable."""
    now = platform.clock()
    since, until = since or now - _HOUR, until or now
    said = {name: value for name, value in only.items() if value} | {"of": of, "since": str(since), "until": str(until)}
    told = await platform.records.ask("chart", **said, owner=by.name)
    series = [
        SeriesView(one.name, one.title, one.unit, [(at, value) for at, value in told["series"].get(one.name, ())])
        for one in metric.of(of)
    ]
    return ChartView(told["step"], series, await marks(platform, only, since, until))


async def marks(platform: Platform, only: dict[str, str], since: float, until: float) -> list[Mark]:
    """Releases within the time, the oldest first."""
    found = [
        Mark(one.made_at, f"{one.application} {one.version} to {one.stack}", one.version, one.stack)
        for one in await platform.store.all_releases()
        if since <= one.made_at <= until
        and only.get("application", "") in ("", one.application)
        and only.get("stack", "") in ("", one.stack)
    ]
    return sorted(found, key=lambda one: one.at)


async def usage(platform: Platform, by: Identity, fields: str, query: str, since: float, until: float) -> list[UsedBy]:
    """Raises Invalid, Unavailable."""
    names = [name.strip() for name in fields.split(",") if name.strip()]
    said = {"by": ",".join(names), "query": query, "owner": by.name}
    said |= {name: str(at) for name, at in (("since", since), ("until", until)) if at}
    if "team" in names:
        teams = {one.name: one.team for one in (await platform.store.world()).applications}
        said["teams"] = msgspec.json.encode(teams).decode()
    return [
        UsedBy([str(row[name]) for name in names], row["requests"], row["errors"] or 0.0, row["devices"],
               row["members"], row["last"])
        for row in await platform.records.ask("usage", **said)
    ]  # fmt: skip


async def senders(platform: Platform, *identifiers: str) -> str:
    """Returns the teams whose spans and lines join a trace: those of its applications and of the services called."""
    teams: set[str] = set()
    for identifier in identifiers:
        parties = await platform.records.ask(f"parties/{identifier.replace('/', '')}")
        owners = [
            *[await platform.store.application(name) for name in parties["applications"][:50] if name],
            *[await platform.store.service(name) for name in parties["services"][:50] if name],
        ]
        teams |= {owner.team for owner in owners if owner is not None and owner.team}
    return ",".join(sorted(teams))


async def query(platform: Platform, by: Identity, sql: str) -> Answer:
    """Raises Forbidden, Invalid, TooLarge, Unavailable."""
    if by.role == VIEWER:
        raise Forbidden(f"{by.name} is a viewer and may not query", hint="use a developer's token")
    applications = None
    if by.role == DEVELOPER:
        world = await platform.store.world()
        applications = [one.name for one in world.applications if one.team == by.team]
    body = msgspec.json.encode({"sql": sql, "applications": applications, "owner": by.name})
    return msgspec.convert(await platform.records.tell("query", body), Answer)
