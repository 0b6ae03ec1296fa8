"""OpenTelemetry's protocol over HTTP, as any SDK speaks it: spans and log lines of other processes.

What comes may be broken, huge, late, of the future or sent twice: every part is bounded, and what is left out is
counted in the answer (`rejected`), as the protocol has it. https://opentelemetry.io/docs/specs/otlp/
"""

import json
from dataclasses import dataclass, field
from typing import Any

from stagedoor.logfiles import PLATFORM_LEVEL
from stagedoor.model.errors import Forbidden, Invalid, TooLarge
from stagedoor.model.otlp import MAX_BODY_BYTES, OtlpRequest
from stagedoor.model.redaction import CROSSED, Redaction
from stagedoor.telemetry import otlp_wire
from stagedoor.telemetry.otlp_wire import MAX_PART_BYTES, LogPart, SpanPart

_LONGEST_NAME, _LONGEST_ATTRIBUTES, _LONGEST_MESSAGE = 200, 4000, 8000
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


def read(what: str, request: OtlpRequest, now: float, redaction: Redaction) -> Told:
    """`what`: traces or logs. Raises Invalid, TooLarge, and Forbidden for an application that is not the sender's."""
    if what not in ("traces", "logs"):
        raise Invalid(
            f"{what!r} is not taken in", hint="/v1/traces and /v1/logs are; metrics of services come from their calls"
        )
    if len(request.content) > MAX_BODY_BYTES:
        raise TooLarge(f"the body is above {MAX_BODY_BYTES} bytes", hint="send smaller batches")
    is_json = "json" in request.kind
    groups = otlp_wire.split(what, request.content, is_json=is_json)
    names = [_who(group.attributes) for group in groups]
    for _, application in names:
        if application and not request.may_name(application):
            raise Forbidden(
                f"{_APPLICATION} names {application!r}, which is no application of team {request.sender}",
                hint="name an application of your own team, or none: a service's spans join the traces that call it",
            )
    told = Told("spans" if what == "traces" else "logs")
    for group, (service, application) in zip(groups, names, strict=True):
        for part in group.parts:
            if len(memoryview(part)) > MAX_PART_BYTES:
                told.reject(f"a span or a line of more than {MAX_PART_BYTES} bytes")
                continue
            decoded = otlp_wire.decode(what, part, is_json=is_json)
            if what == "traces":
                _take_span(told, decoded, (application, service, request.sender), now, redaction)
            else:
                column = request.column(application, service)
                _take_log(told, decoded, (column, service, request.sender), now, redaction)
    return told


def _who(resource: dict[str, Any]) -> tuple[str, str]:
    """(the service's name, the application whose trace it belongs to when it says so)."""
    service, application = resource.get("service.name") or "unknown", resource.get(_APPLICATION) or ""
    return str(service)[:_LONGEST_NAME], str(application)[:_LONGEST_NAME]


def _take_span(told: Told, span: SpanPart, who: tuple[str, str, str], now: float, redaction: Redaction) -> None:
    if len(span.trace) != 16 or len(span.span) != 8:
        return told.reject("a span without a trace's and its own id")
    if span.end < span.begin or not _is_near(span.begin / 1e9, now):
        return told.reject("a span that ends before it begins, is of the future, or is older than a day")
    application, service, sender = who
    told.rows.append((
        span.begin // 1000, span.trace.hex(), span.span.hex(), span.parent[:8].hex(), application, service,
        span.name[:_LONGEST_NAME], _KINDS[span.kind] if span.kind < len(_KINDS) else "",
        (span.end - span.begin) // 1000, _STATUS[span.status] if span.status < len(_STATUS) else "",
        _written(span.attributes, redaction), sender,
    ))  # fmt: skip
    return None


def _take_log(told: Told, record: LogPart, who: tuple[str, str, str], now: float, redaction: Redaction) -> None:
    at = record.time or int(now * 1e9)
    if not _is_near(at / 1e9, now):
        return told.reject("a log line of the future, or older than a day")
    level = record.level.lower()[:20] or "info"
    if level == PLATFORM_LEVEL:
        return told.reject(f"the level {PLATFORM_LEVEL!r} is the platform's own")
    message = record.body if isinstance(record.body, str) else json.dumps(record.body, default=str)
    application, service, sender = who
    told.rows.append((
        at // 1000, application, service, level, _crossed(message[:_LONGEST_MESSAGE], redaction),
        record.trace[:16].hex(), _written(record.attributes, redaction), sender,
    ))  # fmt: skip
    return None


def _is_near(at: float, now: float) -> bool:
    return now - _OLDEST < at < now + _FURTHEST


def _written(known: dict[str, Any], redaction: Redaction) -> str:
    """As JSON, within the bound: the longest values go first. Each is looked at once."""
    pairs = []
    for name, value in known.items():
        if isinstance(value, str) and len(value) > _LONGEST_ATTRIBUTES:
            continue
        key = name[:_LONGEST_NAME]
        text = CROSSED if redaction.hides(key) else _crossed(value, redaction) if isinstance(value, str) else value
        pairs.append(f"{json.dumps(key)}: {_crossed(json.dumps(text, default=str), redaction)}")
    room = _LONGEST_ATTRIBUTES - 2
    chosen = set()
    for number in sorted(range(len(pairs)), key=lambda number: len(pairs[number])):
        room -= len(pairs[number]) + 2
        if room < 0:
            break
        chosen.add(number)
    return "{" + ", ".join(pairs[number] for number in sorted(chosen)) + "}" if chosen else ""


def _crossed(text: str, redaction: Redaction) -> str:
    return redaction.clean(text.encode(errors="replace")).decode()
