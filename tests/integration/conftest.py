"""Real parts only: HAProxy, runc, SQLite. One platform is shared; tests that kill take one of their own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.running import Running, platform
from tests.integration.console import browser, signed_in, visit  # noqa: F401

SETTINGS = """
[edge]
trusted_peers = ["127.0.0.1"]
device = "header:x-device"
member = "cookie:member"
client_rate = 100000
queue_timeout = "2s"
request_timeout = "6s"

[keep]
source = "2MB"
"""


# Files that take longest, the longest first: a worker that gets one of them last keeps all others waiting.
_LONGEST_FIRST = (
    "test_console", "test_kills", "test_telemetry", "test_upgrade", "test_scale", "test_rollouts", "test_backup",
    "test_console_alerts", "test_services", "test_isolation", "test_pipelines",
)  # fmt: skip


def _rank(item: pytest.Item) -> int:
    name = item.path.stem
    return _LONGEST_FIRST.index(name) if name in _LONGEST_FIRST else len(_LONGEST_FIRST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_rank)  # Stable: within a file the order stays.
    missing = os.geteuid() != 0 or not shutil.which("runc") or not shutil.which("haproxy", path="/usr/sbin:/usr/bin")
    if missing:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="needs root, runc and HAProxy: `stagedoor doctor`"))


@pytest.fixture(scope="session")
def stagedoor() -> Iterator[Running]:
    with platform(SETTINGS) as running:
        yield running
    assert leftovers(running) == []


@pytest.fixture
def own() -> Iterator[Running]:
    """A platform of the test's own, to be killed."""
    with platform(SETTINGS) as running:
        yield running
    assert leftovers(running) == []


def leftovers(running: Running) -> list[str]:
    """Everything that a stopped platform must not leave: processes, mounts, cgroups, sockets, namespaces."""
    folder = str(running.folder)
    found = [line for line in Path("/proc/mounts").read_text().splitlines() if folder in line]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if f"STAGEDOOR_DATA={running.data}".encode() in environment:
            found.append(command)
    run = _run_folder(running)
    if run.exists():
        found.append(str(run))
    found += [str(path) for path in Path("/sys/fs/cgroup").glob(f"*/stagedoor-{run.name}")]
    found += subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=False).stdout.split()
    return found


def _run_folder(running: Running) -> Path:
    from stagedoor.main.paths import Paths

    return Paths.of(running.data).run
