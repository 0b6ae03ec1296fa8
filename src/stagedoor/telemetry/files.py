"""The store's files: columns by time, merged as they grow old, the oldest dropped first.

A file is called `TABLE-FROM-UNTIL-NUMBER.parquet`, in seconds since the epoch, so that a question opens only what it
needs; beside a table with ids stands an index, sorted keys of 64 bits with their times, by which an id is found.
"""

import logging
import mmap
import shutil
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger("stagedoor.telemetry")

_LEAST_FREE = 0.03
_FOREVER = 1 << 52
_LASTING = ("minutes", "call_minutes", "usage")


@dataclass(frozen=True, slots=True, order=True)
class File:
    """Rows of a table from `since` to `until`, seconds. `number`: of the newest raw file that is in it."""

    table: str
    since: int
    until: int
    number: int
    path: Path

    @property
    def index(self) -> Path:
        return self.path.with_suffix(".ids")

    def write_index(self, keys: Sequence[tuple[int, int, int]]) -> None:
        """(key, first and last time in microseconds), by key."""
        self.index.write_bytes(b"".join(array("Q", part).tobytes() for part in zip(*keys, strict=True)))

    def find(self, key: int) -> tuple[int, int] | None:
        """The first and last time of an id's rows, in microseconds; None when it has none here."""
        try:
            with (
                self.index.open("rb") as stream,
                mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
                memoryview(content) as plain,
                plain.cast("Q") as told,
            ):
                count = len(told) // 3
                at = bisect_left(told, key, 0, count)
                return (told[at + count], told[at + 2 * count]) if at < count and told[at] == key else None
        except (OSError, ValueError):
            return 0, _FOREVER  # No index, or an empty one: the rows themselves are asked.

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        self.index.unlink(missing_ok=True)


def parse(path: Path) -> File | None:
    try:
        table, since, until, number = path.stem.split("-")
        return File(table, int(since), int(until), int(number), path)
    except ValueError:
        return None


class Files:
    """Knows what is there without asking the disk each time. Only one process writes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        for left in folder.glob("*.part"):
            left.unlink()  # A program that died while writing.
        self._known = sorted(one for one in map(parse, folder.glob("*.parquet")) if one)
        self.dropped = 0

    def name(self, table: str, since: int, until: int, number: int) -> File:
        return File(table, since, until, number, self.folder / f"{table}-{since}-{until}-{number:012}.parquet")

    def add(self, one: File) -> None:
        self._known.append(one)

    def replace(self, old: list[File], new: File) -> None:
        self._known = [one for one in self._known if one not in old] + [new]
        for one in old:
            one.remove()

    def of(self, table: str, since: float = 0.0, until: float = float("inf")) -> list[File]:
        return sorted(one for one in self._known if one.table == table and one.since <= until and one.until >= since)

    def newest_number(self) -> int:
        return max((one.number for one in self._known), default=0)

    def with_key(self, table: str, key: int) -> list[tuple[File, int, int]]:
        """(file, first and last time in microseconds) of those in which the id may be; a key is 64 bits of it."""
        return [(one, *found) for one in self.of(table) if (found := one.find(key)) is not None]

    def size(self) -> int:
        return sum(_size(one.path) + _size(one.index) for one in self._known)

    def trim(self, limit: int, age: float, lasting: float, now: float) -> None:
        """Drops what is too old, then the oldest until all is within `limit` bytes and the disk has room."""
        for one in [each for each in self._known if now - each.until > (lasting if each.table in _LASTING else age)]:
            self._drop(one, "old")
        size = self.size()
        for one in sorted(self._known, key=lambda each: (each.table in _LASTING, each.until)):
            if size <= limit and not _is_full(self.folder):
                break
            size -= _size(one.path) + _size(one.index)
            self._drop(one, "the limit of the store" if size > limit else "a full disk")

    def _drop(self, one: File, why: str) -> None:
        log.log(logging.INFO if why == "old" else logging.WARNING, "dropped %s: %s", one.path.name, why)
        self.dropped += why != "old"
        self._known.remove(one)
        one.remove()

    def mergeable(self, table: str, span: int, now: float) -> list[File]:
        """Files of one stretch of `span` seconds that is over, when there are several."""
        stretches: dict[int, list[File]] = {}
        for one in self.of(table):
            if one.until // span == one.since // span and one.until < now - now % span:
                stretches.setdefault(one.since // span, []).append(one)
        return next((files for files in stretches.values() if len(files) > 1), [])


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _is_full(folder: Path) -> bool:
    usage = shutil.disk_usage(folder)
    return usage.free < usage.total * _LEAST_FREE
