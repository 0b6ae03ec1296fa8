"""Records as lines while somebody listens: the newest with those to come, and what watchers see."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from stagedoor.model.errors import Failure, TooLarge
from stagedoor.telemetry import questions
from stagedoor.telemetry.api.answers import refusal
from stagedoor.telemetry.pipeline import Pipeline

_OWN = ("limit", "follow", "kind", "query", "since", "until", "order")
_MOST = 100_000


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
        except Failure as error:
            return refusal(error)
        limit = max(0, min(_MOST, int(told.get("limit", "100"))))
        return StreamingResponse(self._lines(query, kind, limit, "follow" in told), media_type="application/x-ndjson")

    async def _lines(self, query: Any, kind: str, limit: int, follow: bool) -> AsyncIterator[bytes]:
        store, now = self._pipeline.warehouse, time.time() + 60
        news = self._pipeline.live.watch(query, kind) if follow else None
        first = await anext(news) if news is not None else None
        found = await self._pipeline.ask(lambda: questions.records(store, query, kind, 0.0, now, limit))
        for record in reversed(found):
            yield msgspec.json.encode(record) + b"\n"
        seen = {record.get("id") for record in found}
        while news is not None and first is not None:
            for record in first.get("records", ()):
                if record.get("id") not in seen or kind != "request":
                    yield msgspec.json.encode(record) + b"\n"
            first = await anext(news)

    async def watch(self, request: Request) -> Response:
        """Messages as JSON lines while somebody listens."""
        told = request.query_params
        try:
            query = questions.parse(told.get("query", ""), told.get("kind", "request"))
            if self._pipeline.live.is_full:
                raise TooLarge("so many watch already that one more would be too dear", hint="close another one")
        except Failure as error:
            return refusal(error)
        messages = self._pipeline.live.watch(query, told.get("kind", "request"))

        async def lines() -> AsyncIterator[bytes]:
            async for message in messages:
                yield msgspec.json.encode(message) + b"\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson")
