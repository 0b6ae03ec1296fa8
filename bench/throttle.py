"""What passes a limit while ten times as much is asked: steadily, in bursts, and by two applications that share it.

Beside it an application that calls another service goes on; its answers are compared with those of before.
"""

import json
import os
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.harness.running import Running, fetch, platform, write_application
from tests.harness.steady import Steady

from bench import load
from bench.report import Report, median, percentile

PEERS = Path(__file__).parent / "peers"
RATE = 100  # Calls a second that are allowed.
CALLS = 10  # Of each request, at once.
MANIFEST = 'name = "{name}"\nteam = "bench"\nservices = ["{service}"]\n[scaling]\nmin = 1\nmax = 1\n'
MAIN = """
from itertools import count

from stagedoor import Request, api, endpoint

numbers = count()


@endpoint("GET", "/ask")
async def ask(request: Request) -> dict:
    calls = [api["{service}"].get(f"/rows?n={{next(numbers)}}", fallback=None) for _ in range({calls})]
    answers = await api.gather(*calls)
    return {{"passed": sum(one is not None for one in answers)}}
"""
DOCUMENT = {"openapi": "3.1.0", "info": {}, "paths": {"/rows": {"get": {"operationId": "rows"}}}}


def run(*, quick: bool) -> Report:
    seconds = 6 if quick else 10
    report = Report("throttle")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-")))
        folder.chmod(0o755)
        ports = [load.free_port(), load.free_port()]
        for port in ports:
            command = [load.interpreter(), str(PEERS / "counting.py"), str(port)]
            stack.enter_context(load.process(command))
            load.wait_for_listener(("127.0.0.1", port))
        running = stack.enter_context(platform(load.SETTINGS))
        _prepare(running, folder, ports)
        _measure(running, ports[0], seconds, report)
    return report


def _prepare(running: Running, folder: Path, ports: list[int]) -> None:
    tables = {"methods": {"rows": {"rate": RATE, "adaptive": False, "breaker": False}}}
    register(running, "limited", ports[0], {"policies": tables})
    register(running, "other", ports[1], {})
    for name, service, calls in (("first", "limited", CALLS), ("second", "limited", CALLS), ("apart", "other", 1)):
        main = MAIN.format(service=service, calls=calls)
        application = write_application(folder / name, main, MANIFEST.format(name=name, service=service))
        running.cli("deploy", str(application), "--stack", "prod")


def register(running: Running, name: str, port: int, wish: dict[str, Any]) -> None:
    headers = {"authorization": f"Bearer {running.token}", "content-type": "application/json"}
    body = {"urls": [f"http://127.0.0.1:{port}"], "openapi": json.dumps(DOCUMENT), **wish}
    got = fetch(running.port("control"), f"/v1/services/{name}", headers, method="PUT", body=json.dumps(body).encode())
    assert got.status == 200, got.body


def _measure(running: Running, service: int, seconds: int, report: Report) -> None:
    """Three kinds of load, each ten times what is allowed."""
    asked = 10 * RATE // CALLS
    cpu = _cpu(running)
    with Steady(running.port("prod"), "/apart/ask", rate=200, apart=True) as before:
        time.sleep(seconds)
    quiet = (_cpu(running) - cpu) / seconds
    passed: dict[str, list[float]] = {}
    others: list[float] = []
    costs: list[float] = []
    failed = 0
    for kind, paths, lanes in (
        ("steady", ["/first/ask"], 20),
        ("bursts", ["/first/ask"], asked // 5),  # Five times a second, all at once.
        ("shared", ["/first/ask", "/second/ask"], 20),
    ):
        time.sleep(2.5)  # A limit that nobody has used for two seconds begins anew.
        fetch(service, "/counts")
        cpu = _cpu(running)
        with Steady(running.port("prod"), "/apart/ask", rate=200, apart=True) as apart:
            refused = _ask(running.port("prod"), paths, asked, lanes, seconds, bursts=kind == "bursts")
        costs.append((_cpu(running) - cpu - quiet * (seconds + 0.3)) / max(1, refused))
        passed[kind] = _by_second(fetch(service, "/counts").json(), seconds)
        others += apart.seconds
        failed += len(apart.failed)
    every = [one for those in passed.values() for one in those]
    report.figures |= {
        "allowed": RATE, "asked": 10 * RATE, "seconds_each": seconds,
        **{f"{kind}_passed": [round(one * RATE) for one in those] for kind, those in passed.items()},
        "others_failed": failed, "others_p99_ms": round(percentile(others, 0.99) * 1000, 2),
        "others_quiet_p99_ms": round(percentile(before.seconds, 0.99) * 1000, 2), "others_answers": len(others),
        "excess_ratio": round(max(every), 3), "passed_min_ratio": round(min(every), 3),
        "refusal_us": round(median(costs) * 1e6, 1),
    }  # fmt: skip
    report.ratios |= {
        "excess_ratio": round(max(every), 3), "passed_min_ratio": round(min(every), 3),
        "others_p99_ratio": round(percentile(others, 0.99) / percentile(before.seconds, 0.99), 2),
    }  # fmt: skip
    report.limits.append(
        "refusal_us is what the edge used beyond the others' requests, device requests and calls that passed included,"
        " for each refused call"
    )


def _ask(port: int, paths: list[str], rate: int, lanes: int, seconds: int, *, bursts: bool) -> int:
    """Calls that were refused."""
    loads = [Steady(port, path, rate=rate // len(paths), lanes=lanes, bursts=bursts) for path in paths]
    with ExitStack() as stack:
        for one in loads:
            stack.enter_context(one)
        time.sleep(seconds + 0.3)
    return sum(len(one.seconds) for one in loads) * CALLS - RATE * seconds


def _by_second(arrived: list[float], seconds: int) -> list[float]:
    """What reached the service in each second since its first call, as a share of what is allowed.

    Raises RuntimeError when no call came: then nothing was measured.
    """
    if not arrived:
        raise RuntimeError("no call of this load reached the service")
    # What a second lets through comes at its very beginning, in an order of its own within some milliseconds.
    began = min(arrived) - 0.005
    return [sum(began + n <= at < began + n + 1 for at in arrived) / RATE for n in range(seconds)]


def _cpu(running: Running) -> float:
    """Seconds of CPU that the processes of edge and egress have used."""
    masters = {running.program(name)["pid"] for name in ("edge", "egress")}
    total = 0
    for one in Path("/proc").glob("[0-9]*"):
        try:
            fields = (one / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) in masters or int(one.name) in masters:
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")
