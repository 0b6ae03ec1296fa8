"""What is asked of the store."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import msgspec
from starlette.requests import Request

from stagedoor.model import trace as traces
from stagedoor.model.errors import Invalid, Missing
from stagedoor.model.filters import windows
from stagedoor.telemetry import asking, charts, minutes, questions
from stagedoor.telemetry.api.answers import Answer, span
from stagedoor.telemetry.pipeline import Pipeline

_ORDERS = {"newest": "time DESC", "slowest": "duration DESC"}


class StoredApi:
    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def asked(self) -> dict[str, Answer]:
        return {
            "/history": self.history, "/trace/{id}": self.trace, "/parties/{id}": self.parties,
            "/compare": self.compare, "/minutes": self.minutes, "/request_totals": self.request_totals,
            "/chart": self.chart, "/logs": self.logs, "/context": self.context, "/usage": self.usage,
            "/arms/{split}": self.arms,
        }  # fmt: skip

    def told(self) -> dict[str, Answer]:
        return {"/query": self.query}

    async def history(self, request: Request) -> Any:
        """{records} or {windows} of a query, of what is stored: of one application, at most so many `points`."""
        told = request.query_params
        kind, (since, until) = told.get("kind", "request"), span(request)
        query, store = questions.parse(told.get("query", ""), kind), self._pipeline.warehouse
        if application := told.get("application", ""):
            query = windows.within(query, "application", application)
        if query.figures and (points := int(told.get("points", "0"))):
            query = windows.widen(query, int((until - since) * 1e6), points)
        if query.figures:
            return {"windows": await self._ask(request, lambda: questions.history(store, query, kind, since, until))}
        order = _ORDERS.get(told.get("order", "newest"), "time DESC")
        limit = max(1, min(1000, int(told.get("limit", "100"))))
        return {
            "records": await self._ask(
                request, lambda: questions.records(store, query, kind, since, until, limit, order)
            )
        }

    async def _ask(self, request: Request, question: Callable[[], Any]) -> Any:
        """Whoever asks for a token has its places; the platform's own questions wait for no other."""
        return await self._pipeline.ask(question, request.query_params.get("owner", ""))

    async def arms(self, request: Request) -> Any:
        """Requests of a split's arms, from number `after` on."""
        split, after = request.path_params["split"], int(request.query_params.get("after", "0"))
        return await self._ask(request, lambda: self._pipeline.warehouse.arms.told(split, after))

    async def trace(self, request: Request) -> Any:
        identifier, senders = request.path_params["id"], _senders(request)
        found = await self._ask(request, lambda: questions.trace(self._pipeline.warehouse, identifier, senders))
        if found is None:
            raise Missing(
                f"nothing is known of a request {request.path_params['id']!r}",
                hint="it was not kept, or is older than what is kept",
            )
        return asdict(found)

    async def compare(self, request: Request) -> Any:
        """Two traces by `left` and `right`, or two versions of an application."""
        told, store, (since, until) = request.query_params, self._pipeline.warehouse, span(request)
        if application := told.get("application", ""):
            sides = [
                await self._ask(request, lambda v=told[side]: questions.asked(store, application, v, since, until))  # type: ignore[misc]
                for side in ("left", "right")
            ]
        else:
            sides = [(await self._one_side(request, told[side]), 1.0) for side in ("left", "right")]
        (left, of_left), (right, of_right) = sides
        return {
            "requests": [of_left, of_right],
            "differences": [asdict(one) for one in traces.compare(left, right, (of_left, of_right))],
        }

    async def parties(self, request: Request) -> Any:
        """The applications and services of a trace."""
        return await self._ask(request, lambda: questions.parties(self._pipeline.warehouse, request.path_params["id"]))

    async def _one_side(self, request: Request, identifier: str) -> Any:
        senders = _senders(request)
        found = await self._ask(request, lambda: questions.trace(self._pipeline.warehouse, identifier, senders))
        if found is None:
            raise Missing(f"nothing is known of a request {identifier!r}")
        return traces.asked(found.spans)

    async def minutes(self, request: Request) -> Any:
        told, (since, until) = request.query_params, span(request)
        only = {key: told[key] for key in ("application", "version", "stack", "endpoint") if told.get(key)}
        return await self._ask(request, lambda: minutes.read(self._pipeline.warehouse, since, until, **only))

    async def request_totals(self, request: Request) -> Any:
        """Minutes of each endpoint added up since telemetry began."""
        return await self._ask(request, lambda: list(self._pipeline.warehouse.totals.values()))

    async def chart(self, request: Request) -> Any:
        told, (since, until) = request.query_params, span(request)
        only = {key: told[key] for key in charts.KEYS if told.get(key)}
        return await self._ask(
            request, lambda: charts.read(self._pipeline.warehouse, told.get("of", "requests"), since, until, only)
        )

    async def logs(self, request: Request) -> Any:
        """{lines, histogram}; the newest first."""
        told, (since, until), store = request.query_params, span(request), self._pipeline.warehouse
        query, limit = questions.parse(told.get("query", ""), "log"), max(1, min(1000, int(told.get("limit", "200"))))
        if query.figures:
            raise Invalid("log lines are searched by a filter alone", hint="windows of them: `stagedoor insight`")
        return {
            "lines": await self._ask(request, lambda: questions.records(store, query, "log", since, until, limit)),
            "histogram": await self._ask(request, lambda: questions.histogram(store, query, since, until)),
        }

    async def context(self, request: Request) -> Any:
        told, store = request.query_params, self._pipeline.warehouse
        return await self._ask(
            request, lambda: questions.context(store, told["application"], told["instance"], float(told["at"]), 20)
        )

    async def usage(self, request: Request) -> Any:
        told, (since, until) = request.query_params, span(request)
        by = [name for name in told.get("by", "application").split(",") if name]
        where = questions.parse(told.get("query", ""), "request")
        teams = msgspec.json.decode(told.get("teams", "{}"), type=dict[str, str])
        return await self._ask(
            request, lambda: questions.usage(self._pipeline.warehouse, by, since, until, where, teams)
        )

    async def query(self, request: Request) -> Any:
        """{sql, applications, owner}: whose rows it may see, null for all; whose places it takes."""
        told = msgspec.json.decode(await request.body())
        with asking.place(str(told["owner"])):
            sources = await self._pipeline.work(self._pipeline.shared)
            return await asking.ask(str(told["sql"]), sources, told["applications"])


def _senders(request: Request) -> list[str]:
    """Teams whose spans and lines join a trace."""
    return [team for team in request.query_params.get("senders", "").split(",") if team]
