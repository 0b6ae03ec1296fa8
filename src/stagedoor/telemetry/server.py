"""Telemetry's own API, on a unix socket: what control asks, and what it tells."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from typing import Any

import duckdb
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from stagedoor.model import trace as traces
from stagedoor.model.errors import Failure, Invalid, Missing, TooLarge
from stagedoor.model.filters import windows
from stagedoor.telemetry import asking, charts, minutes, otlp, questions
from stagedoor.telemetry.figures import CallKey, Cell
from stagedoor.telemetry.pipeline import Pipeline

_OWN = ("limit", "follow", "kind", "query", "since", "until", "order")
_DAY = 86400.0
_ORDERS = {"newest": "time DESC", "slowest": "duration DESC"}
_MOST = 100_000
Answer = Callable[[Request], Awaitable[Any]]


class TelemetryApi:
    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._figures = pipeline.figures

    def app(self) -> Starlette:
        asked: dict[str, Answer] = {
            "/calls": self.calls, "/totals": self.totals, "/governed": self.governed, "/series/{service}": self.series,
            "/fanout": self.fanout, "/health": self.health, "/history": self.history, "/trace/{id}": self.trace,
            "/compare": self.compare, "/minutes": self.minutes, "/logs": self.logs, "/context": self.context,
            "/usage": self.usage, "/chart": self.chart,
            "/request_totals": self.request_totals,
        }  # fmt: skip
        told: dict[str, Answer] = {
            "/known": self.learn, "/usage": self.add_usage, "/otlp/{what}": self.otlp,
            "/query": self.query,
        }  # fmt: skip
        return Starlette(
            routes=[
                Route("/records", self.records, methods=["GET"]),
                Route("/watch", self.watch, methods=["GET"]),
                *(Route(path, _encoded(answer), methods=["GET"]) for path, answer in asked.items()),
                *(Route(path, _encoded(answer), methods=["POST"]) for path, answer in told.items()),
            ]
        )

    async def health(self, request: Request) -> Any:
        """What was lost, by whom, and what is kept."""
        one = self._pipeline
        return {
            "lost": one.raw.lost + one.warehouse.lost, "log_lines_limited": one.logs.limited,
            "folded": dict(one.endpoints.folded), "failed": one.failed or one.exporter.failed,
            "export_dropped": one.exporter.dropped, "store_bytes": one.warehouse.files.size(),
            "files_dropped": one.warehouse.files.dropped, "edge_dropped": one.counted.dropped,
            "records": one.counted.records, "spans_refused": one.spans_refused,
        }  # fmt: skip

    # Figures of calls, of what is in memory

    async def calls(self, request: Request) -> Any:
        """Cells of a window, one for each service, method, caller and stack."""
        return _rows(self._figures.calls(_window(request)))

    async def totals(self, request: Request) -> Any:
        return _rows(self._figures.totals())

    async def governed(self, request: Request) -> Any:
        return self._figures.governed(_window(request))

    async def series(self, request: Request) -> Any:
        return self._figures.series(request.path_params["service"])

    async def fanout(self, request: Request) -> Any:
        return [
            {"label": key[0], "stack": key[1], "endpoint": key[2], **msgspec.to_builtins(one)}
            for key, one in self._figures.fanout(_window(request)).items()
        ]

    # Records

    async def records(self, request: Request) -> Response:
        """The newest, in order of time, of those with the values named; with `follow` also those to come."""
        told = dict(request.query_params)
        try:
            kind = told.get("kind", "request")
            text = questions.of_fields({key: value for key, value in told.items() if key not in _OWN}, kind)
            query = questions.parse(text, kind)
        except Failure as error:
            return _refusal(error)
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
            return _refusal(error)
        messages = self._pipeline.live.watch(query, told.get("kind", "request"))

        async def lines() -> AsyncIterator[bytes]:
            async for message in messages:
                yield msgspec.json.encode(message) + b"\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    async def history(self, request: Request) -> Any:
        """{records} or {windows} of a query, of what is stored: of one application, at most so many `points`."""
        told = request.query_params
        kind, (since, until) = told.get("kind", "request"), _span(request)
        query, store = questions.parse(told.get("query", ""), kind), self._pipeline.warehouse
        if application := told.get("application", ""):
            query = windows.within(query, "application", application)
        if query.figures and (points := int(told.get("points", "0"))):
            query = windows.widen(query, int((until - since) * 1e6), points)
        if query.figures:
            return {"windows": await self._ask(lambda: questions.history(store, query, kind, since, until))}
        order = _ORDERS.get(told.get("order", "newest"), "time DESC")
        limit = max(1, min(1000, int(told.get("limit", "100"))))
        return {"records": await self._ask(lambda: questions.records(store, query, kind, since, until, limit, order))}

    async def _ask(self, question: Callable[[], Any]) -> Any:
        return await self._pipeline.ask(question)

    # Traces

    async def trace(self, request: Request) -> Any:
        found = await self._ask(lambda: questions.trace(self._pipeline.warehouse, request.path_params["id"]))
        if found is None:
            raise Missing(
                f"nothing is known of a request {request.path_params['id']!r}",
                hint="it was not kept, or is older than what is kept",
            )
        return asdict(found)

    async def compare(self, request: Request) -> Any:
        """Two traces by `left` and `right`, or two versions of an application."""
        told, store, (since, until) = request.query_params, self._pipeline.warehouse, _span(request)
        if application := told.get("application", ""):
            sides = [
                await self._ask(lambda v=told[side]: questions.asked(store, application, v, since, until))  # type: ignore[misc]
                for side in ("left", "right")
            ]
        else:
            sides = [(await self._one_side(told[side]), 1.0) for side in ("left", "right")]
        (left, of_left), (right, of_right) = sides
        return {
            "requests": [of_left, of_right],
            "differences": [asdict(one) for one in traces.compare(left, right, (of_left, of_right))],
        }

    async def _one_side(self, identifier: str) -> Any:
        found = await self._ask(lambda: questions.trace(self._pipeline.warehouse, identifier))
        if found is None:
            raise Missing(f"nothing is known of a request {identifier!r}")
        return traces.asked(found.spans)

    # Minutes, logs, usage

    async def minutes(self, request: Request) -> Any:
        told, (since, until) = request.query_params, _span(request)
        only = {key: told[key] for key in ("application", "version", "stack", "endpoint") if told.get(key)}
        return await self._ask(lambda: minutes.read(self._pipeline.warehouse, since, until, **only))

    async def request_totals(self, request: Request) -> Any:
        """Minutes of each endpoint added up since telemetry began."""
        return await self._ask(lambda: list(self._pipeline.warehouse.totals.values()))

    async def chart(self, request: Request) -> Any:
        told, (since, until) = request.query_params, _span(request)
        only = {key: told[key] for key in charts.KEYS if told.get(key)}
        return await self._ask(
            lambda: charts.read(self._pipeline.warehouse, told.get("of", "requests"), since, until, only)
        )

    async def logs(self, request: Request) -> Any:
        """{lines, histogram}; the newest first."""
        told, (since, until), store = request.query_params, _span(request), self._pipeline.warehouse
        query, limit = questions.parse(told.get("query", ""), "log"), max(1, min(1000, int(told.get("limit", "200"))))
        if query.figures:
            raise Invalid("log lines are searched by a filter alone", hint="windows of them: `stagedoor insight`")
        return {
            "lines": await self._ask(lambda: questions.records(store, query, "log", since, until, limit)),
            "histogram": await self._ask(lambda: questions.histogram(store, query, since, until)),
        }

    async def context(self, request: Request) -> Any:
        told, store = request.query_params, self._pipeline.warehouse
        return await self._ask(
            lambda: questions.context(store, told["application"], told["instance"], float(told["at"]), 20)
        )

    async def usage(self, request: Request) -> Any:
        told, (since, until) = request.query_params, _span(request)
        by = [name for name in told.get("by", "application").split(",") if name]
        where = questions.parse(told.get("query", ""), "request")
        return await self._ask(lambda: questions.usage(self._pipeline.warehouse, by, since, until, where))

    async def query(self, request: Request) -> Any:
        """{sql, applications}: whose rows it may see, null for all."""
        told = msgspec.json.decode(await request.body())
        sources = await self._pipeline.work(self._pipeline.shared)
        return await asking.ask(str(told["sql"]), sources, told["applications"])

    # What control tells

    async def learn(self, request: Request) -> Any:
        """{endpoints, personal, flags}: what versions answer, what is crossed out, whose requests are all kept."""
        known = msgspec.json.decode(await request.body())
        await self._pipeline.work(lambda: self._pipeline.learn(known))

    async def add_usage(self, request: Request) -> Any:
        rows = msgspec.json.decode(await request.body())
        await self._pipeline.work(lambda: self._pipeline.add_usage(rows))

    async def otlp(self, request: Request) -> Any:
        """Spans or log lines of other processes, in OpenTelemetry's protocol; {rejected}."""
        kind = request.headers.get("content-type", "")
        rows = otlp.read(request.path_params["what"], await request.body(), kind, time.time(), self._pipeline.redaction)
        return await self._pipeline.work(lambda: self._pipeline.add_told(rows))


def _encoded(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        try:
            return Response(msgspec.json.encode(await answer(request)), media_type="application/json")
        except Failure as error:
            return _refusal(error)
        except (KeyError, ValueError) as error:
            return _refusal(Invalid(f"the question is not right: {error}"))
        except duckdb.Error as error:
            return _refusal(Invalid(f"the store cannot answer that: {str(error).splitlines()[0]}"))

    return respond


def _refusal(error: Failure) -> Response:
    content = {"code": error.code, "message": error.message, "hint": error.hint}
    return Response(msgspec.json.encode(content), error.status, media_type="application/json")


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


def _span(request: Request) -> tuple[float, float]:
    """(since, until), seconds since the epoch; the last day when nothing is said."""
    now = time.time()
    told = request.query_params
    return float(told.get("since") or now - _DAY), float(told.get("until") or now + 60)
