"""Upgrades of Stagedoor itself: a copy of the package that can be replaced by another version while platforms run."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

import stagedoor
from tests.harness.running import Running, wait_until


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
        now = {one["name"]: one["pid"] for one in told["programs"] if one["name"] not in ("edge", "egress")}
        renewed = len(now) > 2 and all(now[name] != before[name] for name in now)
        log = (running.data / "log" / "supervisor.log").read_text()
        return renewed and told["version"] == version and f"upgraded to {version}" in log

    wait_until(done, 60, f"version {version}")
    return time.perf_counter() - began
