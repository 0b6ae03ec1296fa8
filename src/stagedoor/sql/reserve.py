"""A file that keeps bytes of the disk for changes: one can delete, roll back and configure when all else is full."""

import logging
import os
import shutil
import threading
from pathlib import Path

from stagedoor.decide import disk
from stagedoor.model.errors import Unavailable

log = logging.getLogger("stagedoor.disk")

NAME = "reserve"
_HINT = (
    "delete lines that are not used, or free space under the data folder; requests are served on, and rollback, delete "
    "and configuration work"
)


class DiskReserve:
    """Implements the port `Disk` for one data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / NAME
        self._lock = threading.Lock()

    def require_room(self) -> None:
        verdict = self._judge(disk.GROWTH)
        if not verdict.allowed:
            raise Unavailable(f"nothing new is taken in: {verdict.reason}", hint=_HINT)

    def make_room(self) -> bool:
        with self._lock:
            verdict = self._judge(disk.CHANGE)
            return self._shrink(verdict.release_bytes)

    def release(self) -> bool:
        """Gives a part of the reserve away since a write failed. Returns whether there was any."""
        with self._lock:
            return self._shrink(min(self._held(), disk.STEP_BYTES))

    def refill(self) -> None:
        with self._lock:
            total, free = self._usage()
            held = self._held()
            wanted = disk.held_bytes(total, free, held)
            if wanted <= held:
                return
            try:
                descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                try:
                    os.posix_fallocate(descriptor, 0, wanted)
                finally:
                    os.close(descriptor)
            except OSError as error:
                log.warning("no reserve of the disk is set aside: %s", error)

    def warning(self) -> str:
        return self._judge(disk.GROWTH).reason

    def _judge(self, purpose: str) -> disk.Verdict:
        total, free = self._usage()
        return disk.judge(total, free, self._held(), purpose)

    def _usage(self) -> tuple[int, int]:
        usage = shutil.disk_usage(self._folder)
        return usage.total, usage.free

    def _held(self) -> int:
        try:
            return self._file.stat().st_size
        except OSError:
            return 0

    def _shrink(self, amount: int) -> bool:
        if amount <= 0:
            return False
        rest = max(0, self._held() - amount)
        log.warning("the disk is full: %d bytes of its reserve are given to changes, %d are left", amount, rest)
        with self._file.open("r+b") as file:
            file.truncate(rest)
            os.fsync(file.fileno())
        return True
