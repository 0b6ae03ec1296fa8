"""Charts, log lines, who uses what, SQL over what is stored, and what other processes tell in OTLP."""

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from stagedoor.control import analytics
from stagedoor.control.platform import Platform
from stagedoor.http import bodies, otlp
from stagedoor.model.access import Identity
from stagedoor.model.tables import TABLES
from stagedoor.model.telemetry_views import Answer, ChartView, Health, LogsView, Table, UsedBy


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter(tags=["telemetry"])
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/charts")
    async def chart(  # noqa: PLR0913 - each a parameter of the address
        by: Who, of: Literal["requests", "calls", "usage"] = "requests", application: str = "", version: str = "",
        stack: str = "", endpoint: str = "", service: str = "", name: str = "", since: float = 0, until: float = 0,
    ) -> ChartView:  # fmt: skip
        """Metrics over time, of all requests, with the releases marked. The last hour when nothing is said."""
        only = {
            "application": application, "version": version, "stack": stack, "endpoint": endpoint, "service": service,
            "name": name,
        }  # fmt: skip
        return await analytics.chart(platform, by, of, only, since, until)

    @router.get("/v1/logs")
    async def search_logs(
        by: Who, query: str = "", since: float = 0, until: float = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> LogsView:  # fmt: skip
        """Log lines that pass a filter, the newest first, and how many there are over time. The last day by default."""
        said = {"query": query, "limit": str(limit), "owner": by.name} | _span(since, until)
        return msgspec.convert(await platform.records.ask("logs", **said), LogsView)

    @router.get("/v1/logs/context")
    async def context(by: Who, application: str, instance: str, at: float) -> list[dict[str, Any]]:
        """Twenty lines of an instance before a time and twenty after it, the oldest first."""
        found: list[dict[str, Any]] = await platform.records.ask(
            "context", application=application, instance=instance, at=str(at), owner=by.name
        )
        return found

    @router.get("/v1/usage")
    async def usage(
        by: Who, fields: str = "application", query: str = "", since: float = 0, until: float = 0
    ) -> list[UsedBy]:
        """Requests, devices and members by fields: application, line, version, device_type, endpoint, stack, method."""
        return await analytics.usage(platform, by, fields, query, since, until)

    @router.post("/v1/query")
    async def query(by: Who, wish: bodies.QueryWish) -> Answer:
        """A SELECT over the public tables, of the rows that the asker's teams own. Bounded in memory, time and rows."""
        return await analytics.query(platform, by, wish.sql)

    @router.get("/v1/query/tables")
    async def tables(by: Who) -> list[Table]:
        """The tables that a query may ask."""
        return [Table(name, [(key, *value) for key, value in columns.items()]) for name, columns in TABLES.items()]

    @router.get("/v1/telemetry")
    async def get_telemetry_health(by: Who) -> Health:
        """What was lost, limited or folded: nothing is dropped unsaid."""
        return msgspec.convert(await platform.records.ask("health"), Health)

    @router.post("/v1/otlp/v1/{what}", response_class=Response)
    async def take(by: Who, request: Request, what: str) -> Response:
        """Traces and logs of another process, as any OpenTelemetry SDK sends them: protobuf or JSON, gzip or not."""
        return await otlp.take(platform, by, request, what)

    return router


def _span(since: float, until: float) -> dict[str, str]:
    return {name: str(at) for name, at in (("since", since), ("until", until)) if at}
