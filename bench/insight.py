"""What it costs that each request is recorded: the platform with everything on, in turns with telemetry off.

On: the platform as it is. Each request is recorded and counted in its minute, every twentieth writes a log line, a
service sends 200 spans a second, and two watchers look on: one at one endpoint's requests as they come, one at p99 of
all endpoints each second. Off: the same instance behind an edge without records (`unrecorded`), asked for the same
answer without a log line, while telemetry's process stands still. So off has nothing of what on has, and is no
configuration that anybody can have: a stronger baseline than one.

Each round asks at the highest rate that 32 connections reach, and at 10,000 requests/s offered, each request when it is
due, on a thousand connections, so that an answer that is late holds up none that is due. Telemetry's CPU is that of its
process from the turn's begin until all of it is in the store, less what it uses anyway in the seconds after the turn. A
last turn at 10,000/s measures the way into a watcher (fifty requests a second of a path of their own) and into a trace
(a request, then its trace is asked for until it is there); whoever asks makes work for telemetry, so it is apart.

What is dropped is what telemetry itself says; `dropped_uncounted` are the answers that the load generator got, less
the records that telemetry says it has and those it says are missing. `backlog_s`: from the end of the load until every
kind of question is answered and the chart has all requests but those. The judgement of a request comes two seconds
after its end on purpose, and is part of it.
"""

import os
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.harness.running import Running, fetch, fetch_json, platform, wait_until, write_application

from bench import load, unrecorded
from bench.load import Load
from bench.onlookers import Finder, Prober, Sender, Watcher
from bench.processes import cpu_seconds
from bench.report import Report, median, percentile

MAIN = """
from stagedoor import Request, endpoint, log

answers = 0


@endpoint("GET", "/small")
async def small(request: Request) -> dict:
    return {"message": "Hello", "films": [1, 2, 3]}


@endpoint("GET", "/told")
async def told(request: Request) -> dict:
    global answers
    answers += 1
    if answers % 20 == 0:
        log.info("rows chosen", rows=3, answers=answers)
    return {"message": "Hello", "films": [1, 2, 3]}


@endpoint("GET", "/look/{number}")
async def look(request: Request) -> dict:
    return {"message": "Hello", "films": [1, 2, 3]}


@endpoint("GET", "/find")
async def find(request: Request) -> dict:
    log.info("found")
    return {"message": "Hello", "films": [1, 2, 3]}
"""
MANIFEST = 'name = "bench"\nteam = "bench"\n[scaling]\nmin = 1\nmax = 1\nconcurrency = 256\n'
_RATE, _CONNECTIONS, _MOST_CONNECTIONS = 10_000, 1000, 32
_SPANS, _LOOKS = 200, 50
_WATCHED = ('path.startsWith("/bench/look/")', "count(), p99(duration) by endpoint every 1s")
_SETTLED = 3.5  # Seconds after which a turn at 10,000/s is judged; how long it takes at most is measured at the top.
_SQL = "SELECT status, sum(weight) FROM requests GROUP BY ALL"


@dataclass
class Bench:
    """`asked`: answers that came by the edge with records, to all requests of this bench.

    `cut`: requests at the most that wrk gave up when its time was over; the edge has records of them.
    """

    running: Running
    on: str
    off: str
    pid: int
    control: int
    sender: Sender
    began: float = field(default_factory=time.time)
    asked: int = 0
    cut: int = 0

    def counted(self) -> int:
        """Requests in the chart, all of them whether kept or not."""
        since, until = int(self.began) // 60 * 60, int(time.time()) + 60
        path = f"/v1/charts?of=requests&application=bench&since={since}&until={until}"
        told = fetch_json(self.running, path)
        rate = next(one for one in told["series"] if one["name"] == "rate")
        return round(sum(value for _, value in rate["points"]) * told["step"])


@dataclass
class Rounds:
    on: list[Load] = field(default_factory=list)
    off: list[Load] = field(default_factory=list)


def run(*, quick: bool) -> Report:
    rounds, seconds = (2, 2) if quick else (5, 10)
    report = Report("insight")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        folder.chmod(0o755)
        running = stack.enter_context(platform(load.SETTINGS))
        running.cli("deploy", str(write_application(folder / "app", MAIN, MANIFEST)), "--stack", "prod")
        off = stack.enter_context(unrecorded.edge(running, folder))
        sender = stack.enter_context(Sender(running, _SPANS))
        bench = _bench(running, off, sender)
        watchers = [stack.enter_context(Watcher(running, query)) for query in _WATCHED]
        wait_until(lambda: all(one.begun.is_set() for one in watchers), 10, "the first message to watchers")
        _most(report, bench, rounds, seconds)
        _paced(report, bench, rounds, seconds)
        _seen(report, bench, watchers[0], 3 if quick else 10)
        _dropped(report, bench)
        report.figures["spans_refused_batches"] = sender.refused
        report.figures["watchers"] = [one.told for one in watchers]
    report.figures |= {"rounds": rounds, "seconds_each": seconds, "cores": os.cpu_count()}
    return report


def _bench(running: Running, off: int, sender: Sender) -> Bench:
    on = running.port("prod")
    pids = {name: int(running.program(name)["pid"]) for name in ("telemetry", "control")}
    bench = Bench(
        running,
        f"http://127.0.0.1:{on}/bench/told",
        f"http://127.0.0.1:{off}/bench/small",
        pids["telemetry"],
        pids["control"],
        sender,
    )
    load.wait(off, "/bench/small")
    assert load.ask(bench.on).body == load.ask(bench.off).body, "both sides give the same answer"
    bench.asked = 1
    return bench


@contextmanager
def _standing_still(bench: Bench) -> Iterator[None]:
    bench.sender.quiet.set()
    os.kill(bench.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(bench.pid, signal.SIGCONT)
        bench.sender.quiet.clear()


def _most(report: Report, bench: Bench, rounds: int, seconds: int) -> None:
    turns, backlogs, said = Rounds(), [], 0
    for number in range(rounds):
        before = bench.counted()
        turns.on.append(_on(report, bench, f"at the top, round {number + 1}", _MOST_CONNECTIONS, seconds))
        backlog, counted = _backlog(report, bench, before + turns.on[-1].requests)
        backlogs.append(backlog)
        said += max(0, turns.on[-1].requests - (counted - before))
        with _standing_still(bench):
            turns.off.append(load.wrk(bench.off, _MOST_CONNECTIONS, seconds))
    for name, loads in (("on", turns.on), ("off", turns.off)):
        report.figures[f"{name}_rps"] = round(median([one.rate for one in loads]))
    report.ratios["rps_on_vs_off"] = load.ratio([one.rate for one in turns.on], [one.rate for one in turns.off])
    report.ratios["backlog_s"] = round(max(backlogs), 2)
    report.figures["top_answers"] = sum(one.requests for one in turns.on)
    report.figures["top_not_in_chart"] = said


def _on(report: Report, bench: Bench, what: str, connections: int, seconds: int, rate: int = 0) -> Load:
    load.ask(bench.on)
    done = load.wrk(bench.on, connections, seconds, rate)
    bench.asked += 1 + done.requests
    bench.cut += done.sent - done.requests if rate else connections
    if done.errors:
        report.limits.append(f"on, {what}: wrk says {done.errors}")
    return done


def _backlog(report: Report, bench: Bench, wanted: int) -> tuple[float, int]:
    """(seconds until every kind of question was answered and the chart had all that it gets, requests in it)."""
    ended = time.perf_counter()
    with ThreadPoolExecutor(8) as together:
        answers = {name: together.submit(_ask, bench, *question) for name, question in _questions().items()}
        counted, changed = bench.counted(), time.perf_counter()
        while counted < wanted and time.perf_counter() - changed < 4:
            time.sleep(0.25)
            now = bench.counted()
            if now != counted:
                counted, changed = now, time.perf_counter()
        ready = {name: one.result() - ended for name, one in answers.items()}
    slowest = max(ready, key=lambda name: ready[name])
    if ready[slowest] > report.figures.get("slowest_question_s", 0):
        report.figures |= {"slowest_question": slowest, "slowest_question_s": round(ready[slowest], 2)}
    return max(changed - ended, *ready.values()), counted


def _questions() -> dict[str, tuple[str, bytes]]:
    grouped = "count%28%29%2C%20p99%28duration%29%20by%20endpoint%20every%2010s"
    return {
        "chart": ("/v1/charts?of=requests", b""),
        "usage chart": ("/v1/charts?of=usage", b""),
        "records": ("/v1/insight/history?limit=100", b""),
        "slowest": ("/v1/insight/history?limit=20&order=slowest", b""),
        "windows": (f"/v1/insight/history?query={grouped}&since={time.time() - 600:.0f}", b""),
        "logs": ("/v1/logs", b""),
        "who uses it": ("/v1/usage?fields=application,version", b""),
        "SQL": ("/v1/query", f'{{"sql":"{_SQL}"}}'.encode()),
    }


def _ask(bench: Bench, path: str, body: bytes) -> float:
    """When it was answered."""
    headers = {"authorization": f"Bearer {bench.running.token}", "content-type": "application/json"}
    got = fetch(bench.running.port("control"), path, headers, method="POST" if body else "GET", body=body, timeout=60)
    assert got.status == 200, f"{path}: {got.body!r}"
    return time.perf_counter()


def _paced(report: Report, bench: Bench, rounds: int, seconds: int) -> None:
    turns, missing = Rounds(), 0
    spent: dict[int, list[float]] = {bench.pid: [], bench.control: []}
    idle = _idle(spent, 2.0)
    report.figures["telemetry_idle_cores"] = round(idle[bench.pid], 4)
    for number in range(rounds):
        before = bench.counted()
        had = {pid: cpu_seconds(pid) for pid in spent}
        turns.on.append(_on(report, bench, f"paced, round {number + 1}", _CONNECTIONS, seconds, _RATE))
        time.sleep(_SETTLED)
        for pid, costs in spent.items():
            used = cpu_seconds(pid) - had[pid] - idle[pid] * (_SETTLED + 1)
            costs.append(used / turns.on[-1].requests * 1e6)
        missing += max(0, turns.on[-1].requests - (bench.counted() - before))
        with _standing_still(bench):
            turns.off.append(load.wrk(bench.off, _CONNECTIONS, seconds, _RATE))
    for name, loads in (("on", turns.on), ("off", turns.off)):
        report.figures[f"{name}_p50_ms"] = round(median([one.p50 for one in loads]), 3)
        report.figures[f"{name}_p99_ms"] = round(median([one.p99 for one in loads if one.p99]), 3)
        _say_rate(report, name, loads)
    pairs = [(on.p99, off.p99) for on, off in zip(turns.on, turns.off, strict=True)]
    tails = [on / off for on, off in pairs if on and off]
    report.ratios["p99_on_vs_off"] = round(median(tails), 3) if tails else None
    report.ratios["cpu_s_per_million"] = round(median(spent[bench.pid]), 1)
    report.figures["control_cpu_s_per_million"] = round(median(spent[bench.control]), 1)
    report.figures |= {"paced_offered_per_s": _RATE, "paced_not_in_chart": missing}


def _idle(pids: Iterable[int], seconds: float) -> dict[int, float]:
    """Cores that processes use while nobody asks for anything."""
    had = {pid: cpu_seconds(pid) for pid in pids}
    time.sleep(seconds)
    return {pid: (cpu_seconds(pid) - before) / seconds for pid, before in had.items()}


def _say_rate(report: Report, name: str, loads: list[Load]) -> None:
    reached, late = median([one.rate for one in loads]), sum(one.late for one in loads)
    report.figures |= {f"{name}_paced_rps": round(reached), f"{name}_late": late}
    if reached < 0.99 * _RATE:
        report.limits.append(f"{name}: {_RATE:,} requests/s offered, {reached:,.0f} reached")
    if late > 0.01 * sum(one.sent for one in loads):
        report.limits.append(
            f"{name}: {late:,} requests were sent more than 5 ms after they were due, and have no part in p99 of that"
        )


def _seen(report: Report, bench: Bench, watcher: Watcher, seconds: int) -> None:
    """The way into a watcher and into a trace, at 10,000/s."""
    with Prober(bench.running, _LOOKS) as prober, Finder(bench.running) as finder:
        done = _on(report, bench, "with who looks", _CONNECTIONS, seconds, _RATE)
    bench.asked += len(prober.sent) + finder.asked
    wait_until(lambda: watcher.seen.keys() >= prober.sent.keys(), 10, "the last line in the watcher")
    ways = [(watcher.seen[path] - sent) * 1000 for path, sent in prober.sent.items()]
    report.figures |= {
        "seen_rps": round(done.rate), "watcher_samples": len(ways), "watcher_p50_ms": round(median(ways), 1),
        "found": len(finder.seconds), "findable_median_s": round(median(finder.seconds), 2),
    }  # fmt: skip
    report.ratios["watcher_p99_ms"] = round(percentile(ways, 0.99), 1) if len(ways) >= 100 else None
    report.ratios["findable_s"] = round(max(finder.seconds), 2)


def _dropped(report: Report, bench: Bench) -> None:
    """By what telemetry says once control has told it twice what the edge counted."""

    def told() -> dict[str, Any]:
        found: dict[str, Any] = fetch_json(bench.running, "/v1/telemetry")
        return found

    def said(one: dict[str, Any]) -> int:
        return int(one["records"] + one["edge_dropped"] + one["lost"])

    deadline = time.monotonic() + 50
    while said(health := told()) < bench.asked and time.monotonic() < deadline:
        time.sleep(0.5)
    dropped = health["edge_dropped"] + health["lost"]
    report.ratios["dropped_share"] = round(dropped / report.figures["top_answers"], 5)
    report.ratios["dropped_uncounted"] = max(0, bench.asked - said(health))
    report.figures |= {
        "answers": bench.asked,
        "uncounted_at_most": max(0, bench.asked + bench.cut - said(health)),
        **{name: health[name] for name in ("records", "edge_dropped", "lost", "log_lines_limited", "failed")},
    }
    if not report.figures["paced_not_in_chart"]:
        return
    report.limits.append(f"at {_RATE:,} requests/s {report.figures['paced_not_in_chart']:,} are not in the chart")
