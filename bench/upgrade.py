"""Upgrades of Stagedoor itself while it serves 500 requests a second: how many fail, and how long one takes.

Each upgrade installs another version beside the data (a copy of the package with another number), and `stagedoor
upgrade` makes the supervisor, telemetry, node and control become it, and the edge take up its configuration.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

import stagedoor
from bench.report import Report, median, percentile
from bench.running import Running, platform, wait_until, write_application
from bench.steady import Steady

_MAIN = """
from stagedoor import Request, endpoint


@endpoint("GET", "/word")
async def word(request: Request) -> dict:
    return {"word": "steady"}
"""


class Installation:
    """A copy of the package, installed where the programs look first, that can be replaced by another version."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package = folder / "stagedoor"
        found = [file for file in distribution("stagedoor").files or [] if file.name == "METADATA"]
        self._metadata = Path(str(found[0].locate())).read_text()
        ignored = shutil.ignore_patterns("__pycache__", "examples")
        shutil.copytree(Path(stagedoor.__file__).parent, self.package, ignore=ignored)
        self.number(0)

    def number(self, patch: int) -> str:
        """Gives the installed copy the version 9.0.`patch`."""
        version = f"9.0.{patch}"
        target = self.folder / "stagedoor-9.dist-info" / "METADATA"
        target.parent.mkdir(exist_ok=True)
        lines = [f"Version: {version}" if line.startswith("Version:") else line for line in self._metadata.splitlines()]
        target.write_text("\n".join(lines))
        return version


@contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """Platforms that start within the block run from the copy."""
    former = os.environ.get("PYTHONPATH")
    one = Installation(folder)
    os.environ["PYTHONPATH"] = str(folder)
    try:
        yield one
    finally:
        os.environ.pop("PYTHONPATH")
        if former is not None:
            os.environ["PYTHONPATH"] = former


def upgrade(running: Running, version: str) -> float:
    """Seconds until every program is the new one and control says its version."""
    before = {one["name"]: one["pid"] for one in running.json("status")["programs"]}
    began = time.perf_counter()
    running.cli("upgrade", "--data", str(running.data))

    def done() -> bool:
        told = running.json("status") if running.cli("status", check=False).returncode == 0 else {"programs": []}
        now = {one["name"]: one["pid"] for one in told["programs"] if one["name"] != "edge"}
        renewed = len(now) > 2 and all(now[name] != before[name] for name in now)
        log = (running.data / "log" / "supervisor.log").read_text()
        return renewed and told["version"] == version and f"upgraded to {version}" in log

    wait_until(done, 60, f"version {version}")
    return time.perf_counter() - began


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
