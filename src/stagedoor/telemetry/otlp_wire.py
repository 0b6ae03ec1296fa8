"""Takes a body of OpenTelemetry's protocol apart, into spans or log records that are each decoded alone.

A body of 4 MB may hold two million empty spans, which would take hundreds of megabytes at once. So the outer levels are
walked here, up to a number of parts, and each part is decoded and given up again before the next one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from google.protobuf.message import DecodeError
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from stagedoor.model.errors import Invalid, TooLarge

MAX_PARTS = 10_000  # Spans or log records of one body.
MAX_GROUPS = 2000  # Resources and scopes of one body.
MAX_FIELDS = 4 * MAX_PARTS
MAX_PART_BYTES = 1 << 20
MAX_OBJECTS = 300_000  # Of a body in JSON.
MAX_DEPTH = 10
MAX_ATTRIBUTES, MAX_ITEMS = 128, 100
_LESS = "send smaller batches"
_FORM = "protobuf, or JSON with its content-type"
Attributes = dict[str, Any]
Part = TypeVar("Part")


@dataclass(slots=True)
class Group:
    """Parts of one resource, not decoded yet. `attributes` of the resource."""

    attributes: Attributes
    parts: list[Any]


@dataclass(slots=True)
class SpanPart:
    trace: bytes
    span: bytes
    parent: bytes
    name: str
    kind: int
    begin: int
    end: int
    status: int
    attributes: Attributes


@dataclass(slots=True)
class LogPart:
    """Times in nanoseconds."""

    time: int
    level: str
    body: Any
    trace: bytes
    attributes: Attributes


def split(what: str, body: bytes, *, is_json: bool) -> list[Group]:
    """Returns the parts of a body by their resource. Raises Invalid, TooLarge."""
    try:
        return _split_json(what, body) if is_json else _split_protobuf(body)
    except (msgspec.MsgspecError, DecodeError, ValueError, RecursionError) as error:
        raise Invalid(f"the body is no OTLP: {str(error)[:200]}", hint=_FORM) from None


def decode(what: str, part: Any, *, is_json: bool) -> Any:
    """Returns a SpanPart or a LogPart. Raises Invalid."""
    try:
        if what == "traces":
            return _span_of_json(part) if is_json else _span_of_protobuf(part)
        return _log_of_json(part) if is_json else _log_of_protobuf(part)
    except (msgspec.MsgspecError, DecodeError, ValueError, TypeError, RecursionError) as error:
        raise Invalid(f"the body is no OTLP: {str(error)[:200]}", hint=_FORM) from None


def _check_counts(parts: int, groups: int) -> None:
    if parts > MAX_PARTS:
        raise TooLarge(f"more than {MAX_PARTS} spans or lines in one body, which is the bound", hint=_LESS)
    if groups > MAX_GROUPS:
        raise TooLarge(f"more than {MAX_GROUPS} resources in one body, which is the bound", hint=_LESS)


# Protobuf: the levels above a part are fields 1 (the resource) and 2 (the scopes, and in them the parts).


def _split_protobuf(body: bytes) -> list[Group]:
    found: list[Group] = []
    parts = groups = 0
    fields = _Fields()
    for number, resource in fields.of(memoryview(body)):
        if number != 1:
            continue
        groups += 1
        group = Group({}, [])
        for inner, content in fields.of(resource):
            if inner == 1 and len(content) <= MAX_PART_BYTES:
                group.attributes = _attributes(Resource.FromString(bytes(content)).attributes)
            elif inner == 2:
                groups += 1
                for leaf, part in fields.of(content):
                    if leaf == 2:
                        group.parts.append(part)
                        parts += 1
                        _check_counts(parts, groups)
            _check_counts(parts, groups)
        found.append(group)
    return found


class _Fields:
    """The fields of a body's outer levels, all of them together up to a bound."""

    def __init__(self) -> None:
        self._count = 0

    def of(self, content: memoryview) -> Iterator[tuple[int, memoryview]]:
        """Yields (number, content) of those that have a length. Raises ValueError, TooLarge."""
        at = 0
        while at < len(content):
            self._count += 1
            if self._count > MAX_FIELDS:
                raise TooLarge(f"more than {MAX_FIELDS} fields around spans or lines", hint=_LESS)
            key, at = _varint(content, at)
            kind = key & 7
            if kind == 2:
                length, at = _varint(content, at)
                if length > len(content) - at:
                    raise ValueError("a length reaches beyond the body")
                yield key >> 3, content[at : at + length]
                at += length
            elif kind == 0:
                _, at = _varint(content, at)
            elif kind in (1, 5):
                at += 8 if kind == 1 else 4
            else:
                raise ValueError(f"a field has the wire type {kind}")


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(content):
            break
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a number does not end")


def _span_of_protobuf(part: memoryview) -> SpanPart:
    span = Span.FromString(bytes(part))
    return SpanPart(
        span.trace_id, span.span_id, span.parent_span_id, span.name, span.kind, span.start_time_unix_nano,
        span.end_time_unix_nano, span.status.code, _attributes(span.attributes),
    )  # fmt: skip


def _log_of_protobuf(part: memoryview) -> LogPart:
    record = LogRecord.FromString(bytes(part))
    return LogPart(
        record.time_unix_nano or record.observed_time_unix_nano, record.severity_text, _value(record.body),
        record.trace_id, _attributes(record.attributes),
    )  # fmt: skip


def _attributes(listed: Any) -> Attributes:
    return {one.key: _value(one.value) for one in listed[:MAX_ATTRIBUTES]}


def _value(value: Any, depth: int = 0) -> Any:
    kind = value.WhichOneof("value")
    if kind is None or depth > MAX_DEPTH:
        return None
    inner = getattr(value, kind)
    if kind == "array_value":
        return [_value(one, depth + 1) for one in inner.values[:MAX_ITEMS]]
    if kind == "kvlist_value":
        return {one.key: _value(one.value, depth + 1) for one in inner.values[:MAX_ITEMS]}
    return inner.hex() if kind == "bytes_value" else inner


# JSON: names in lower camel case, ids in hexadecimal, numbers of 64 bits as text.


class _Pair(msgspec.Struct):
    key: str = ""
    value: dict[str, Any] = msgspec.field(default_factory=dict)


class _JsonResource(msgspec.Struct):
    attributes: list[_Pair] = msgspec.field(default_factory=list)


class _JsonScope(msgspec.Struct, rename="camel"):
    spans: list[msgspec.Raw] = msgspec.field(default_factory=list)
    log_records: list[msgspec.Raw] = msgspec.field(default_factory=list)


class _JsonGroup(msgspec.Struct, rename="camel"):
    resource: _JsonResource = msgspec.field(default_factory=_JsonResource)
    scope_spans: list[_JsonScope] = msgspec.field(default_factory=list)
    scope_logs: list[_JsonScope] = msgspec.field(default_factory=list)


class _JsonBody(msgspec.Struct, rename="camel"):
    resource_spans: list[_JsonGroup] = msgspec.field(default_factory=list)
    resource_logs: list[_JsonGroup] = msgspec.field(default_factory=list)


class _JsonStatus(msgspec.Struct):
    code: int | str = 0


class _JsonSpan(msgspec.Struct, rename="camel"):
    trace_id: str = ""
    span_id: str = ""
    parent_span_id: str = ""
    name: str = ""
    kind: int | str = 0
    start_time_unix_nano: int | str = 0
    end_time_unix_nano: int | str = 0
    status: _JsonStatus = msgspec.field(default_factory=_JsonStatus)
    attributes: list[_Pair] = msgspec.field(default_factory=list)


class _JsonLog(msgspec.Struct, rename="camel"):
    time_unix_nano: int | str = 0
    observed_time_unix_nano: int | str = 0
    severity_text: str = ""
    body: dict[str, Any] = msgspec.field(default_factory=dict)
    trace_id: str = ""
    attributes: list[_Pair] = msgspec.field(default_factory=list)


_decode_body = msgspec.json.Decoder(_JsonBody).decode
_decode_span = msgspec.json.Decoder(_JsonSpan).decode
_decode_log = msgspec.json.Decoder(_JsonLog).decode


def _split_json(what: str, body: bytes) -> list[Group]:
    if body.count(b"{") > MAX_OBJECTS:
        raise TooLarge(f"more than {MAX_OBJECTS} objects in one body, which is the bound", hint=_LESS)
    request = _decode_body(body)
    found: list[Group] = []
    parts = groups = 0
    for resource in request.resource_spans if what == "traces" else request.resource_logs:
        scopes = resource.scope_spans if what == "traces" else resource.scope_logs
        listed = [part for scope in scopes for part in (scope.spans if what == "traces" else scope.log_records)]
        parts, groups = parts + len(listed), groups + 1 + len(scopes)
        _check_counts(parts, groups)
        found.append(Group(_pairs(resource.resource.attributes), listed))
    return found


def _span_of_json(part: msgspec.Raw) -> SpanPart:
    span = _decode_span(part)
    return SpanPart(
        bytes.fromhex(span.trace_id), bytes.fromhex(span.span_id), bytes.fromhex(span.parent_span_id), span.name,
        _number(span.kind, "SPAN_KIND_"), _number(span.start_time_unix_nano), _number(span.end_time_unix_nano),
        _number(span.status.code, "STATUS_CODE_"), _pairs(span.attributes),
    )  # fmt: skip


def _log_of_json(part: msgspec.Raw) -> LogPart:
    record = _decode_log(part)
    time = _number(record.time_unix_nano) or _number(record.observed_time_unix_nano)
    return LogPart(
        time, record.severity_text, _json_value(record.body), bytes.fromhex(record.trace_id), _pairs(record.attributes)
    )


_NAMES = {
    "SPAN_KIND_": ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"),
    "STATUS_CODE_": ("UNSET", "OK", "ERROR"),
}


def _number(value: int | str, names: str = "") -> int:
    """A number, which may be written as text; of an enumeration by its name as well. Raises ValueError."""
    if isinstance(value, str) and names and value.startswith(names):
        return _NAMES[names].index(value.removeprefix(names))
    number = int(value[:30]) if isinstance(value, str) else value
    if not 0 <= number < 1 << 64:
        raise ValueError(f"{number} is no number of 64 bits")
    return number


def _pairs(listed: list[_Pair]) -> Attributes:
    return {pair.key: _json_value(pair.value) for pair in listed[:MAX_ATTRIBUTES]}


def _json_value(value: Any, depth: int = 0) -> Any:
    if not isinstance(value, dict) or not value or depth > MAX_DEPTH:
        return None
    kind, inner = next(iter(value.items()))
    if kind == "arrayValue":
        return [_json_value(one, depth + 1) for one in _values(inner)]
    if kind == "kvlistValue":
        pairs = [one for one in _values(inner) if isinstance(one, dict)]
        return {str(one.get("key", "")): _json_value(one.get("value"), depth + 1) for one in pairs}
    if kind == "intValue":
        return int(inner[:30]) if isinstance(inner, str) else inner
    return inner if isinstance(inner, str | int | float | bool) else None


def _values(inner: Any) -> list[Any]:
    listed = inner.get("values") if isinstance(inner, dict) else None
    return listed[:MAX_ITEMS] if isinstance(listed, list) else []
