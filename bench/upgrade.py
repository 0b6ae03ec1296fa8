"""Upgrades of Stagedoor itself while it serves 500 requests a second: how many fail, and how long one takes.

Each upgrade installs another version beside the data (a copy of the package with another number), and `stagedoor
upgrade` makes the supervisor, telemetry, node and control become it, and the edge take up its configuration.
"""

import tempfile
import time
from pathlib import Path

from tests.harness.running import platform, write_application
from tests.harness.steady import Steady
from tests.harness.upgrades import installed, upgrade

from bench.report import Report, median, percentile

_MAIN = """
from stagedoor import Request, endpoint


@endpoint("GET", "/word")
async def word(request: Request) -> dict:
    return {"word": "steady"}
"""


def run(*, quick: bool) -> Report:
    count = 3 if quick else 10
    report = Report("upgrade")
    with tempfile.TemporaryDirectory() as name, installed(Path(name)) as installation, platform() as running:
        folder = write_application(Path(name) / "app", _MAIN, 'name = "steady"\nteam = "bench"\n')
        running.cli("deploy", str(folder))
        took = []
        with Steady(running.port("test"), "/steady/word") as load:
            for number in range(1, count + 1):
                took.append(upgrade(running, installation.number(number)))
                time.sleep(2)
    report.figures |= {
        "upgrade_s": round(median(took), 3), "upgrades": count, "failed": len(load.failed),
        "requests": len(load.seconds), "load_rps": load.rate,
        "request_p50_ms": round(median(load.seconds) * 1000, 2),
        "request_p99_ms": round(percentile(load.seconds, 0.99) * 1000, 2),
        "request_max_ms": round(max(load.seconds) * 1000, 1),
    }  # fmt: skip
    if load.failed:
        report.limits.append(f"failed: {load.failed[0]}")
    return report
