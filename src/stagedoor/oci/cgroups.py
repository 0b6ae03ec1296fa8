"""Control groups, in either hierarchy: what runc leaves behind is removed, what the kernel counted is read."""

import os
import signal
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from stagedoor import groups
from stagedoor.model.profile import MemoryShare

_MOUNT = Path("/sys/fs/cgroup")
CONTROLLERS = frozenset({"memory", "pids", "cpu"})
_CHARGE_BATCH_BYTES = 1 << 20
_NO_LIMIT = 1 << 60  # The kernel writes "none" as the largest number of pages.
_LIMIT_FILES = ("memory.max", "memory.limit_in_bytes")
_MIN_SOCKET_BYTES = 8 << 20


def exists(cgroup: str) -> bool:
    """Tells whether there is such a group, without a look at every hierarchy."""
    name = cgroup.strip("/")
    return any((_MOUNT / hierarchy / name).is_dir() for hierarchy in ("", "memory", "pids"))


def make(cgroup: str, memory: int) -> None:
    """Makes a group that holds so many bytes at most, or changes what it may hold; all of it may be buffers of sockets.

    Raises OSError.
    """
    if is_unified():
        _make_unified(cgroup)
    else:
        for name in ("memory", "pids"):
            if (_MOUNT / name / "cgroup.procs").exists():
                (_MOUNT / name / cgroup.strip("/")).mkdir(parents=True, exist_ok=True)
    if "memory" in controllers():
        limit_memory(cgroup, memory, memory)


def _make_unified(cgroup: str) -> None:
    """A controller is there in a group when every group above hands it on."""
    wanted = " ".join(f"+{name}" for name in sorted(controllers()))
    folder = _MOUNT
    for part in Path(cgroup.strip("/")).parts:
        (folder / "cgroup.subtree_control").write_text(wanted)
        folder = folder / part
        folder.mkdir(exist_ok=True)


def processes(cgroup: str) -> set[int]:
    found: set[int] = set()
    for folder in groups.list_folders(cgroup):
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
    for folder in groups.list_folders(cgroup):
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
    for folder in groups.list_folders(cgroup):
        below = [path for path in folder.rglob("*") if path.is_dir()]
        for path in [*sorted(below, reverse=True), folder]:
            while path.exists():
                try:
                    path.rmdir()
                except OSError:
                    if time.monotonic() > deadline:
                        break
                    time.sleep(0.01)


def join(cgroup: str, pid: int) -> None:
    """Puts a process into the group: its limits are the process's from now on."""
    for folder in groups.list_folders(cgroup):
        (folder / "cgroup.procs").write_text(str(pid))


@cache
def controllers() -> frozenset[str]:
    """Names those of the controllers of our limits that this machine has."""
    if is_unified():
        return CONTROLLERS & set((_MOUNT / "cgroup.controllers").read_text().split())
    return frozenset(name for name in CONTROLLERS if (_MOUNT / name / "cgroup.procs").exists())


def limit(cgroup: str, memory: int, cpu: float, processes: int) -> None:
    """Sets the limits of a group: bytes, cores, count; those that the machine can hold. Raises OSError."""
    present = controllers()
    if "memory" in present:
        limit_memory(cgroup, memory)
    if "pids" in present:
        _file(cgroup, "pids", "pids.max").write_text(str(processes))
    if "cpu" not in present:
        return
    period = 100_000
    quota = int(cpu * period)
    if is_unified():
        _file(cgroup, "", "cpu.max").write_text(f"{quota} {period}")
    else:
        _file(cgroup, "cpu", "cpu.cfs_quota_us").write_text(str(quota))
    weigh(cgroup, cpu)


def limit_memory(cgroup: str, memory: int, sockets: int = 0) -> None:
    """Limits what the group holds to so many bytes, swap included. Raises OSError.

    `sockets` is for the buffers of network sockets where they are counted apart; 0: a quarter.
    """
    for name, value in _memory_limits(cgroup, memory, sockets or max(_MIN_SOCKET_BYTES, memory // 4)):
        file = _file(cgroup, "memory", name)
        # A kernel may count no swap.
        if file.exists() or name in _LIMIT_FILES:
            file.write_text(str(value))


def _memory_limits(cgroup: str, memory: int, sockets: int) -> list[tuple[str, int]]:
    """Names and values in the order in which the kernel takes them."""
    if is_unified():
        return [("memory.max", memory), ("memory.swap.max", 0)]
    # Version 1 counts buffers of network sockets apart, and only once they have a limit.
    buffers = ("memory.kmem.tcp.limit_in_bytes", sockets)
    plain, with_swap = ("memory.limit_in_bytes", memory), ("memory.memsw.limit_in_bytes", memory)
    # The limit with swap is never the lower of the two.
    grows = _number(cgroup, "memory.limit_in_bytes") < memory
    return [buffers, with_swap, plain] if grows else [buffers, plain, with_swap]


def weigh(cgroup: str, cpu: float) -> None:
    """Sets what the group gets of a core that others want too, as if it had so many cores. Raises OSError."""
    if "cpu" not in controllers():
        return
    shares = max(2, int(cpu * 1024))
    if is_unified():
        _file(cgroup, "", "cpu.weight").write_text(str(_weight(shares)))
    else:
        _file(cgroup, "cpu", "cpu.shares").write_text(str(shares))


def is_pure() -> bool:
    """Whether the hierarchy is of one version alone: hybrid ones have a second one mounted inside the first."""
    return is_unified() or not (_MOUNT / "unified").is_dir()


@cache
def is_unified() -> bool:
    """Whether the hierarchy is of version 2 alone."""
    return (_MOUNT / "cgroup.controllers").exists()


def _weight(shares: int) -> int:
    """The scale of version 2 for a number of version 1, as OCI runtimes convert it."""
    return 1 + ((shares - 2) * 9999) // 262142


def memory_in_use(cgroup: str) -> int:
    """Bytes that the group holds and cannot simply give back: what counts against its limit in the end."""
    usage, cached = ("memory.current", "inactive_file") if is_unified() else (
        "memory.usage_in_bytes", "total_inactive_file"
    )  # fmt: skip
    try:
        used = int(_file(cgroup, "memory", usage).read_text())
        fields = dict(line.split() for line in _file(cgroup, "memory", "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return 0
    return max(0, used - int(fields.get(cached, 0)))


def memory_share(cgroup: str) -> MemoryShare:
    """All that is in use, and of what kind it is; zeros for what the kernel does not say."""
    limit = _number(cgroup, "memory.max" if is_unified() else "memory.limit_in_bytes")
    names = ("anon", "file", "kernel") if is_unified() else ("total_rss", "total_cache", "")
    try:
        text = _file(cgroup, "memory", "memory.stat").read_text()
        fields = {name: int(value) for name, value in map(str.split, text.splitlines())}
    except (OSError, ValueError):
        fields = {}
    anonymous, files, kernel = (fields.get(name, 0) for name in names)
    if not is_unified():
        kernel = _number(cgroup, "memory.kmem.usage_in_bytes")
    return MemoryShare(memory_in_use(cgroup), limit, anonymous, files, kernel)


def _number(cgroup: str, name: str) -> int:
    try:
        return int(_file(cgroup, "memory", name).read_text())
    except (OSError, ValueError):
        return 0


def cpu_seconds(cgroup: str) -> float:
    """Time that the group's processes ran, over all cores."""
    try:
        if not is_unified():
            return int(_file(cgroup, "cpuacct", "cpuacct.usage").read_text()) / 1e9
        fields = dict(line.split() for line in _file(cgroup, "", "cpu.stat").read_text().splitlines())
        return int(fields["usage_usec"]) / 1e6
    except (OSError, ValueError, KeyError):
        return 0.0


def _file(cgroup: str, hierarchy: str, name: str) -> Path:
    return _MOUNT / ("" if is_unified() else hierarchy) / cgroup.strip("/") / name


def memory_limit(cgroup: str) -> int:
    """Returns how many bytes the group may hold; 0 where nothing says so."""
    limit = _number(cgroup, "memory.max" if is_unified() else "memory.limit_in_bytes")
    return limit if limit < _NO_LIMIT else 0


def reached_its_limit(cgroup: str) -> bool:
    """Tells whether the group itself was ever full; else what was full is a group above it."""
    if is_unified():
        try:
            fields = dict(line.split() for line in _file(cgroup, "", "memory.events.local").read_text().splitlines())
        except (OSError, ValueError):
            return True
        return int(fields.get("oom", 1)) > 0
    # Its count of refusals stays 0 where the kernel charges in batches, so the highest use says it.
    highest, limit = (_number(cgroup, f"memory.{name}_in_bytes") for name in ("max_usage", "limit"))
    return highest + _CHARGE_BATCH_BYTES >= limit


def memory_kills(cgroup: str) -> int:
    for folder in groups.list_folders(cgroup):
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
