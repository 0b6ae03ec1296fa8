"""The edge's lines as they came, in files of a second: what the store is made of, and what survives a kill.

A line is on its way to the disk before anything is made of it. A file goes away once all that is to be kept of it is in
the store's own files.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from stagedoor.telemetry.records import Record

_LARGEST = 16 << 20  # Whoever reads it has all of it in memory.
_MOST_REMEMBERED = 2  # Files that wait with their records.


@dataclass(frozen=True, slots=True)
class Cut:
    """A file that is whole. `seconds` that it covers, `ended` by the monotonic clock.

    `records`: of its lines, unless they are to be read again: one is none, or too much waits already.
    """

    path: Path
    number: int
    seconds: float
    ended: float
    records: Sequence[Record] | None = None


class Raw:
    """`limit` in bytes for all files together: above it the oldest go unread, and their lines are counted as lost."""

    def __init__(self, folder: Path, limit: int, first: int = 1) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._limit = limit
        self._lock = threading.Lock()  # Lines come in one thread, files are cut in another.
        self._stream: BinaryIO | None = None
        self._began = 0.0
        self._size = 0
        self._records: list[Record] | None = []
        self._whole: list[Cut] = []
        self._number = max([first - 1, *(int(file.stem) for file in self.files())])
        self._former = self._number
        self.lost = 0

    def files(self) -> list[Path]:
        return sorted(self._folder.glob("*.jsonl"))

    def append(self, content: bytes, records: Sequence[Record]) -> None:
        """Whole lines, and those that are records. A disk that is full loses them, counted, and holds nobody up."""
        with self._lock:
            try:
                if self._stream is None:
                    self._next()
                assert self._stream is not None
                written = self._stream.write(content)
                self._size += written
                self._remember(records, content.count(b"\n", 0, written))
                if written < len(content):
                    self.lost += content.count(b"\n", written)
                if self._size >= _LARGEST:
                    self._end()
            except OSError:
                self.lost += content.count(b"\n")

    def _remember(self, records: Sequence[Record], lines: int) -> None:
        if len(records) != lines or len(self._whole) >= _MOST_REMEMBERED:
            self._records = None
        elif self._records is not None:
            self._records += records

    def _next(self) -> None:
        self._number += 1
        self._stream = (self._folder / f"{self._number:012}.jsonl").open("ab", buffering=0)
        self._began, self._size, self._records = time.monotonic(), 0, []

    def _end(self) -> None:
        if self._stream is not None:
            path, now = Path(self._stream.name), time.monotonic()
            self._stream.close()
            self._stream = None
            self._whole.append(Cut(path, self._number, max(0.001, now - self._began), now, self._records))

    def cut(self) -> list[Cut]:
        """What came since the last cut."""
        with self._lock:
            self._end()
            found, self._whole = self._whole, []
            return found

    def left(self) -> list[Cut]:
        """Files of a program before this one."""
        behind = time.time() - time.monotonic()
        return [
            Cut(file, int(file.stem), 1.0, file.stat().st_mtime - behind)
            for file in self.files()
            if int(file.stem) <= self._former
        ]

    def forget(self, upto: int) -> None:
        """Everything of these files is in the store."""
        for file in self.files():
            if int(file.stem) <= upto:
                file.unlink(missing_ok=True)

    def trim(self) -> None:
        """When the store takes nothing in, what waits for it is bounded."""
        files = self.files()
        sizes = {file: file.stat().st_size for file in files}
        while files and sum(sizes[file] for file in files) > self._limit:
            oldest = files.pop(0)
            self.lost += oldest.read_bytes().count(b"\n")
            oldest.unlink()
