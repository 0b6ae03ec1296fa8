"""Telemetry's own API, on a unix socket: reading and following records."""

import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from stagedoor.telemetry.segments import Segments, matches

_OPTIONS = ("limit", "follow")


class TelemetryApi:
    def __init__(self, segments: Segments) -> None:
        self._segments = segments

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/records", self.records, methods=["GET"]),
                Route("/health", self.health, methods=["GET"]),
            ]
        )

    async def health(self, request: Request) -> Response:
        return JSONResponse({"lost": self._segments.lost})

    async def records(self, request: Request) -> Response:
        query = dict(request.query_params)
        limit, follow = int(query.get("limit", "100")), "follow" in query
        filters = {key: value for key, value in query.items() if key not in _OPTIONS}
        return StreamingResponse(self._lines(filters, limit, follow), media_type="application/x-ndjson")

    async def _lines(self, filters: dict[str, str], limit: int, follow: bool) -> AsyncIterator[bytes]:
        news = self._segments.follow() if follow else None
        found: list[dict[str, Any]] = []
        for record in self._segments.newest(limit):
            if len(found) >= limit:
                break
            if matches(record, filters):
                found.append(record)
        for record in reversed(found):
            yield json.dumps(record).encode() + b"\n"
        if news is not None:
            async for record in news:
                if matches(record, filters):
                    yield json.dumps(record).encode() + b"\n"
