"""The memory in which instances note what their last requests saw: sealed, so that none of them changes its size.

A ring has no file. Its name in the folder is a link to node's descriptor of it, through which telemetry reads. The
container has a descriptor as well, so that a ring outlives node, and the next node takes it from there.
"""

import ctypes
import logging
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from stagedoor.model.ring import ring_bytes

log = logging.getLogger("stagedoor.rings")

_OUTLIVES_S = 10.0  # In which whoever keeps recordings may still read it.
_NAME = "stagedoor-ring"
_PIDFD_GETFD = 438  # The same number on every architecture.


class Rings:
    """`size` in bytes for one instance; 0: nothing is recorded."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self.size = ring_bytes(size)
        self._held: dict[str, int] = {}
        self._retired: dict[str, float] = {}
        if self.size:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def open(self, instance: str) -> int | None:
        """Makes an empty ring, whose descriptor the caller closes. None where that fails: the instance still serves."""
        if not self.size:
            return None
        try:
            descriptor = make(self.size)
            self._hold(instance, descriptor)
            return os.dup(descriptor)
        except OSError as error:
            log.warning("%s is not recorded: %s", instance, error)
            return None

    def _hold(self, instance: str, descriptor: int) -> None:
        self._forget(instance)
        self._held[instance] = descriptor
        (self._folder / instance).symlink_to(f"/proc/{os.getpid()}/fd/{descriptor}")

    def retire(self, instance: str) -> None:
        """Its instance is gone."""
        self._retired[instance] = time.monotonic() + _OUTLIVES_S

    def tidy(self) -> None:
        """Removes what has outlived its instance for long enough."""
        now = time.monotonic()
        for name in [name for name, at in self._retired.items() if at <= now]:
            self._retired.pop(name, None)
            self._forget(name)

    def recover(self, known: Mapping[str, int]) -> None:
        """Takes the rings of the instances that live, by the number of each one's process; removes all others."""
        for path in self._folder.glob("*"):
            # A version of Stagedoor before this one made files.
            if path.name not in known or path.is_symlink():
                self._forget(path.name)
        for name, pid in known.items() if self.size else ():
            descriptor = _take_from(pid, self.size) if not (self._folder / name).exists() else -1
            if descriptor >= 0:
                self._hold(name, descriptor)

    def _forget(self, instance: str) -> None:
        (self._folder / instance).unlink(missing_ok=True)
        descriptor = self._held.pop(instance, None)
        if descriptor is not None:
            os.close(descriptor)


def make(size: int) -> int:
    """Returns memory of exactly so many bytes, for good. Raises OSError."""
    descriptor = os.memfd_create(_NAME, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        os.ftruncate(descriptor, size)
        _seal(descriptor)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _seal(descriptor: int) -> None:
    import fcntl  # Only Unix has it.

    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)


def _is_ring(descriptor: int, size: int) -> bool:
    import fcntl

    sealed = fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    try:
        return fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) == sealed and os.fstat(descriptor).st_size == size
    except OSError:
        return False


def _take_from(pid: int, size: int) -> int:
    """Returns a descriptor of the ring that a process has; -1 when it has none. What it offers instead is not taken."""
    libc = ctypes.CDLL(None, use_errno=True)
    with suppress(OSError):
        process = os.pidfd_open(pid)
        try:
            for link in Path(f"/proc/{pid}/fd").iterdir():
                if not str(link.readlink()).startswith(f"/memfd:{_NAME}"):
                    continue
                descriptor = libc.syscall(_PIDFD_GETFD, process, int(link.name), 0)
                if descriptor >= 0 and _is_ring(descriptor, size):
                    return int(descriptor)
                if descriptor >= 0:
                    os.close(descriptor)
        finally:
            os.close(process)
    return -1
