"""Recordings and replays: how exact they are, what recording costs, how fast replays are.

Exact: the demo's two home screens, and twenty scripts that are hard to run again (`bench/taped`), each asked by eight
clients at once with everything recorded; every recording is run again on the version that served it and compared with
what was recorded, byte for byte. The cost: `bench fanout`'s request of twelve calls on a platform that keeps every
request in full (`recorded`), on one that holds every request as long as the ring does and keeps what its rules say,
the default (`held`), and on one that records none (`bare`), in turns. The breakpoint: from `replay --debug`
until the first breakpoint of the script is hit, by a client of debugpy's protocol.
"""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.harness.debugger import attach
from tests.harness.running import Running, fetch, fetch_json, installed_command, platform, wait_until

from bench import fanout, load
from bench.report import Report, median

TAPED = Path(__file__).parent / "taped"
RECORDED = """
[keep]
record_all = true
ring = "32MB"
[edge]
client_rate = 10000000
device = "header:x-device"
member = "cookie:member"
trusted_peers = ["127.0.0.1"]
"""
HELD = """
[edge]
client_rate = 10000000
"""
BARE = f"""
[keep]
ring = "0B"
{HELD}
"""
DEMO = (("tv-home", "/tv-home/home"), ("phone-home", "/phone-home/home"))


def run(*, quick: bool) -> Report:
    report = Report("replay")
    with platform(RECORDED, options=("--demo",)) as running:
        _exactness(running, 1 if quick else 40, report)
        _breakpoint(running, 1 if quick else 10, report)
    _cost(1 if quick else 6, 1 if quick else 4, report)
    return report


def _exactness(running: Running, each: int, report: Report) -> None:
    for _, path in DEMO:
        wait_until(lambda path=path: fetch(running.port("prod"), path, _member(1)).status == 200, 90, path)  # type: ignore[misc]
    running.cli("deploy", "--stack", "prod", folder=TAPED)
    listed = fetch_json(running, "/v1/applications/taped/versions")[0]["endpoints"]
    hard = [f"/taped{one['path']}" for one in listed]
    assert len(hard) == 20, len(hard)
    paths = [path for _, path in DEMO] * (5 * each) + hard * each
    with ThreadPoolExecutor(8) as clients:
        list(clients.map(lambda pair: fetch(running.port("prod"), pair[1], _member(pair[0])), enumerate(paths)))
    time.sleep(1.0)
    took = count = 0.0
    shares = {}
    for name in ("tv-home", "phone-home", "taped"):
        told = _replayed(running, name)
        shares[name] = (told["exact"], told["recordings"])
        report.figures[f"{name}_exact"], report.figures[f"{name}_recordings"] = shares[name]
        report.figures[f"{name}_inexact"] = told["inexact"]
        took, count = took + told["took"], count + 3 * told["recordings"]
    demo = [shares[name] for name, _ in DEMO]
    report.figures["exact_share"] = round(sum(one for one, _ in demo) / sum(of for _, of in demo), 4)
    report.figures["exact_share_hard"] = round(shares["taped"][0] / shares["taped"][1], 4)
    report.figures["replays_per_s"] = round(count / took, 1)
    health = fetch_json(running, "/v1/telemetry")
    report.figures["recordings_lost"] = health.get("recordings_lost", 0)


def _member(number: int) -> dict[str, str]:
    return {"cookie": f"member=m{number % 40 + 1}", "x-device": "tv-1"}


def _replayed(running: Running, application: str) -> dict[str, Any]:
    number = fetch_json(running, f"/v1/applications/{application}/versions")[0]["number"]
    result = running.cli("replay", "--application", application, "--against", number, "--limit", "1000", "--json")
    return dict(json.loads(result.stdout))


def _breakpoint(running: Running, rounds: int, report: Report) -> None:
    """Layers are there from the first time on, as on a laptop that has seen the application."""
    one = fetch_json(running, "/v1/recordings?application=taped&endpoint=GET%20/uuids&limit=1")[0]["id"]
    line = next(
        number for number, text in enumerate((TAPED / "chance.py").read_text().splitlines(), 1) if "made = [" in text
    )
    times = [_hit(running, one, line) for _ in range(rounds + 1)][1:]
    report.figures["breakpoint_s"] = round(median(times), 2)
    report.figures["breakpoint_samples"] = len(times)


def _hit(running: Running, identifier: str, line: int) -> float:
    port = load.free_port()
    began = time.perf_counter()
    process = subprocess.Popen(
        [*installed_command(), "replay", identifier, "--debug", str(port), "--data", str(running.folder / "laptop")],
        env=running.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        load.wait_for_listener(("127.0.0.1", port))
        client = attach(port)
        attached = client.send("attach")
        client.event("initialized")
        client.answer(client.send("setBreakpoints", source={"path": "/app/chance.py"}, breakpoints=[{"line": line}]))
        client.answer(client.send("configurationDone"))
        client.answer(attached)
        stopped = client.event("stopped")
        took = time.perf_counter() - began
        client.answer(client.send("setBreakpoints", source={"path": "/app/chance.py"}, breakpoints=[]))
        client.send("continue", threadId=stopped["threadId"])  # It is over so soon that nobody answers.
        process.wait(20)
        client.close()
        return took
    finally:
        process.kill()
        process.wait()


def _cost(rounds: int, seconds: int, report: Report) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        folder.chmod(0o755)
        service = f"http://127.0.0.1:{stack.enter_context(fanout.served(folder))}"
        wanted = {"recorded": RECORDED, "held": HELD, "bare": BARE}
        with ThreadPoolExecutor(len(wanted)) as together:
            entered = together.map(
                lambda pair: stack.enter_context(_platform(folder / pair[0], pair[1], service)), wanted.items()
            )
            ports = dict(zip(wanted, entered, strict=True))
        urls = {name: f"http://127.0.0.1:{port[0]}/bench/home" for name, port in ports.items()}
        turns = load.in_turns(urls, rounds, seconds, report)
        answered = sum(one.requests for turn in (turns["recorded"].many, turns["recorded"].one) for one in turn)
        time.sleep(2)
        health = fetch_json(ports["recorded"][1], "/v1/telemetry")
        report.figures["recorded_requests"], report.figures["kept_recordings"] = answered, health["recordings"]
        report.figures["cost_recordings_lost"] = health["recordings_lost"]
        _paced(urls, rounds, seconds, report)
    lost = report.figures["cost_recordings_lost"]
    if lost:
        report.limits.append(
            f"at the highest rate {lost} of {report.figures['recorded_requests']} recordings were overwritten in the "
            "ring before they were taken out: the one thread that keeps them gives way to everything, on two cores"
        )
    report.ratios["recording_rps_ratio"] = load.ratio(turns["recorded"].rates, turns["bare"].rates)
    report.ratios["held_rps_ratio"] = load.ratio(turns["held"].rates, turns["bare"].rates)


def _paced(urls: dict[str, str], rounds: int, seconds: int, report: Report) -> None:
    """The tail where neither is at its limit: at half of what the one that records reaches."""
    rate = int(report.figures["recorded_rps"] / 2)
    tails: dict[str, list[float]] = {name: [] for name in urls}
    for _ in range(rounds):
        for name, url in urls.items():
            found = load.wrk(url, 32, seconds, rate).p99
            if found is not None:
                tails[name].append(found)
    for name, values in tails.items():
        report.figures[f"{name}_p99_ms_at_{rate}"] = round(median(values), 2)
    report.ratios["recording_p99_ratio"] = load.ratio(tails["recorded"], tails["bare"])
    report.ratios["held_p99_ratio"] = load.ratio(tails["held"], tails["bare"])


@contextmanager
def _platform(folder: Path, settings: str, service: str) -> Iterator[tuple[int, Running]]:
    with platform(settings) as running:
        fanout.deploy(running, folder, service)
        yield running.port("prod"), running
