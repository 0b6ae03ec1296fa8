"""A well-behaved application under steady load, while its neighbour in turn does everything wrong.

Each kind of harm has its proof that it happened. Beside it the same with both scripts in one process, which is how it
was before scripts had containers of their own. Quiet moments are measured in turns with the others.
"""

import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.harness.running import Running, fetch_json, platform, wait_until
from tests.harness.steady import Steady

from bench import fleet
from bench.fleet import App
from bench.peers.bad import BAD, GOOD, KINDS
from bench.report import Report, percentile
from stagedoor.main.paths import Paths
from stagedoor.model import instance as states

_LIMITS = """
[limits]
hang = "1s"
drain = "0.3s"
request = "3s"
log = "200KB"
answer = "20MB"
[scaling]
max = 1
[resources]
memory = "96MB"
tmp = "16MB"
"""
_RATE = 150
_CLIENT = """
import socket, sys, threading, time
def ask():
    while True:
        said, size = b"", 0
        try:
            with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=4) as one:
                one.sendall(f"GET {sys.argv[2]} HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\n\\r\\n".encode())
                while data := one.recv(1 << 20):
                    said, size = said or data[:2000], size + len(data)
            if b"chunked" in said and not data and size > 100000:
                said = b"the answer was cut after %d bytes" % size
        except OSError as error:
            said = repr(error).encode()
        print(repr(said), flush=True)
        time.sleep(0.05)
for _ in range(2):
    threading.Thread(target=ask).start()
"""
_STOPPED = re.compile(r'"stopped":"([^"]+)"')


@dataclass
class Measured:
    """Of the well-behaved one: seconds of its answers, by the neighbour's kind; what failed; and the proofs."""

    quiet: list[float] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    offered: dict[str, float] = field(default_factory=dict)
    together: dict[str, dict[str, Any]] = field(default_factory=dict)
    proofs: dict[str, str] = field(default_factory=dict)


def run(*, quick: bool) -> Report:
    each = 0.6 if quick else 8.0  # A p99 needs 100 samples: what is offered in that time is a few more.
    measured = Measured()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, platform() as running:
        apps = [App("good", GOOD, "[scaling]\nmin = 1\n")]
        apps += [App(f"bad-{kind}", BAD, _LIMITS) for kind in KINDS]
        apps += [App(f"together-{kind}", GOOD + BAD, _LIMITS) for kind in KINDS]
        fleet.deploy(running, Path(name), apps)
        with Steady(running.port("test"), "/good/good", rate=_RATE, apart=True) as warm:
            time.sleep(0.4)
        assert not warm.failed
        for kind in KINDS:
            _measure(running, kind, each, measured)
    return _report(measured)


def _measure(running: Running, kind: str, each: float, measured: Measured) -> None:
    with Steady(running.port("test"), "/good/good", rate=_RATE, apart=True) as quiet:
        time.sleep(each)
    measured.quiet += quiet.seconds
    with _harm(running, f"bad-{kind}", kind) as answers:
        with Steady(running.port("test"), "/good/good", rate=_RATE, apart=True) as load:
            time.sleep(each)
        measured.proofs[kind] = _proof(running, f"bad-{kind}", kind, answers)
    measured.seconds[kind] = load.seconds
    measured.failed[kind] = len(load.failed) + len(quiet.failed)
    measured.offered[kind] = round(len(load.seconds) / each, 1)
    with (
        _harm(running, f"together-{kind}", kind),
        Steady(running.port("test"), f"/together-{kind}/good", rate=_RATE, apart=True) as load,
    ):
        time.sleep(each)
    measured.together[kind] = {
        "failed": len(load.failed),
        "rate": round(len(load.seconds) / each, 1),
        "p99_ms": round(percentile(load.seconds, 0.99) * 1000, 2) if load.seconds else None,
    }
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda name: _delete(running, name), (f"bad-{kind}", f"together-{kind}")))


def _delete(running: Running, name: str) -> None:
    running.cli("delete", name, "--line", "1", "--stack", "test", "--confirm", f"{name}/v1")


@contextmanager
def _harm(running: Running, name: str, kind: str) -> Iterator[list[str]]:
    """Asks for harm again and again, from two clients in a process of their own, as long as the block lasts."""
    answers: list[str] = []
    arguments = [sys.executable, "-c", _CLIENT, str(running.port("test")), f"/{name}/{kind}"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        reader = threading.Thread(target=lambda: answers.extend(process.stdout or ()))
        reader.start()
        time.sleep(0.3)
        try:
            yield answers
        finally:
            process.kill()
            reader.join()


def _proof(running: Running, name: str, kind: str, answers: list[str]) -> str:
    """That the harm was done, from what the kernel, the platform or the script itself counted. Fails without one."""
    proofs = {
        "leaks": lambda: _deaths(running, name, "out of memory"),
        "crashes": lambda: _deaths(running, name, "exit"),
        "hangs": lambda: _deaths(running, name, "hung"),
        "shuts": lambda: _deaths(running, name, states.SHUT_LISTENER),
        "spins": lambda: _throttled(running, name),
        "forks": lambda: _refused_forks(running, name),
        "floods": lambda: _dropped(running, name),
        "talks": lambda: _count("cut answers", [one for one in answers if "was cut" in one]),
    }
    find = proofs.get(kind, lambda: _count("refusals", [one for said in answers for one in _STOPPED.findall(said)]))
    return str(wait_until(find, 20, f"the proof that {name} did harm"))


def _count(what: str, found: list[str]) -> str:
    return f"{len(found)} {what}: {found[0]}" if found else ""


def _deaths(running: Running, name: str, kind: str) -> str:
    ends = [one for one in fetch_json(running, f"/v1/ends?application={name}") if one["kind"] == kind]
    return f"{len(ends)} deaths: {ends[0]['cause']}" if ends else ""


def _files(running: Running, name: str, file: str) -> Iterator[str]:
    """What the kernel says of each instance, in either hierarchy of control groups."""
    root, group = Path("/sys/fs/cgroup"), Paths.of(running.data).scripts_cgroup
    for one in fetch_json(running, f"/v1/instances?application={name}"):
        for hierarchy in ("", "*/"):
            for path in root.glob(f"{hierarchy}{group.strip('/')}/{one['id']}/{file}"):
                yield path.read_text()


def _throttled(running: Running, name: str) -> str:
    for text in _files(running, name, "cpu.stat"):
        fields: dict[str, Any] = dict(line.split() for line in text.splitlines())
        if int(fields.get("nr_throttled", 0)) > 3:
            return f"throttled in {fields['nr_throttled']} periods of 100 ms"
    return ""


def _refused_forks(running: Running, name: str) -> str:
    refused = sum(int(text.split()[1]) for text in _files(running, name, "pids.events"))
    return f"{refused} forks refused by the kernel" if refused else ""


def _dropped(running: Running, name: str) -> str:
    said = running.cli("logs", name, "--lines", "1000").stdout
    lines = re.findall(r"(\d+) bytes of output were dropped", said)
    return f"{sum(map(int, lines))} bytes of log dropped" if lines else ""


def _report(measured: Measured) -> Report:
    report = Report("isolation")
    quiet = percentile(measured.quiet, 0.99) * 1000
    ratios = {kind: percentile(seconds, 0.99) * 1000 / quiet for kind, seconds in measured.seconds.items()}
    report.figures = {
        "neighbour_failed": sum(measured.failed.values()),
        "neighbour_p99_ratio": round(max(ratios.values()), 2),
        "quiet_p99_ms": round(quiet, 2), "quiet_samples": len(measured.quiet), "rate_offered": _RATE,
    }  # fmt: skip
    for kind in KINDS:
        report.figures[kind] = {
            "p99_ms": round(percentile(measured.seconds[kind], 0.99) * 1000, 2),
            "ratio": round(ratios[kind], 2),
            "samples": len(measured.seconds[kind]),
            "rate": measured.offered[kind],
            "failed": measured.failed[kind],
            "in_one_process": measured.together[kind],
            "proof": measured.proofs[kind],
        }
    report.ratios = {"neighbour_p99_ratio": report.figures["neighbour_p99_ratio"]}
    report.limits.append("all share the machine's cores; the measuring client alone goes before the others")
    return report
