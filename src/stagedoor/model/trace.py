"""One request as a whole: its spans in time, the graph of who called whom, what it waited for, and what stands beside.

Spans come from the records of edge and egress, from the runtime (which answers it used again), and from other processes
that report to the same trace. Times are seconds since the epoch, durations microseconds.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

EDGE, SCRIPT, CALL, REUSED, OTHER = "edge", "script", "call", "reused", "other"
Row = Mapping[str, Any]


@dataclass(slots=True)
class Span:
    """`own`: microseconds in which no child was under way. `critical`: of them, those that the answer waited for.

    `node` is where it happened: edge, the application, a service. `status` is a number of HTTP, or ok or error.
    """

    id: str
    parent: str
    kind: str
    node: str
    name: str
    at: float
    duration: int
    status: str = ""
    own: int = 0
    critical: int = 0
    attempt: int = 0
    notes: list[str] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Edge:
    """Calls of one node to another. `slowest` and `took` in microseconds, the latter of all together."""

    source: str
    target: str
    calls: int = 0
    retries: int = 0
    errors: int = 0
    took: int = 0
    slowest: int = 0


@dataclass(frozen=True, slots=True)
class Trace:
    """`record` is None for a request that is not kept, or goes on, but of which calls or spans are known."""

    id: str
    record: dict[str, Any] | None
    spans: list[Span]
    edges: list[Edge]
    logs: list[dict[str, Any]]


def build(
    identifier: str, request: Row | None, calls: Sequence[Row], others: Sequence[Row], logs: Iterable[Row]
) -> Trace:
    """Rows as the store has them; the spans are sorted by time, a parent before its children."""
    spans = [*_of_request(request), *(_of_call(number, one) for number, one in enumerate(calls))]
    known = (
        {str(call["span"]): span.id for call, span in zip(calls, spans[-len(calls) :], strict=True) if call.get("span")}
        if calls
        else {}
    )
    spans += [_of_other(one, known) for one in others]
    _adopt(spans)
    for span in spans:
        children = [one for one in spans if one.parent == span.id]
        span.own = _uncovered(span, children)
    _mark_critical(spans)
    spans.sort(key=lambda one: (one.at, -one.duration))
    record = dict(request) if request is not None else None
    return Trace(identifier, record, spans, _edges(spans), [dict(one) for one in logs])


def _of_request(request: Row | None) -> list[Span]:
    if request is None:
        return []
    whole, label = int(request["duration"]), f"{request['application']}@{request['version']}"
    edge = Span("edge", "", EDGE, "edge", f"{request['method']} {request['path']}", request["at"], whole)
    edge.status = str(request["status"])
    edge.notes = [text for text in (
        f"waited {request['queue'] / 1000:.0f} ms for an instance" if request.get("queue") else "",
        f"tried {request['retries']} times more" if request.get("retries") else "",
        f"degraded: {request['degraded']}" if request.get("degraded") else "",
    ) if text]  # fmt: skip
    if not request.get("instance"):
        return [edge]
    queue = min(int(request.get("queue", 0)), whole)
    script = Span(
        "script", "edge", SCRIPT, str(request["application"]), label, request["at"] + queue / 1e6, whole - queue
    )
    script.status = edge.status
    script.attributes = {
        name: request[name] for name in ("instance", "release", "cohort", "region") if request.get(name)
    }
    return [edge, script, *_of_reused(script, request.get("reused") or "")]


def _of_reused(script: Span, told: str) -> Iterator[Span]:
    """Answers for which it made no call of its own, as `runtime.request` tells them: no edge of the graph."""
    for number, one in enumerate(filter(None, told.split(","))):
        name, _, times = one.rpartition("=")
        at, _, took = times.partition("+")
        if not (at.isdigit() and took.isdigit()):
            continue
        span = Span(f"reused-{number}", script.id, REUSED, script.node, name, script.at + int(at) / 1e6, int(took))
        span.notes = ["waited for a call under way that asks the same" if int(took) else "answered by a call before"]
        yield span


def _of_call(number: int, call: Row) -> Span:
    name = call.get("name") or f"{call['method']} {call['path']}"
    span = Span(f"call-{number}", "script", CALL, str(call["service"]), str(name), call["at"], int(call["duration"]))
    span.status, span.attempt = str(call["status"]), int(call.get("attempt") or 0)
    span.attributes = {
        name: call[name] for name in ("method", "path", "query", "server", "bytes_in", "bytes_out") if call.get(name)
    }
    span.notes = [text for text in (
        f"attempt {span.attempt + 1}" if span.attempt else "",
        f"refused: {call['refused']}" if call.get("refused") else "",
        f"made to fail: {call['fault']}" if call.get("fault") else "",
    ) if text]  # fmt: skip
    return span


def _of_other(one: Row, known: Mapping[str, str]) -> Span:
    parent = str(one.get("parent") or "")
    span = Span(
        str(one["span"]),
        known.get(parent, parent),
        OTHER,
        str(one["service"]),
        str(one["name"]),
        one["at"],
        int(one["duration"]),
    )
    span.status = str(one.get("status") or "")
    span.attributes = json.loads(one["attributes"]) if one.get("attributes") else {}
    return span


def _adopt(spans: list[Span]) -> None:
    """A parent that nobody reported: the nearest that is known stands for it. Circles are cut."""
    known = {one.id: one for one in spans}
    root = next((name for name in ("script", "edge") if name in known), "")
    for span in spans:
        if span.parent not in known or span.parent == span.id:
            span.parent = "" if span.id in (root, "edge") else root
        seen, above = {span.id}, span.parent
        while above:
            if above in seen:
                span.parent = root if root not in seen else ""
                break
            seen.add(above)
            above = known[above].parent if above in known else ""


def _uncovered(span: Span, children: Sequence[Span]) -> int:
    """Microseconds of a span in which none of its children was under way."""
    begin, end = span.at, span.at + span.duration / 1e6
    covered, free = 0.0, begin
    for one in sorted(children, key=lambda each: each.at):
        first, last = max(one.at, free), min(one.at + one.duration / 1e6, end)
        if last > first:
            covered += last - first
            free = last
    return max(0, span.duration - round(covered * 1e6))


def _mark_critical(spans: list[Span]) -> None:
    """From the end back: whoever ended last is what was waited for, and before it began, who ended last before that."""
    children: dict[str, list[Span]] = {}
    for one in spans:
        children.setdefault(one.parent, []).append(one)
    roots = [one for one in spans if not one.parent]
    waiting = [(one, one.at, one.at + one.duration / 1e6) for one in roots[:1]]
    while waiting:
        span, begin, end = waiting.pop()
        now, own = end, 0.0
        for one in sorted(children.get(span.id, ()), key=lambda each: -(each.at + each.duration / 1e6)):
            last = min(one.at + one.duration / 1e6, now)
            first = max(one.at, begin)
            if last <= first:
                continue
            own += now - last
            waiting.append((one, first, last))
            now = first
        span.critical = round((own + max(0.0, now - begin)) * 1e6)


def _edges(spans: Sequence[Span]) -> list[Edge]:
    nodes = {one.id: one.node for one in spans}
    found: dict[tuple[str, str], Edge] = {}
    for span in spans:
        source = nodes.get(span.parent, "")
        if not source or source == span.node:
            continue
        edge = found.setdefault((source, span.node), Edge(source, span.node))
        edge.calls += 1
        edge.retries += span.attempt > 0
        edge.errors += _failed(span)
        edge.took += span.duration
        edge.slowest = max(edge.slowest, span.duration)
    return list(found.values())


def _failed(span: Span) -> bool:
    plain = span.status.lstrip("-").isdigit()
    return span.status == "error" or (plain and (int(span.status) >= 500 or int(span.status) <= 0))


# Comparing


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one edge: calls per request and their time, left and right. `verdict`: added, gone, slower, faster or same."""

    source: str
    target: str
    name: str
    verdict: str
    left_calls: float
    right_calls: float
    left_us: float
    right_us: float


@dataclass(slots=True)
class Asked:
    """Calls of one kind, over `requests` requests. `took` in microseconds, of all together."""

    calls: float = 0
    took: float = 0


_SLOWER, _LEAST = 1.25, 2000


def compare(
    left: Mapping[tuple[str, str, str], Asked],
    right: Mapping[tuple[str, str, str], Asked],
    requests: tuple[float, float],
) -> list[Difference]:
    """By (source, target, name); slower means a quarter and two milliseconds more for a call."""
    found = []
    for key in sorted(set(left) | set(right)):
        before, after = left.get(key, Asked()), right.get(key, Asked())
        took = [one.took / one.calls if one.calls else 0.0 for one in (before, after)]
        found.append(
            Difference(
                *key,
                _verdict(before, after, took),
                before.calls / max(1, requests[0]),
                after.calls / max(1, requests[1]),
                *took,
            )
        )
    order = ("gone", "added", "slower", "faster", "same")
    return sorted(found, key=lambda one: order.index(one.verdict))


def _verdict(before: Asked, after: Asked, took: list[float]) -> str:
    if not before.calls:
        return "added"
    if not after.calls:
        return "gone"
    if took[1] > took[0] * _SLOWER and took[1] > took[0] + _LEAST:
        return "slower"
    return "faster" if took[0] > took[1] * _SLOWER and took[0] > took[1] + _LEAST else "same"


def asked(spans: Iterable[Span]) -> dict[tuple[str, str, str], Asked]:
    """What one trace asked for, as `compare` takes it."""
    listed = list(spans)
    nodes = {one.id: one.node for one in listed}
    found: dict[tuple[str, str, str], Asked] = {}
    for span in listed:
        source = nodes.get(span.parent, "")
        if source and source != span.node:
            one = found.setdefault((source, span.node, span.name), Asked())
            one.calls += 1
            one.took += span.duration
    return found
