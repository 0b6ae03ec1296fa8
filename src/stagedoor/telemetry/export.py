"""Sends what is kept on to a collector, in OpenTelemetry's protocol over HTTP: traces, log lines, metrics.

A collector that is slow or away costs what it would have got, counted, and nothing else: what waits is bounded.
Names follow the semantic conventions for HTTP. https://opentelemetry.io/docs/specs/semconv/http/
"""

import asyncio
import hashlib
import logging
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality

from stagedoor.model.minute import Minute
from stagedoor.model.sketch import middle, upper
from stagedoor.telemetry.lines import Line

log = logging.getLogger("stagedoor.telemetry")

_MOST, MAX_LINES, _BATCH = 20_000, 4000, 2000
_PAUSE, _METRICS_EVERY, _PATIENCE = 1.0, 60.0, 10.0
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_SEVERITY = {"debug": 5, "print": 9, "info": 9, "platform": 9, "warning": 13, "error": 17}
_SERVER, _CLIENT, _ERROR = 2, 3, 2
Row = Mapping[str, Any]


@dataclass(slots=True)
class Exporter:
    """`address`: of the collector, as http://collector:4318; empty: nothing is sent. `dropped`: spans and lines."""

    address: str
    authorization: str = ""
    dropped: int = 0
    failed: str = ""
    began: float = field(default_factory=time.time)
    _requests: deque[Row] = field(default_factory=deque)
    _calls: deque[Row] = field(default_factory=deque)
    _lines: deque[Line] = field(default_factory=deque)

    def add(self, requests: Iterable[Row], calls: Iterable[Row]) -> None:
        self._put(self._requests, requests)
        self._put(self._calls, calls)

    def add_lines(self, lines: Iterable[Line]) -> None:
        if self.address:
            self._put(self._lines, lines, MAX_LINES)  # Each may have 16 KB.

    def _put(self, queue: deque[Any], items: Iterable[Any], most: int = _MOST) -> None:
        queue.extend(items)
        while len(queue) > most:
            queue.popleft()
            self.dropped += 1

    async def run(self, totals: Any) -> None:
        """`totals()`: the minutes of each endpoint, added up since the program began."""
        if not self.address:
            return
        headers = {"content-type": "application/x-protobuf"}
        if self.authorization:
            headers["authorization"] = self.authorization
        last = 0.0
        async with httpx2.AsyncClient(base_url=self.address, headers=headers, timeout=_PATIENCE) as client:
            while True:
                await asyncio.sleep(_PAUSE)
                while self._requests or self._calls:
                    requests, calls = _take(self._requests), _take(self._calls)
                    await self._send(client, "traces", spans(requests, calls), len(requests) + len(calls))
                while self._lines:
                    lines = _take(self._lines)
                    await self._send(client, "logs", logs(lines), len(lines))
                if time.monotonic() - last > _METRICS_EVERY:
                    last = time.monotonic()
                    await self._send(client, "metrics", metrics(totals(), self.began, time.time()), 0)

    async def _send(self, client: httpx2.AsyncClient, what: str, content: bytes, count: int) -> None:
        try:
            answer = await client.post(f"/v1/{what}", content=content)
            answer.raise_for_status()
            self.failed = ""
        except httpx2.HTTPError as error:
            self.dropped += count
            if not self.failed:
                log.warning("the collector takes nothing: %s", error)
            self.failed = f"the collector takes nothing: {error}"[:300]


def _take(queue: deque[Any]) -> list[Any]:
    return [queue.popleft() for _ in range(min(_BATCH, len(queue)))]


def spans(requests: Iterable[Row], calls: Iterable[Row]) -> bytes:
    """A server's span for each request and a client's for each call, by application."""
    message = ExportTraceServiceRequest()
    scopes: dict[tuple[str, str, str], Any] = {}
    for one in requests:
        trace = _trace(one["id"])
        span = _scope(message.resource_spans, scopes, one).spans.add(
            trace_id=trace, span_id=_span(trace, "request"), name=str(one["endpoint"]), kind=_SERVER
        )
        route = str(one["endpoint"]).partition(" ")[2]
        _fill(span, one, {
            "http.request.method": one["method"], "url.path": one["path"], "http.route": route,
            "http.response.status_code": int(one["status"]), "stagedoor.kept": one["kept"],
            "stagedoor.weight": float(one["weight"]), "stagedoor.instance": one["instance"],
        })  # fmt: skip
    for one in calls:
        trace = _trace(one["id"])
        own = bytes.fromhex(one["span"]) if len(one["span"]) == 16 else _span(trace, f"{one['at']}{one['name']}")
        span = _scope(message.resource_spans, scopes, one).spans.add(
            trace_id=trace, span_id=own, parent_span_id=_span(trace, "request"), kind=_CLIENT,
            name=f"{one['service']}.{one['name']}",
        )  # fmt: skip
        _fill(span, one, {
            "http.request.method": one["method"], "url.path": one["path"], "server.address": one["service"],
            "http.response.status_code": int(one["status"]), "http.request.resend_count": int(one["attempt"]),
            "stagedoor.refused": one["refused"],
        })  # fmt: skip
    content: bytes = message.SerializeToString()
    return content


def _fill(span: Any, one: Row, attributes: Mapping[str, Any]) -> None:
    span.start_time_unix_nano = int(one["at"] * 1e9)
    span.end_time_unix_nano = span.start_time_unix_nano + int(one["duration"]) * 1000
    if int(one["status"]) >= 500 or int(one["status"]) <= 0:
        span.status.code = _ERROR
    _attribute(span.attributes, {name: value for name, value in attributes.items() if value not in ("", None)})


def _scope(listed: Any, known: dict[tuple[str, str, str], Any], one: Row) -> Any:
    key = (str(one["application"]), str(one["version"]), str(one["stack"]))
    if key not in known:
        resource = listed.add()
        _attribute(resource.resource.attributes, {
            "service.name": key[0] or "stagedoor", "service.version": key[1], "deployment.environment.name": key[2],
        })  # fmt: skip
        known[key] = resource.scope_spans.add()
        known[key].scope.name = "stagedoor"
    return known[key]


def _attribute(listed: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        one = listed.add(key=name)
        kind = {int: "int_value", float: "double_value"}.get(type(value), "string_value")
        setattr(one.value, kind, value)


def _trace(identifier: str) -> bytes:
    plain = identifier.replace("-", "")
    try:
        return bytes.fromhex(plain) if len(plain) == 32 else hashlib.md5(identifier.encode()).digest()  # noqa: S324
    except ValueError:
        return hashlib.md5(identifier.encode()).digest()  # noqa: S324 - a name, no secret


def _span(trace: bytes, name: str) -> bytes:
    return hashlib.sha256(trace + name.encode()).digest()[:8]


def logs(lines: Iterable[Line]) -> bytes:
    message = ExportLogsServiceRequest()
    scopes: dict[str, Any] = {}
    for one in lines:
        if one.application not in scopes:
            resource = message.resource_logs.add()
            _attribute(resource.resource.attributes, {"service.name": one.application})
            scopes[one.application] = resource.scope_logs.add()
        record = scopes[one.application].log_records.add(
            time_unix_nano=int(one.time * 1e9), severity_number=_SEVERITY.get(one.level, 9), severity_text=one.level
        )
        record.body.string_value = one.message
        if one.request:
            record.trace_id = _trace(one.request)
        _attribute(
            record.attributes, {"service.instance.id": one.instance} | ({"fields": one.fields} if one.fields else {})
        )
    content: bytes = message.SerializeToString()
    return content


def metrics(totals: Iterable[Minute], began: float, now: float) -> bytes:
    """Histograms of durations and counts of errors since the program began."""
    message = ExportMetricsServiceRequest()
    scope = message.resource_metrics.add().scope_metrics.add()
    scope.scope.name = "stagedoor"
    durations = scope.metrics.add(name="http.server.request.duration", unit="s").histogram
    errors = scope.metrics.add(name="stagedoor.request.errors", unit="{request}").sum
    durations.aggregation_temporality = errors.aggregation_temporality = AggregationTemporality.Value(
        "AGGREGATION_TEMPORALITY_CUMULATIVE"
    )
    errors.is_monotonic = True
    for one in totals:
        times = {"start_time_unix_nano": int(began * 1e9), "time_unix_nano": int(now * 1e9)}
        labels = {
            "service.name": one.application, "service.version": one.version, "http.route": one.endpoint,
            "deployment.environment.name": one.stack,
        }  # fmt: skip
        point = durations.data_points.add(count=one.requests, explicit_bounds=_BOUNDS, **times)
        point.bucket_counts.extend(_counts(one.latencies))
        point.sum = sum(middle(at) * count for at, count in one.latencies.items())
        _attribute(point.attributes, labels)
        _attribute(errors.data_points.add(as_int=one.errors, **times).attributes, labels)
    content: bytes = message.SerializeToString()
    return content


def _counts(latencies: Mapping[int, int]) -> list[int]:
    found = [0] * (len(_BOUNDS) + 1)
    for at, count in latencies.items():
        found[next((n for n, bound in enumerate(_BOUNDS) if upper(at) <= bound), len(_BOUNDS))] += count
    return found
