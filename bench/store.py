"""A store with ten million records: what a chart and a trace take, what a record costs, how many a second come in.

The store is made by telemetry's own writing and merging (`filled`), and asked by the functions that its program asks it
with, on one thread as there. Charts are of the largest application over the whole day: from its minutes, from usage,
and from the raw records. Traces are of ids anywhere in the day. `chart_ms` is the slowest kind of chart (the median of
its repetitions), `trace_ms` the slowest trace.

What comes in comes to telemetry's own program (`fed`), at 50,000 lines a second in real time. `ingest_per_s` is how
many of them the store took in a second, counted once it had a fifth of the time to begin with: as many as were offered,
when nothing piles up. Then as many as it takes: `ingest_most_per_s`, all of what waits included.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import fed, filled
from bench.filled import DAY, LARGEST, NOW
from bench.processes import cpu_seconds
from bench.report import Report, median
from stagedoor.telemetry import charts, questions
from stagedoor.telemetry.endpoints import Endpoints
from stagedoor.telemetry.warehouse import Warehouse

_WANTED = 10_000_000
_OFFERED = 50_000
_TRACES = 100


def run(*, quick: bool) -> Report:
    report = Report("store")
    records, seconds = (_WANTED // 5, 10) if quick else (_WANTED, 60)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        _ingest(report, Path(folder), seconds)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        warehouse = Warehouse(Path(folder), Endpoints())
        began = time.perf_counter()
        filled.fill(warehouse, records)
        report.figures |= {"records": records, "fill_s": round(time.perf_counter() - began, 1)}
        _sizes(report, warehouse, records)
        _charts(report, warehouse, repetitions=3 if quick else 7)
        _traces(report, warehouse)
        warehouse.close()
    if records < _WANTED:
        report.limits.append(
            f"the store holds {records:,} records in its day, a {_WANTED // records}th of what is asked for: what a "
            "chart of raw records and a trace take grows with them, so chart_ms and trace_ms count of a full run alone"
        )
    return report


# The store


def _sizes(report: Report, warehouse: Warehouse, records: int) -> None:
    found = filled.sizes(warehouse)
    report.figures |= {f"{table}_bytes": size for table, size in found.items() if size}
    report.figures["files"] = sum(len(warehouse.files.of(table)) for table in found)
    report.ratios["bytes_per_record"] = round(found["requests"] / records, 1)
    report.figures["bytes_per_record_all_tables"] = round(sum(found.values()) / records, 1)


def _charts(report: Report, warehouse: Warehouse, repetitions: int) -> None:
    since = NOW - DAY
    only = {"application": LARGEST}
    of_largest = f'application == "{LARGEST}"'
    grouped = questions.parse(f"{of_largest} | count(), p99(duration) by endpoint every 5m", "request")
    where = questions.parse(of_largest, "request")
    kinds: dict[str, Callable[[], Any]] = {
        "requests": lambda: charts.read(warehouse, "requests", since, NOW, only),
        "endpoint": lambda: charts.read(
            warehouse, "requests", since, NOW, only | {"endpoint": "GET /part-1/{id}", "stack": "prod"}
        ),
        "calls": lambda: charts.read(warehouse, "calls", since, NOW, only),
        "usage": lambda: charts.read(warehouse, "usage", since, NOW, only),
        "grouped": lambda: questions.history(warehouse, grouped, "request", since, NOW),
        "who": lambda: questions.usage(warehouse, ["device_type", "version"], since, NOW, where, {}),
    }
    for name, ask in kinds.items():
        took = [_milliseconds(ask) for _ in range(repetitions)]
        report.figures[f"chart_{name}_ms"] = round(median(took), 1)
    report.ratios["chart_ms"] = max(report.figures[f"chart_{name}_ms"] for name in kinds)


def _traces(report: Report, warehouse: Warehouse) -> None:
    sample = "SELECT id FROM {source} ORDER BY hash(id) LIMIT ?"
    identifiers = [str(row["id"]) for row in warehouse.ask(sample, [_TRACES], "requests")]
    found: list[Any] = []
    took = [_milliseconds(lambda one=one: found.append(questions.trace(warehouse, one))) for one in identifiers]
    assert all(one is not None and one.spans for one in found), "a record has no trace"
    report.figures |= {"traces": len(took), "trace_median_ms": round(median(took), 1)}
    report.ratios["trace_ms"] = round(max(took), 1)


def _milliseconds(ask: Callable[[], Any]) -> float:
    began = time.perf_counter()
    assert ask() != [], "the question has no answer"
    return (time.perf_counter() - began) * 1000


# What comes in


def _ingest(report: Report, folder: Path, seconds: int) -> None:
    with fed.telemetry(folder) as program:
        pid = program.process.pid
        feed = fed.Feed(program.records, _OFFERED)
        before = cpu_seconds(pid)
        feed.start()
        looks = _watch(program, feed, seconds)
        lag = looks[-1][2]
        feed.stop()
        drained = _drain(program, feed.sent)
        spent = cpu_seconds(pid) - before
        first = next(look for look in looks if look[0] >= seconds / 5)
        report.ratios["ingest_per_s"] = round((looks[-1][1] - first[1]) / (looks[-1][0] - first[0]))
        report.figures |= {
            "ingest_offered_per_s": round(feed.sent / feed.seconds),
            "ingest_seconds": seconds,
            "ingest_lag_begin_s": round(first[2], 2),
            "ingest_lag_end_s": round(lag, 2),
            "ingest_drained_s": round(drained, 2),
            "ingest_cpu_s_per_million": round(spent / feed.sent * 1e6, 1),
            "ingest_missing": feed.sent - program.taken(),
        }
        if feed.sent / feed.seconds < 0.98 * _OFFERED:
            report.limits.append(
                f"of {_OFFERED:,} lines a second only {feed.sent / feed.seconds:,.0f} were taken from the socket"
            )
        _most(report, program, seconds / 3)


def _most(report: Report, program: fed.Program, seconds: float) -> None:
    """As fast as lines are taken from the socket, and then until all are in the store."""
    had = program.taken()
    feed = fed.Feed(program.records)
    began = time.perf_counter()
    feed.start()
    time.sleep(seconds)
    feed.stop()
    _drain(program, had + feed.sent)
    report.figures["ingest_most_per_s"] = round(feed.sent / (time.perf_counter() - began))
    report.figures["socket_most_per_s"] = round(feed.sent / feed.seconds)


def _watch(program: fed.Program, feed: fed.Feed, seconds: int) -> list[tuple[float, int, float]]:
    """Each second: (when, records in the store, seconds that the store took to have all that had come)."""
    began = time.perf_counter()
    looks: list[tuple[float, int, float]] = []
    while time.perf_counter() - began < seconds:
        asked = time.perf_counter()
        count = program.taken()
        now = time.perf_counter()
        looks.append((now - began, count, now - asked))
        time.sleep(max(0.0, asked + 1 - now))
    return looks


def _drain(program: fed.Program, sent: int, longest: float = 60.0) -> float:
    began = time.perf_counter()
    while program.taken() < sent and time.perf_counter() - began < longest:
        time.sleep(0.05)
    return time.perf_counter() - began
