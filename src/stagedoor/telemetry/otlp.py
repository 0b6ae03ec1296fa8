"""OpenTelemetry's protocol over HTTP, as any SDK speaks it: spans and log lines of other processes.

What comes may be broken, huge, late, of the future or sent twice: every part is bounded, and what is left out is
counted in the answer (`rejected`), as the protocol has it. https://opentelemetry.io/docs/specs/otlp/
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.json_format import Parse, ParseError
from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from stagedoor.logfiles import PLATFORM_LEVEL
from stagedoor.model.errors import Invalid, TooLarge
from stagedoor.model.redaction import CROSSED, Redaction

LARGEST = 4 << 20
_MOST, _LONGEST_NAME, _LONGEST_ATTRIBUTES = 10_000, 200, 4000
_OLDEST, _FURTHEST = 86_400.0, 300.0
_KINDS = ("", "internal", "server", "client", "producer", "consumer")
_STATUS = ("", "ok", "error")
_APPLICATION = "stagedoor.application"


@dataclass(slots=True)
class Told:
    """Rows for the store, and how many were left out, with the reason of the last."""

    table: str
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    rejected: int = 0
    why: str = ""

    def reject(self, why: str) -> None:
        self.rejected += 1
        self.why = why


def read(what: str, body: bytes, kind: str, now: float, redaction: Redaction) -> Told:
    """`what`: traces or logs. Raises Invalid, TooLarge."""
    if what == "traces":
        request = _parse(ExportTraceServiceRequest(), body, kind)
        told = Told("spans")
        for resource in request.resource_spans:
            service, application = _who(resource.resource)
            for scope in resource.scope_spans:
                for span in scope.spans:
                    _take_span(told, span, service, application, now, redaction)
        return told
    if what == "logs":
        request = _parse(ExportLogsServiceRequest(), body, kind)
        told = Told("logs")
        for resource in request.resource_logs:
            service, application = _who(resource.resource)
            for scope in resource.scope_logs:
                for record in scope.log_records:
                    _take_log(told, record, service, application, now, redaction)
        return told
    raise Invalid(
        f"{what!r} is not taken in", hint="/v1/traces and /v1/logs are; metrics of services come from their calls"
    )


def _parse(message: Any, body: bytes, kind: str) -> Any:
    if len(body) > LARGEST:
        raise TooLarge(f"the body is above {LARGEST} bytes", hint="send smaller batches")
    try:
        if "json" in kind:
            Parse(_hex_ids(body), message, ignore_unknown_fields=True, max_recursion_depth=30)
        else:
            message.ParseFromString(body)
    except (DecodeError, ParseError, ValueError, RecursionError) as error:
        raise Invalid(
            f"the body is no OTLP: {str(error)[:200]}", hint="protobuf, or JSON with its content-type"
        ) from None
    return message


def _hex_ids(body: bytes) -> str:
    """OTLP's JSON has ids in hexadecimal, where protobuf's own JSON has base64."""

    def mend(value: dict[str, Any]) -> dict[str, Any]:
        for name in ("traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id"):
            told = value.get(name)
            if isinstance(told, str):
                value[name] = base64.b64encode(bytes.fromhex(told)).decode()
        return value

    return json.dumps(json.loads(body, object_hook=mend))


def _who(resource: Message) -> tuple[str, str]:
    """(the service's name, the application whose trace it belongs to when it says so)."""
    known = _attributes(resource.attributes)
    return str(known.get("service.name", "unknown"))[:_LONGEST_NAME], str(known.get(_APPLICATION, ""))[:_LONGEST_NAME]


def _take_span(told: Told, span: Any, service: str, application: str, now: float, redaction: Redaction) -> None:
    begin, end = span.start_time_unix_nano, span.end_time_unix_nano
    if len(span.trace_id) != 16 or len(span.span_id) != 8:
        return told.reject("a span without a trace's and its own id")
    if end < begin or not _is_near(begin / 1e9, now):
        return told.reject("a span that ends before it begins, is of the future, or is older than a day")
    if len(told.rows) >= _MOST:
        return told.reject(f"more than {_MOST} spans at once")
    told.rows.append((
        begin // 1000, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(), application, service,
        span.name[:_LONGEST_NAME], _KINDS[span.kind] if span.kind < len(_KINDS) else "", (end - begin) // 1000,
        _STATUS[span.status.code] if span.status.code < len(_STATUS) else "",
        _written(_attributes(span.attributes), redaction),
    ))  # fmt: skip
    return None


def _take_log(told: Told, record: Any, service: str, application: str, now: float, redaction: Redaction) -> None:
    at = (record.time_unix_nano or record.observed_time_unix_nano) or int(now * 1e9)
    if not _is_near(at / 1e9, now):
        return told.reject("a log line of the future, or older than a day")
    if len(told.rows) >= _MOST:
        return told.reject(f"more than {_MOST} lines at once")
    body = _value(record.body)
    message = body if isinstance(body, str) else json.dumps(body, default=str)
    told.rows.append((
        at // 1000, application or service, service, _level(record.severity_text),
        redaction.clean(message[:8000].encode(errors="replace")).decode(), record.trace_id.hex(),
        _written(_attributes(record.attributes), redaction),
    ))  # fmt: skip
    return None


def _level(severity: str) -> str:
    """Returns the level of a line of another process, which never speaks for the platform."""
    level = severity.lower()[:20] or "info"
    return level if level != PLATFORM_LEVEL else "info"


def _is_near(at: float, now: float) -> bool:
    return now - _OLDEST < at < now + _FURTHEST


def _attributes(listed: Iterable[Any]) -> dict[str, Any]:
    return {one.key[:_LONGEST_NAME]: _value(one.value) for one in list(listed)[:128]}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    inner = getattr(value, kind)
    if kind == "array_value":
        return [_value(one) for one in inner.values[:100]]
    if kind == "kvlist_value":
        return {one.key: _value(one.value) for one in inner.values[:100]}
    return inner.hex() if kind == "bytes_value" else inner


def _written(known: dict[str, Any], redaction: Redaction) -> str:
    """As JSON, within the bound: the longest values go first."""
    plain = {key: CROSSED if redaction.hides(key) else _crossed(value, redaction) for key, value in known.items()}
    text = json.dumps(plain, default=str)
    while len(text) > _LONGEST_ATTRIBUTES:
        longest = max(plain, key=lambda key: len(json.dumps(plain[key], default=str)) + len(key))
        del plain[longest]
        text = json.dumps(plain, default=str)
    return text if plain else ""


def _crossed(value: Any, redaction: Redaction) -> Any:
    return redaction.clean(value.encode(errors="replace")).decode() if isinstance(value, str) else value
