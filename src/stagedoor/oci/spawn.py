"""Programs with descriptors at chosen numbers, and waiting for processes that may not be our children."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

_ABOVE = 64  # Sources are moved up here, so that no target overwrites one.


def spawn(arguments: Sequence[str], descriptors: Mapping[int, int]) -> int:
    """Starts a program whose descriptor `target` is our `source`; returns its pid."""
    import fcntl  # Only Unix has it, and `dev --plain` is imported on Windows as well.

    moved = {target: fcntl.fcntl(source, fcntl.F_DUPFD_CLOEXEC, _ABOVE) for target, source in descriptors.items()}
    try:
        actions = [(os.POSIX_SPAWN_DUP2, source, target) for target, source in moved.items()]
        environment = {"PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")}
        return os.posix_spawnp(arguments[0], list(arguments), environment, file_actions=actions)
    finally:
        for source in moved.values():
            os.close(source)


async def wait(pid: int) -> int | None:
    """Waits until `pid` ended. Its wait status; None when it was no child of ours, so that nobody can tell."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return _reap(pid)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    return _reap(pid)


def _reap(pid: int) -> int | None:
    try:
        return os.waitpid(pid, 0)[1]
    except ChildProcessError:
        return None


def started_at(pid: int) -> int:
    """When `pid` started, in clock ticks since boot: with it a pid names one process for ever. 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except (FileNotFoundError, ProcessLookupError):
        return 0


async def ended(pid: int, started: int, patience: float) -> bool:
    """Whether that process ended within so many seconds; no corpse of it is left then."""
    if started_at(pid) != started:
        return True
    try:
        async with asyncio.timeout(patience):
            await wait(pid)
    except TimeoutError:
        return False
    return True


def say_status(status: int | None) -> str:
    if status is None:
        return "ended while nobody watched"
    if os.WIFSIGNALED(status):
        return f"killed by signal {os.WTERMSIG(status)}"
    return f"exit code {os.WEXITSTATUS(status)}"
