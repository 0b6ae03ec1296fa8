"""Records as lines while somebody listens: the newest with those to come, and what watchers see."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from stagedoor.model.errors import Failure
from stagedoor.model.filters.windows import Query
from stagedoor.telemetry import questions
from stagedoor.telemetry.api.answers import refusal
from stagedoor.telemetry.pipeline import Pipeline

_OWN = ("limit", "follow", "kind", "query", "since", "until", "order", "owner", "operator")
_MOST = 10_000
Messages = AsyncIterator[dict[str, Any]]


class StreamsApi:
    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def streamed(self) -> dict[str, Callable[[Request], Awaitable[Response]]]:
        return {"/records": self.records, "/watch": self.watch}

    async def records(self, request: Request) -> Response:
        """The newest, in order of time, of those with the values named; with `follow` also those to come."""
        told = dict(request.query_params)
        try:
            kind = told.get("kind", "request")
            text = questions.of_fields({key: value for key, value in told.items() if key not in _OWN}, kind)
            query = questions.parse(text, kind)
            news = self._watch(request, query, kind) if "follow" in told else None
            first = await anext(news) if news is not None else None
            limit, until = max(0, min(_MOST, int(told.get("limit", "100")))), time.time() + 60
            store = self._pipeline.warehouse
            found = await self._pipeline.ask(
                lambda: questions.records(store, query, kind, 0.0, until, limit), told.get("owner", "")
            )
        except Failure as error:
            return refusal(error)
        return StreamingResponse(_lines(found, kind, news, first), media_type="application/x-ndjson")

    def _watch(self, request: Request, query: Query, kind: str) -> Messages:
        told = request.query_params
        return self._pipeline.live.watch(query, kind, told.get("owner", ""), is_operator="operator" in told)

    async def watch(self, request: Request) -> Response:
        """Messages as JSON lines while somebody listens."""
        told = request.query_params
        try:
            query = questions.parse(told.get("query", ""), told.get("kind", "request"))
            messages = self._watch(request, query, told.get("kind", "request"))
            first = await anext(messages)
        except Failure as error:
            return refusal(error)

        async def lines() -> AsyncIterator[bytes]:
            yield msgspec.json.encode(first) + b"\n"
            async for message in messages:
                yield msgspec.json.encode(message) + b"\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson")


async def _lines(
    found: list[dict[str, Any]], kind: str, news: Messages | None, first: dict[str, Any] | None
) -> AsyncIterator[bytes]:
    for record in reversed(found):
        yield msgspec.json.encode(record) + b"\n"
    seen = {record.get("id") for record in found}
    while news is not None and first is not None:
        for record in first.get("records", ()):
            if record.get("id") not in seen or kind != "request":
                yield msgspec.json.encode(record) + b"\n"
        if "ended" in first:
            yield msgspec.json.encode({"error": first["ended"]}) + b"\n"
        first = await anext(news, None)
