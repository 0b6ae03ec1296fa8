"""The log file of one instance, written by one thread; and the end of logs that are too old or too many."""

import os
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from stagedoor import logfiles

_LEAST_BYTES = 8192  # Of a file before it is rotated.
_BLOCK = 512
ENDED_LOGS = 16  # Whole logs of ended instances that one application may keep.


@dataclass(frozen=True, slots=True)
class LogLimits:
    """`size` in bytes on disk for one instance; `age` in seconds for one that is gone."""

    folder: Path
    size: int
    age: float


class LogFile:
    """Appends, and rotates at half of the limit: both parts together stay within it."""

    def __init__(self, limits: LogLimits, application: str, instance: str) -> None:
        self._path = logfiles.path_of(limits.folder, application, instance)
        self._former = self._path.with_name(instance + logfiles.FORMER)
        self._most = max(_LEAST_BYTES, limits.size // 2)
        self._descriptor = -1
        self._inode = 0

    def append(self, content: bytes) -> bool:
        """Writes whole lines. Returns False when older ones were dropped for them. Raises OSError."""
        state = self._open()
        dropped = False
        if state.st_size and max(state.st_size, state.st_blocks * _BLOCK) + len(content) > self._most:
            dropped = self._former.exists()
            self._path.replace(self._former)
            self._open()
        done = os.write(self._descriptor, content)
        if done < len(content):
            # The disk became full in the middle: no half line stays.
            os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size - done)
            raise OSError(f"{self._path} could not be written whole")
        return not dropped

    def _open(self) -> os.stat_result:
        """Opens the file again when it is another one by now, or gone."""
        with suppress(FileNotFoundError):
            state = self._path.stat()
            if state.st_ino == self._inode:
                return state
        self.close()
        self._descriptor = logfiles.open_to_append(self._path)
        state = os.fstat(self._descriptor)
        self._inode = state.st_ino
        return state

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._inode = -1, 0


def trim(limits: LogLimits, lives: Callable[[str], bool]) -> None:
    """Removes logs of ended instances that are too old, or more than an application may keep, the oldest first.

    A file that a living instance, or one of a version before pipes, may still write to is never removed.
    """
    now = time.time()
    for application in limits.folder.iterdir() if limits.folder.is_dir() else ():
        ended = []
        for instance, paths in _logs_of(application).items():
            if lives(instance):
                _cut_unowned(paths, limits.size)
                continue
            states = [state for path in paths if (state := _state(path)) is not None]
            written = max((state.st_mtime for state in states), default=0.0)
            ended.append((written, sum(max(state.st_size, state.st_blocks * _BLOCK) for state in states), paths))
        room = ENDED_LOGS * limits.size
        for written, size, paths in sorted(ended, reverse=True, key=lambda log: log[0]):
            room -= size
            if now - written > limits.age or room < 0:
                for path in paths:
                    path.unlink(missing_ok=True)


def _logs_of(application: Path) -> dict[str, list[Path]]:
    paths: dict[str, list[Path]] = defaultdict(list)
    for path in application.iterdir() if application.is_dir() else ():
        instance, dot, kind = path.name.partition(".")
        if dot + kind in (logfiles.SCRIPT, logfiles.FORMER, logfiles.PLATFORM):
            paths[instance].append(path)
    return paths


def _state(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _cut_unowned(paths: list[Path], limit: int) -> None:
    """Drops the older half of a file above the limit in place: who began before there were pipes appends to it."""
    for path in paths:
        state = _state(path)
        if path.suffix != logfiles.SCRIPT or state is None or max(state.st_size, state.st_blocks * _BLOCK) <= limit:
            continue
        with path.open("r+b") as stream:
            stream.seek(max(0, state.st_size - limit // 2))
            content = stream.read().partition(b"\n")[2]
            stream.seek(0)
            stream.write(content)
            stream.truncate()
