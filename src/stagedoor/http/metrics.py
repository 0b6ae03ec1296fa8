"""Figures in the form Prometheus reads (text exposition format 0.0.4): names by its conventions."""

from collections.abc import Iterator
from typing import Any

from stagedoor.control.platform import Platform
from stagedoor.model.service import Service
from stagedoor.model.sketch import upper

_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
Labels = dict[str, str]


async def render(platform: Platform) -> str:
    """Counters of calls since telemetry began, and what is in force now."""
    cells = await platform.records.totals() or []
    services = await platform.store.services()
    lines = [*_calls(cells), *_latencies(cells), *_limits(platform, services)]
    return "\n".join(lines) + "\n"


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
        for bound in _BOUNDS:
            below = sum(count for at, count in counted.items() if upper(at) <= bound)
            yield f"stagedoor_call_duration_seconds_bucket{_say(labels | {'le': f'{bound:g}'})} {below}"
        whole = sum(counted.values())
        yield f"stagedoor_call_duration_seconds_bucket{_say(labels | {'le': '+Inf'})} {whole}"
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
