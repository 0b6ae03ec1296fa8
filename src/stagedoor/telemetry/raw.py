"""The edge's lines as they came, in files of a second: what the store is made of, and what survives a kill.

A line is on its way to the disk before anybody looks at it. A file goes away once all that is to be kept of it is in
the store's own files.
"""

import threading
import time
from pathlib import Path
from typing import BinaryIO


class Raw:
    """`limit` in bytes for all files together: above it the oldest go unread, and their lines are counted as lost."""

    def __init__(self, folder: Path, limit: int, first: int = 1) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._limit = limit
        self._lock = threading.Lock()  # Lines come in one thread, files are cut in another.
        self._stream: BinaryIO | None = None
        self._began = 0.0
        self._number = max([first - 1, *(int(file.stem) for file in self.files())])
        self.lost = 0

    def files(self) -> list[Path]:
        return sorted(self._folder.glob("*.jsonl"))

    def append(self, content: bytes) -> None:
        """Whole lines. A disk that is full loses them, counted, and holds nobody up."""
        with self._lock:
            try:
                if self._stream is None:
                    self._next()
                assert self._stream is not None
                written = self._stream.write(content)
                if written < len(content):
                    self.lost += content.count(b"\n", written)
            except OSError:
                self.lost += content.count(b"\n")

    def _next(self) -> None:
        self._number += 1
        self._stream = (self._folder / f"{self._number:012}.jsonl").open("ab", buffering=0)
        self._began = time.monotonic()

    def cut(self) -> tuple[Path, int, float] | None:
        """(file, its number, seconds that it covers) of what came since the last cut; None when nothing did."""
        with self._lock:
            if self._stream is None:
                return None
            path = Path(self._stream.name)
            self._stream.close()
            self._stream = None
            return path, self._number, max(0.001, time.monotonic() - self._began)

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
