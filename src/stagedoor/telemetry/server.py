"""Telemetry's own API, on a unix socket: reading and following records."""

import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from stagedoor.telemetry.figures import CallKey, Cell, Figures
from stagedoor.telemetry.segments import Segments, matches

_OPTIONS = ("limit", "follow")


class TelemetryApi:
    def __init__(self, segments: Segments, figures: Figures) -> None:
        self._segments = segments
        self._figures = figures

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/records", self.records, methods=["GET"]),
                Route("/calls", self.calls, methods=["GET"]),
                Route("/totals", self.totals, methods=["GET"]),
                Route("/governed", self.governed, methods=["GET"]),
                Route("/series/{service}", self.series, methods=["GET"]),
                Route("/fanout", self.fanout, methods=["GET"]),
                Route("/health", self.health, methods=["GET"]),
            ]
        )

    async def health(self, request: Request) -> Response:
        return JSONResponse({"lost": self._segments.lost})

    async def calls(self, request: Request) -> Response:
        """Cells of a window, one for each service, method, caller and stack."""
        return _encoded(_rows(self._figures.calls(_window(request))))

    async def totals(self, request: Request) -> Response:
        return _encoded(_rows(self._figures.totals()))

    async def governed(self, request: Request) -> Response:
        return _encoded(self._figures.governed(_window(request)))

    async def series(self, request: Request) -> Response:
        return _encoded(self._figures.series(request.path_params["service"]))

    async def fanout(self, request: Request) -> Response:
        return _encoded([
            {"label": key[0], "stack": key[1], "endpoint": key[2], **msgspec.to_builtins(one)}
            for key, one in self._figures.fanout(_window(request)).items()
        ])  # fmt: skip

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


def _rows(cells: dict[CallKey, Cell]) -> list[dict[str, Any]]:
    return [
        {
            "service": key[0], "method": key[1], "caller": key[2], "stack": key[3], "calls": cell.calls,
            "errors": cell.errors, "refused": cell.refused, "retries": cell.retries, "faults": cell.faults,
            "bytes_in": cell.received, "bytes_out": cell.sent, "busy": cell.busy / 1e6,
            "latencies": {str(one): count for one, count in cell.latencies.items()},
        }
        for key, cell in cells.items()
    ]  # fmt: skip


def _window(request: Request) -> int:
    return max(1, min(3600, int(request.query_params.get("seconds", "60"))))


def _encoded(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
