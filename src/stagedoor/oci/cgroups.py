"""Control groups, in either hierarchy: what runc leaves behind is removed, what the kernel counted is read."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_MOUNT = Path("/sys/fs/cgroup")


def _folders(cgroup: str) -> Iterator[Path]:
    name = cgroup.strip("/")
    candidates = [_MOUNT / name, *(hierarchy / name for hierarchy in _MOUNT.iterdir() if hierarchy.is_dir())]
    yield from (folder for folder in candidates if folder.is_dir())


def processes(cgroup: str) -> set[int]:
    found: set[int] = set()
    for folder in _folders(cgroup):
        try:
            found |= {int(line) for line in (folder / "cgroup.procs").read_text().split()}
        except OSError:
            continue
    return found


def below(prefix: str) -> set[str]:
    """Names of the top groups that begin with `prefix`, of every hierarchy."""
    folders = [_MOUNT, *(hierarchy for hierarchy in _MOUNT.iterdir() if hierarchy.is_dir())]
    return {path.name for folder in folders for path in folder.glob(f"{prefix}*") if path.is_dir()}


def kill_all(cgroup: str) -> None:
    """Ends every process in the group and below it: the last resort against what nobody remembers."""
    for folder in _folders(cgroup):
        for file in folder.rglob("cgroup.procs"):
            try:
                pids = [int(line) for line in file.read_text().split()]
            except OSError:
                continue
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def remove(cgroup: str, patience: float = 2.0) -> None:
    """Removes the group and those below it in every hierarchy, waiting for the kernel to let go of dead processes."""
    deadline = time.monotonic() + patience
    for folder in _folders(cgroup):
        below = [path for path in folder.rglob("*") if path.is_dir()]
        for path in [*sorted(below, reverse=True), folder]:
            while path.exists():
                try:
                    path.rmdir()
                except OSError:
                    if time.monotonic() > deadline:
                        break
                    time.sleep(0.01)


def memory_kills(cgroup: str) -> int:
    for folder in _folders(cgroup):
        for file in ("memory.oom_control", "memory.events"):
            try:
                fields = dict(line.split() for line in (folder / file).read_text().splitlines())
            except (OSError, ValueError):
                continue
            if "oom_kill" in fields:
                return int(fields["oom_kill"])
    return 0


def proportional_memory(pids: set[int]) -> int:
    """Bytes of memory, shared pages counted in proportion."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total
