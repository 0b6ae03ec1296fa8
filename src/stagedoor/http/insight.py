"""Watching requests, calls and log lines as they arrive; the same questions to what is stored; traces."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse

from stagedoor.control import analytics, flagging, recipes
from stagedoor.control.platform import Platform
from stagedoor.http import bodies, stream
from stagedoor.model.access import Identity
from stagedoor.model.telemetry_views import Comparison, History, TraceView

Kind = Literal["request", "call", "log"]


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter(tags=["insight"])
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/insight", response_class=StreamingResponse)
    async def watch_insight(by: Who, request: Request, query: str = "", kind: Kind = "request") -> Response:
        """Server-sent events `seen`: records or windows that pass the query, with how many were seen and missed.

        `{seen, matched, missed, records}`, or `windows` in place of records for a query with figures. A last event
        `ended` holds the error of a filter that failed at a record or took too long. At most 10 at once for each token.
        """
        messages = platform.records.watch(query, kind, by)
        # The first message comes within a second; a query that is wrong is refused before the stream begins.
        first = await anext(messages)

        async def told() -> AsyncIterator[tuple[str, dict[str, Any]]]:
            yield "seen", first
            async for message in messages:
                yield "seen", message
                if "ended" in message:
                    yield "ended", message["ended"]

        return stream.events(told(), request, who, by)

    @router.get("/v1/insight/history")
    async def read_insight_history(
        by: Who, query: str = "", kind: Kind = "request", since: float = 0, until: float = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100, order: Literal["newest", "slowest"] = "newest",
    ) -> History:  # fmt: skip
        """The same of what is stored: records that were kept, or windows, weighted. The last day by default."""
        said = {"query": query, "kind": kind, "limit": str(limit), "order": order, "owner": by.name}
        said |= _span(since, until)
        return msgspec.convert(await platform.records.ask("history", **said), History)

    @router.get("/v1/traces/recipes")
    async def list_recipes(by: Who) -> list[recipes.Recipe]:
        """Ready-made questions for traces; {version}, {member} and {application} are filled in by who asks."""
        return list(recipes.RECIPES)

    @router.get("/v1/traces/compare")
    async def compare(
        by: Who, left: str, right: str, application: str = "", since: float = 0, until: float = 0
    ) -> Comparison:
        """Two requests by their ids, or two versions of an application: calls added, gone, slower."""
        said = {"left": left, "right": right, "application": application, "owner": by.name} | _span(since, until)
        if not application:
            said["senders"] = await analytics.senders(platform, left, right)
        return msgspec.convert(await platform.records.ask("compare", **said), Comparison)

    @router.get("/v1/traces/{identifier}")
    async def trace(by: Who, identifier: str) -> TraceView:
        """One request whole: its spans in time, who called whom, its log lines. By its id, or its trace's."""
        senders = await analytics.senders(platform, identifier)
        plain = identifier.replace("/", "")
        return msgspec.convert(await platform.records.ask(f"trace/{plain}", senders=senders, owner=by.name), TraceView)

    @router.get("/v1/flags")
    async def list_flags(by: Who) -> dict[str, float]:
        """Devices of which every request is kept, and until when."""
        return platform.flags.live(platform.clock())

    @router.put("/v1/flags/{device}")
    async def flag(by: Who, device: str, wish: bodies.FlagWish) -> dict[str, float]:
        """Keeps every request of a device for a while."""
        return await flagging.put(platform, by, device, wish.seconds)

    @router.delete("/v1/flags/{device}")
    async def unflag(by: Who, device: str) -> dict[str, float]:
        """Keeps only what there is a reason for again."""
        return await flagging.clear(platform, by, device)

    return router


def _span(since: float, until: float) -> dict[str, str]:
    return {name: str(at) for name, at in (("since", since), ("until", until)) if at}
