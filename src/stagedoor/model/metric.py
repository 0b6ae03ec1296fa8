"""The metrics of the platform, defined once: for charts, for Prometheus, for Grafana and for the docs.

Names for Prometheus follow its conventions: base units, `_total` for what only grows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stagedoor.model.sketch import QUANTILES, quantile

REQUESTS, CALLS, USAGE = "requests", "calls", "usage"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Metric:
    """`value` of one stretch of time: from its sums and its length in seconds; None when nothing happened.

    `exposed`: the family that Prometheus finds, `expression`: how Grafana draws the same from it.
    """

    name: str
    of: str
    title: str
    unit: str
    value: Callable[[Row, float], float | None]
    exposed: str = ""
    expression: str = ""


def _rate(column: str) -> Callable[[Row, float], float | None]:
    return lambda row, seconds: row[column] / seconds


def _share(part: str, whole: str) -> Callable[[Row, float], float | None]:
    return lambda row, _: row[part] / row[whole] if row[whole] else None


def _cpu_per_request(row: Row, _: float) -> float | None:
    """`cpu` is of a whole instance, so an endpoint's rows have none."""
    return row["cpu"] / 1e6 / row["requests"] if row.get("cpu") and row["requests"] else None


def _quantile(share: float) -> Callable[[Row, float], float | None]:
    return lambda row, _: quantile(row["latencies"], share) if row["latencies"] else None


def _plain(column: str) -> Callable[[Row, float], float | None]:
    return lambda row, _: row[column]


def _latency(of: str, family: str) -> list[Metric]:
    return [
        Metric(
            name, of, f"{name} latency", "s", _quantile(share), family,
            f"histogram_quantile({share}, sum by (le) (rate({family}_bucket{{$filter}}[$__rate_interval])))",
        )
        for name, share in QUANTILES.items()
    ]  # fmt: skip


def _ratio(part: str, whole: str) -> str:
    return f"sum(rate({part}{{$filter}}[$__rate_interval])) / sum(rate({whole}{{$filter}}[$__rate_interval]))"


def _per_second(family: str) -> str:
    return f"sum(rate({family}{{$filter}}[$__rate_interval]))"


_ALL, _ASKED = "stagedoor_requests_total", "stagedoor_calls_total"
METRICS: tuple[Metric, ...] = (
    Metric("rate", REQUESTS, "requests", "1/s", _rate("requests"), _ALL, _per_second(_ALL)),
    Metric("errors", REQUESTS, "errors", "share", _share("errors", "requests"), "stagedoor_request_errors_total",
           _ratio("stagedoor_request_errors_total", _ALL)),
    Metric("degraded", REQUESTS, "degraded answers", "share", _share("degraded", "requests"),
           "stagedoor_degraded_total", _ratio("stagedoor_degraded_total", _ALL)),
    Metric("refused", REQUESTS, "refused", "1/s", _rate("refused"), "stagedoor_refused_total",
           _per_second("stagedoor_refused_total")),
    *_latency(REQUESTS, "stagedoor_request_duration_seconds"),
    Metric("cold", REQUESTS, "cold starts", "1/s", _rate("cold"), "stagedoor_cold_starts_total",
           _per_second("stagedoor_cold_starts_total")),
    Metric("calls", REQUESTS, "calls per request", "count", _share("calls", "requests"),
           "stagedoor_request_calls_total", _ratio("stagedoor_request_calls_total", _ALL)),
    Metric("bytes", REQUESTS, "bytes per answer", "bytes", _share("bytes_out", "requests"),
           "stagedoor_response_bytes_total", _ratio("stagedoor_response_bytes_total", _ALL)),
    Metric("cpu_per_request", REQUESTS, "CPU per request", "s", _cpu_per_request, "stagedoor_cpu_seconds_total",
           _ratio("stagedoor_cpu_seconds_total", _ALL)),
    Metric("call_rate", CALLS, "calls", "1/s", _rate("calls"), _ASKED, _per_second(_ASKED)),
    Metric("call_errors", CALLS, "failed calls", "share", _share("errors", "calls"), "stagedoor_call_errors_total",
           _ratio("stagedoor_call_errors_total", _ASKED)),
    Metric("call_refused", CALLS, "refused calls", "1/s", _rate("refused"), "stagedoor_calls_refused_total",
           _per_second("stagedoor_calls_refused_total")),
    Metric("call_retries", CALLS, "calls tried again", "1/s", _rate("retries"), "stagedoor_call_retries_total",
           _per_second("stagedoor_call_retries_total")),
    *_latency(CALLS, "stagedoor_call_duration_seconds"),
    Metric("instances", USAGE, "instances", "count", _plain("instances"), "stagedoor_instances",
           "sum(stagedoor_instances{$filter})"),
    Metric("saturation", USAGE, "saturation", "share", _plain("busy"), "stagedoor_saturation_ratio",
           "max(stagedoor_saturation_ratio{$filter})"),
    Metric("cpu", USAGE, "CPU", "cores", lambda row, seconds: row["cpu"] / 1e6 / seconds,
           "stagedoor_cpu_seconds_total", _per_second("stagedoor_cpu_seconds_total")),
    Metric("memory", USAGE, "memory", "bytes", _plain("memory"), "stagedoor_memory_bytes",
           "sum(stagedoor_memory_bytes{$filter})"),
    Metric("starts", USAGE, "starts", "1/s", _rate("starts"), "stagedoor_starts_total",
           _per_second("stagedoor_starts_total")),
    Metric("deaths", USAGE, "unwanted ends", "1/s", _rate("deaths"), "stagedoor_deaths_total",
           _per_second("stagedoor_deaths_total")),
)  # fmt: skip


def of(table: str) -> tuple[Metric, ...]:
    return tuple(one for one in METRICS if one.of == table)
