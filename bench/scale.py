"""How soon a step of load is answered by more instances, and whether the number swings on loads on which others do."""

import asyncio
import math
import random
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.harness.running import Running, fetch_json, platform, wait_until
from tests.harness.steady import Beside

from bench import fleet
from bench.fleet import App
from bench.report import Report
from stagedoor.decide import scale
from stagedoor.decide.scale import Sample
from stagedoor.model.scaling import Scaling

SLOW = """
import asyncio
from stagedoor import Request, endpoint


@endpoint("GET", "/")
async def home(request: Request) -> dict:
    await asyncio.sleep(0.2)
    return {"rows": [1, 2, 3]}
"""
_MANIFEST = '[scaling]\nmin = 1\nmax = 12\nconcurrency = 32\n[resources]\nmemory = "96MB"\n'
_NAME = "stepped"
_SEEDS = 20


class Crowd(Beside):
    """So many clients, each asking again as soon as it is answered."""

    def __init__(self, port: int, clients: int) -> None:
        self._port, self._clients = port, clients
        self.failed: list[str] = []

    async def _run(self) -> None:
        await asyncio.gather(*(self._client() for _ in range(self._clients)))

    async def _client(self) -> None:
        request = f"GET /{_NAME}/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode()
        while not self._stop.is_set():
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.write(request)
                answer = await reader.read(-1)
                writer.close()
            except OSError as error:
                self.failed.append(repr(error))
                continue
            if not answer.startswith(b"HTTP/1.1 200"):
                self.failed.append(answer[:100].decode())


def run(*, quick: bool) -> Report:
    report = Report("scale")
    with tempfile.TemporaryDirectory(prefix="bench-") as name, platform() as running:
        fleet.deploy(running, Path(name), [App(_NAME, SLOW, _MANIFEST)])
        steps = [_step(running) for _ in range(3 if quick else 10)]
        decisions, ready, failed = zip(*steps, strict=True)
        real = _real(running, 10.0 if quick else 600.0)
    shapes = {name: max(_virtual(load, seed) for seed in range(_SEEDS)) for name, load in _shapes().items()}
    report.figures = {
        "decision_s": round(max(decisions), 3), "decision_median_s": round(statistics.median(decisions), 3),
        "instance_ready_ms": round(max(ready), 1), "instance_ready_median_ms": round(statistics.median(ready), 1),
        "steps": len(steps), "failed": sum(failed) + real["failed"],
        "direction_changes": max(*shapes.values(), real["direction_changes"]),
        **{f"direction_changes_{name}": changes for name, changes in shapes.items()},
        "direction_changes_real": real["direction_changes"], "real_seconds": real["seconds"],
    }  # fmt: skip
    report.limits.append("decision_s and instance_ready_ms are the slowest of all steps")
    return report


def _step(running: Running) -> tuple[float, float, int]:
    """(seconds until the decision, milliseconds from it until the first added instance was ready, failed)."""
    wait_until(lambda: len(_instances(running)) == 1, 30, "one instance")
    with Crowd(running.port("test"), 1) as base:
        time.sleep(2)
        began = time.time()
        with Crowd(running.port("test"), 200) as crowd:
            added = wait_until(
                lambda: [one for one in _instances(running) if one["started_at"] > began], 10, "one more"
            )
            time.sleep(0.5)
    first = min(one["started_at"] - one["phases"]["container"] + one["ready_after"] for one in added)
    told = fetch_json(running, f"/v1/applications/{_NAME}/scaling?stack=test")["steps"]
    decided = min(step["at"] for step in told if step["at"] >= began and step["after"] > step["before"])
    running.cli("scale", "set", _NAME, "1")
    wait_until(lambda: len(_instances(running)) == 1, 60, "one instance")
    running.cli("scale", "auto", _NAME)
    return decided - began, (first - decided) * 1000, len(crowd.failed) + len(base.failed)


def _instances(running: Running) -> list[dict[str, Any]]:
    listed = fetch_json(running, f"/v1/instances?application={_NAME}")
    return [one for one in listed if one["state"] == "ready"]


def _since(running: Running, began: float) -> list[dict[str, Any]]:
    return [one for one in _instances(running) if one["started_at"] > began]


def _real(running: Running, seconds: float) -> dict[str, float]:
    """A load at the border of one instance, for real."""
    border = math.ceil(scale.target(32))
    began = time.time()
    with Crowd(running.port("test"), border) as crowd:
        time.sleep(seconds)
    told = fetch_json(running, f"/v1/applications/{_NAME}/scaling?stack=test&limit=1000")["steps"]
    signs = [step["after"] > step["before"] for step in reversed(told) if step["at"] >= began]
    changes = sum(one != other for one, other in pairwise(signs))
    return {"seconds": seconds, "direction_changes": changes, "failed": len(crowd.failed)}


def _shapes() -> dict[str, Callable[[float, random.Random], float]]:
    each = scale.target(32)
    noise = math.sqrt(each)
    return {
        "near_border": lambda _, chance: max(0.0, chance.gauss(each, noise)),
        "burst_on_base": lambda now, chance: chance.gauss(each / 2, 3) + (200 if 120 <= now < 124 else 0),
    }


def _virtual(load: Callable[[float, random.Random], float], seed: int) -> int:
    """Changes of direction within ten minutes of virtual time."""
    chance, scaling = random.Random(seed), Scaling(min=1, max=12, concurrency=32)
    samples: deque[Sample] = deque(maxlen=400)
    current, changed_at, signs = 1, -1000.0, []
    for tick in range(2400):
        now = tick * 0.25
        samples.append(Sample(now, load(now, chance)))
        wanted = scale.decide(
            now, samples, current, scaling, cores=1.0, machine_cores=4, quiet_since=now, changed_at=changed_at
        ).instances
        if wanted != current:
            signs.append(wanted > current)
            current, changed_at = wanted, now
    return sum(one != other for one, other in pairwise(signs))
