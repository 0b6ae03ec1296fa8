"""Figures in the form Prometheus reads (text exposition format 0.0.4): names by its conventions."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import World
from stagedoor.model.errors import Unavailable
from stagedoor.model.minute import Minute
from stagedoor.model.service import Service
from stagedoor.model.sketch import middle, upper

_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
Labels = dict[str, str]


async def render(platform: Platform) -> str:
    """Counters of requests and calls since telemetry began, and what is in force now."""
    cells = await platform.records.totals() or []
    requests = msgspec.convert(await _totals(platform), list[Minute], strict=False)
    services = await platform.store.services()
    lines = [
        *_requests(requests), *_calls(cells), *_latencies(cells), *_usage(platform), *_limits(platform, services),
        *_releases(await platform.store.world()), *_losses(await _health(platform)),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


async def _totals(platform: Platform) -> Any:
    try:
        return await platform.records.ask("request_totals")
    except Unavailable:
        return []


async def _health(platform: Platform) -> dict[str, Any]:
    try:
        health: dict[str, Any] = await platform.records.ask("health")
    except Unavailable:
        return {}
    return health


def _losses(health: Mapping[str, Any]) -> Iterator[str]:
    if not health:
        return
    yield from _head("telemetry_lost_total", "counter", "Records that telemetry lost.")
    yield f"stagedoor_telemetry_lost_total {health['lost'] + health['edge_dropped']}"
    for name, label, text in (
        ("set_aside", "part", "Records and rows that failed and were set aside."),
        ("unreadable", "application", "Damaged lines of the edge; their requests count all the same."),
    ):
        yield from _head(f"telemetry_{name}_total", "counter", text)
        for key, count in health[name].items():
            yield f"stagedoor_telemetry_{name}_total{_say({label: key})} {count}"


def _requests(found: list[Minute]) -> Iterator[str]:
    for name, key, text in (
        ("requests_total", "requests", "Requests, whatever became of them."),
        ("request_errors_total", "errors", "Requests answered with 500 and above, or not at all."),
        ("degraded_total", "degraded", "Answers of which a part is a fallback."),
        ("refused_total", "refused", "Requests that the platform refused before a script saw them."),
        ("cold_starts_total", "cold", "First answers of instances."),
        ("request_calls_total", "calls", "Calls to services that belong to requests."),
        ("request_bytes_total", "bytes_in", "Bytes of requests."),
        ("response_bytes_total", "bytes_out", "Bytes of answers."),
    ):
        yield from _head(name, "counter", text)
        yield from (f"stagedoor_{name}{_say(_endpoint(one))} {getattr(one, key)}" for one in found)
    yield from _head("request_duration_seconds", "histogram", "How long requests took.")
    for one in found:
        labels, family = _endpoint(one), "stagedoor_request_duration_seconds"
        yield from _histogram(family, labels, one.latencies)
        busy = sum(middle(at) * count for at, count in one.latencies.items())
        yield f"{family}_sum{_say(labels)} {busy:.6f}"
        yield f"{family}_count{_say(labels)} {one.requests}"


def _histogram(family: str, labels: Labels, counted: Mapping[int, int]) -> Iterator[str]:
    for bound in _BOUNDS:
        below = sum(count for at, count in counted.items() if upper(at) <= bound)
        yield f"{family}_bucket{_say(labels | {'le': f'{bound:g}'})} {below}"
    yield f"{family}_bucket{_say(labels | {'le': '+Inf'})} {sum(counted.values())}"


def _endpoint(one: Minute) -> Labels:
    return {
        "application": one.application, "version": one.version, "stack": one.stack, "endpoint": one.endpoint,
    }  # fmt: skip


def _usage(platform: Platform) -> Iterator[str]:
    for name, key, kind, text in (
        ("instances", "instances", "gauge", "Instances that there are."),
        ("saturation_ratio", "busy", "gauge", "Requests under way, by what all instances take at once."),
        ("memory_bytes", "memory", "gauge", "Memory of all instances."),
        ("cpu_seconds_total", "cpu", "counter", "CPU that instances used."),
        ("starts_total", "starts", "counter", "Instances that were started."),
        ("deaths_total", "deaths", "counter", "Instances that ended without anybody wanting it."),
    ):
        yield from _head(name, kind, text)
        for one in platform.used.values():
            labels = {"application": one.application, "version": one.version, "stack": one.stack}
            yield f"stagedoor_{name}{_say(labels)} {getattr(one, key):g}"


def _releases(world: World) -> Iterator[str]:
    yield from _head("release_number", "gauge", "The release of a line: it changes when a version is released.")
    for one in world.current.values():
        labels = {"application": one.application, "line": f"v{one.major}", "stack": one.stack}
        yield f"stagedoor_release_number{_say(labels)} {one.number}"


def _calls(cells: list[dict[str, Any]]) -> Iterator[str]:
    for name, key, text in (
        ("calls_total", "calls", "Calls of scripts to services, refused ones included."),
        ("call_errors_total", "errors", "Calls that were answered with 500 and above, or not at all."),
        ("call_retries_total", "retries", "Calls that were further attempts."),
        ("call_received_bytes_total", "bytes_in", "Bytes of answers."),
        ("call_sent_bytes_total", "bytes_out", "Bytes of calls."),
    ):
        yield from _head(name, "counter", text)
        for one in cells:
            yield f"stagedoor_{name}{_say(_labels(one))} {one[key]}"
    yield from _head("calls_refused_total", "counter", "Calls that a policy refused.")
    for one in cells:
        for policy, count in one["refused"].items():
            yield f"stagedoor_calls_refused_total{_say(_labels(one) | {'policy': policy})} {count}"


def _latencies(cells: list[dict[str, Any]]) -> Iterator[str]:
    yield from _head("call_duration_seconds", "histogram", "How long calls took that were answered.")
    for one in cells:
        labels = _labels(one)
        counted = {int(at): count for at, count in one["latencies"].items()}
        yield from _histogram("stagedoor_call_duration_seconds", labels, counted)
        whole = sum(counted.values())
        yield f"stagedoor_call_duration_seconds_sum{_say(labels)} {one['busy']:.6f}"
        yield f"stagedoor_call_duration_seconds_count{_say(labels)} {whole}"


def _limits(platform: Platform, services: list[Service]) -> Iterator[str]:
    found = [
        ({"service": one.name, "method": name}, platform.governor.of(f"{one.name}/{name}"))
        for one in services
        for name in one.method_names
    ]
    yield from _head("method_limit", "gauge", "Calls that may be under way at once, as measured; 0: no limit.")
    yield from (f"stagedoor_method_limit{_say(labels)} {one.limit.value}" for labels, one in found)
    yield from _head("method_in_flight", "gauge", "Calls under way.")
    yield from (f"stagedoor_method_in_flight{_say(labels)} {one.in_flight}" for labels, one in found)
    yield from _head("breaker_open", "gauge", "1 while few calls of a method are let through.")
    yield from (f"stagedoor_breaker_open{_say(labels)} {int(one.breaker.is_open)}" for labels, one in found)
    yield from _head("method_off", "gauge", "1 while somebody has switched a method off.")
    for one in services:
        for name in one.method_names:
            yield f"stagedoor_method_off{_say({'service': one.name, 'method': name})} {int(name in one.off)}"


def _head(name: str, kind: str, text: str) -> Iterator[str]:
    yield f"# HELP stagedoor_{name} {text}"
    yield f"# TYPE stagedoor_{name} {kind}"


def _labels(one: dict[str, Any]) -> Labels:
    application, _, version = one["caller"].partition("@")
    return {
        "service": one["service"], "method": one["method"], "application": application, "version": version,
        "stack": one["stack"],
    }  # fmt: skip


def _say(labels: Labels) -> str:
    def escaped(text: str) -> str:
        return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

    return "{" + ",".join(f'{name}="{escaped(value)}"' for name, value in labels.items()) + "}"
