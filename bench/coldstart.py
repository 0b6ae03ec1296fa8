"""First byte from zero through the edge, in turns with the ways people know; with a neighbour that bursts; under load.

Ours has no instance when the request is sent: it waits at the door, a container of the pool becomes an instance, and
answers. The peers are a fresh runc container with uvicorn, and a fork of a warmed-up interpreter as the limit, both on
a unix socket without an edge.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness.running import Running, fetch, fetch_json, platform, wait_until
from tests.harness.steady import Steady

from bench import fleet
from bench.fleet import IMPORTS, App
from bench.peers import cold
from bench.report import Report, median, percentile

SETTINGS = "[pools]\nbackends = 100\ndoors = 150\nslots = 150\n[edge]\nclient_rate = 100000\n"
_SLEEPS = '[scaling]\nidle = "500ms"\n[resources]\nmemory = "96MB"\n'
_NEIGHBOURS = '[scaling]\nmin = 1\nmax = 40\n[resources]\nmemory = "96MB"\n'
_SMALL, _IMPORTS, _ARRIVING = 34, 6, 20
_RATE, _SECONDS = 700, 4
_NEIGHBOUR, _AT_ONCE = "neighbour", 30
_ENOUGH = 40  # Containers that wait: as many as any phase takes.
_LIMIT = 30.0
CROWD = """
import asyncio, sys
async def ask(name):
    reader, writer = await asyncio.open_connection("127.0.0.1", {port})
    writer.write(f"GET /{{name}}/ HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\n\\r\\n".encode())
    await reader.read(-1)
async def main():
    await asyncio.gather(*(ask(name) for name in {names}))
print("ready", flush=True)
sys.stdin.read()
asyncio.run(main())
"""
_APART = 0.06  # Seconds between two starts in a quiet minute.


@dataclass
class Samples:
    """Milliseconds to the first byte."""

    small: list[float] = field(default_factory=list)
    imports: list[float] = field(default_factory=list)
    burst_small: list[float] = field(default_factory=list)
    burst_imports: list[float] = field(default_factory=list)
    crowd: list[float] = field(default_factory=list)
    container: list[float] = field(default_factory=list)
    fork: list[float] = field(default_factory=list)


def run(*, quick: bool) -> Report:
    rounds, bursts = (3, 1) if quick else (8, 8)
    with tempfile.TemporaryDirectory(prefix="bench-") as name, platform(SETTINGS) as running:
        folder = Path(name)
        small = [f"small-{number}" for number in range(_SMALL)]
        imports = [f"imports-{number}" for number in range(_IMPORTS)]
        requirements = {"requirements.txt": "httpx\npydantic\n"}
        fleet.deploy(running, folder, [App(one, manifest=_SLEEPS) for one in small])
        fleet.deploy(running, folder, [App(one, IMPORTS, _SLEEPS, requirements) for one in imports])
        samples = Samples()
        _sample_peers(folder, samples, 3 if quick else 20)
        for _ in range(rounds):
            _wait_for_sleep(running, small + imports)
            samples.small += [_first_byte(running, one) for one in small]
            samples.imports += [_first_byte(running, one) for one in imports]
        phases = _phases(running)
        fleet.deploy(running, folder, [App(_NEIGHBOUR, manifest=_NEIGHBOURS)])
        for _ in range(bursts):
            _wait_for_sleep(running, small + imports)
            _burst(running, small, imports, samples)
        for _ in range(bursts):
            _wait_for_sleep(running, small)
            _crowd(running, small, samples)
        _wait_for_sleep(running, small)
        arrived = asyncio.run(_arrive(running.port("test"), small[:_ARRIVING]))
        return _report(samples, phases, arrived)


def _wait_for_sleep(running: Running, names: list[str]) -> None:
    wait_until(lambda: fleet.asleep(running, names), 60, "the sleep of all applications")
    # The pool fills up again behind the starts; what is measured begins with it as it is in a quiet minute.
    wait_until(lambda: _waiting(running), 60, "the pool")


def _waiting(running: Running) -> bool:
    now = _pool(running)
    return now["generic"] >= _ENOUGH or now == _pool(running, after=0.7)


def _pool(running: Running, after: float = 0.0) -> dict[str, int]:
    time.sleep(after)
    waiting: dict[str, int] = fetch_json(running, "/v1/capacity")["waiting"]
    return waiting


def _first_byte(running: Running, name: str) -> float:
    began = time.perf_counter()
    got = fetch(running.port("test"), f"/{name}/")
    took = (time.perf_counter() - began) * 1000
    if got.status != 200:
        raise RuntimeError(f"{name} answered {got.status}: {got.body[:200]!r}")
    time.sleep(_APART)
    return took


def _burst(running: Running, small: list[str], imports: list[str], samples: Samples) -> None:
    """A neighbour under load starts thirty instances at once; meanwhile the others are asked one after another."""
    with Steady(running.port("test"), f"/{_NEIGHBOUR}/", rate=200):
        running.cli("scale", "set", _NEIGHBOUR, str(_AT_ONCE))
        for one, other in zip(small[: len(imports)], imports, strict=True):
            samples.burst_small.append(_first_byte(running, one))
            samples.burst_imports.append(_first_byte(running, other))
            samples.burst_small.append(_first_byte(running, f"small-{_SMALL - 1 - int(one.partition('-')[2])}"))
    wait_until(lambda: _neighbours(running) == _AT_ONCE, 60, "the neighbour's instances")
    running.cli("scale", "set", _NEIGHBOUR, "1")
    wait_until(lambda: _neighbours(running) == 1, 60, "the end of the neighbour's instances")


def _neighbours(running: Running) -> int:
    return len([one for one in fetch_json(running, "/v1/instances") if one["application"] == _NEIGHBOUR])


def _crowd(running: Running, names: list[str], samples: Samples) -> None:
    """Thirty applications at zero are asked at the same moment, by another process; one more beside them."""
    crowd, victims = names[:_AT_ONCE], names[_AT_ONCE:]
    code = CROWD.format(port=running.port("test"), names=crowd)
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdout.readline()
        process.stdin.close()
        samples.crowd += [_first_byte(running, one) for one in victims]
        process.wait()


def _phases(running: Running) -> dict[str, float]:
    """Medians of what the instances say of their own start, in milliseconds."""
    listed = [one["phases"] for one in fetch_json(running, "/v1/instances") if one["application"].startswith("small")]
    return {f"small_{name}_ms": round(median([one[name] for one in listed]) * 1000, 2) for name in listed[0]}


def _sample_peers(folder: Path, samples: Samples, count: int) -> None:
    packages = folder / "packages"
    command = [sys.executable, "-m", "uv", "pip", "install", "-q", "--target", str(packages), "uvicorn"]
    subprocess.run([*command, "--python", "/usr/bin/python3"], check=True, capture_output=True)
    forker = cold.Forker(folder)
    for _ in range(count):
        samples.container.append(cold.in_container(folder, "/usr/bin/python3", packages))
        samples.fork += [forker.sample() for _ in range(5)]
    forker.close()


async def _arrive(port: int, names: list[str]) -> dict[str, float]:
    """An open load on applications that are at zero: each request counts, however long it waits."""
    seconds: list[float] = []
    lost = 0

    async def ask(name: str) -> None:
        nonlocal lost
        began = time.perf_counter()
        try:
            async with asyncio.timeout(_LIMIT):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(f"GET /{name}/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
                answer = await reader.read(-1)
                writer.close()
        except (OSError, TimeoutError):
            lost += 1
            return
        if answer.startswith(b"HTTP/1.1 200"):
            seconds.append(time.perf_counter() - began)
        else:
            lost += 1

    began, tasks = time.perf_counter(), []
    for number in range(_RATE * _SECONDS):
        await asyncio.sleep(max(0.0, began + number / _RATE - time.perf_counter()))
        tasks.append(asyncio.create_task(ask(names[number % len(names)])))
    await asyncio.gather(*tasks)
    return {"zero_lost": lost, "zero_answered": len(seconds), "zero_p99_s": round(percentile(seconds, 0.99), 3)}


def _report(samples: Samples, phases: dict[str, float], arrived: dict[str, float]) -> Report:
    report = Report("coldstart")
    small, imports = samples.small, samples.imports
    ratios = {
        "small": (percentile(samples.burst_small, 0.95), percentile(small, 0.95)),
        "imports": (percentile(samples.burst_imports, 0.95), percentile(imports, 0.95)),
    }
    report.figures = {
        "small_p50_ms": round(median(small), 2), "small_p99_ms": round(percentile(small, 0.99), 2),
        "small_samples": len(small),
        "imports_p50_ms": round(median(imports), 2), "imports_p95_ms": round(ratios["imports"][1], 2),
        "imports_samples": len(imports),
        "small_p95_ms": round(ratios["small"][1], 2), "small_burst_p95_ms": round(ratios["small"][0], 2),
        "imports_burst_p95_ms": round(ratios["imports"][0], 2),
        "burst_samples": len(samples.burst_small) + len(samples.burst_imports),
        "crowd_p95_ms": round(percentile(samples.crowd, 0.95), 2), "crowd_samples": len(samples.crowd),
        "peer_runc_uvicorn_p50_ms": round(median(samples.container), 1),
        "peer_fork_p50_ms": round(median(samples.fork), 2),
        **phases, **arrived,
    }  # fmt: skip
    report.ratios = {
        "burst_p95_ratio": round(max(burst / quiet for burst, quiet in ratios.values()), 2),
        "small_vs_runc_uvicorn": round(median(small) / median(samples.container), 3),
        "small_vs_fork": round(median(small) / median(samples.fork), 2),
    }
    report.figures["burst_p95_ratio"] = report.ratios["burst_p95_ratio"]
    report.limits.append("load, clients, edge and instances share the machine's cores")
    return report
