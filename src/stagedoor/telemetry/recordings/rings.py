"""Reads the rings of instances. What stands there comes from inside a container: all of it is checked.

The layout is that of `stagedoor.runtime.ring`. A ring is read only while it is as large as node made it; what a script
wrote there that no runtime writes ends the reading of that ring, counted with its reason.
"""

import os
import re
import stat
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

from stagedoor.model.ring import HEAD_BYTES, max_record_bytes

_MAGIC = b"SDR1"
_HEAD = struct.Struct("<4sIQQ")
_LABEL = struct.Struct("<II")
_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_NAMED = re.compile(rb"(?:[\x80-\x8f]|\xde..)\xa2id(?:([\xa0-\xbf])|\xd9(.))", re.DOTALL)
_MOST_NAME = 200
MIN_RECORD_BYTES, MAX_RECORD_BYTES = 16, 4 << 20
MAX_RECORDS_PER_LOOK = 5000
MAX_REFUSED = 100


class RefusedRing(Exception):
    """A ring that is not what node and the runtime make of it."""


class RingReader:
    """One ring, for as long as its instance lives. Raises OSError when there is none, RefusedRing.

    It is read, never mapped: its instance may make it shorter at any time.
    """

    def __init__(self, path: Path, size: int) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        self._whole = size
        self._size = size - HEAD_BYTES
        self._max_record = min(max_record_bytes(size), MAX_RECORD_BYTES)
        self._seen = 0
        self._places: dict[str, tuple[int, int, int]] = {}

    def close(self) -> None:
        os.close(self._file)

    def find(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Of those that are there, each as it was written."""
        self._look()
        found = {}
        for one in ids:
            content = self._read(*self._places[one]) if one in self._places else b""
            if content:
                found[one] = content
        return found

    def _check_size(self) -> None:
        status = os.fstat(self._file)
        if not stat.S_ISREG(status.st_mode) or status.st_size != self._whole:
            raise RefusedRing(f"its size is {status.st_size} bytes, and {self._whole} were made")

    def _offsets(self) -> tuple[int, int]:
        """(tail, head). (0, 0) of a ring in which nobody has written yet."""
        content = os.pread(self._file, HEAD_BYTES, 0)
        if len(content) < HEAD_BYTES:
            raise RefusedRing("it is shorter than its head")
        if not any(content):
            return 0, 0
        magic, size, tail, head = _HEAD.unpack(content)
        if magic != _MAGIC or size != self._size:
            raise RefusedRing("its head is none of the runtime's")
        if not 0 <= head - tail <= self._size:
            raise RefusedRing(f"its counters, {tail} and {head}, do not fit {self._size} bytes")
        return tail, head

    def _look(self) -> None:
        self._check_size()
        tail, head = self._offsets()
        if self._seen > head:
            self._seen, self._places = 0, {}  # It began anew.
        at, left_over = max(self._seen, tail), MAX_RECORDS_PER_LOOK
        while at < head and left_over:
            left_over -= 1
            place = at % self._size
            left = self._size - place
            begin = os.pread(self._file, _LABEL.size + _MOST_NAME, HEAD_BYTES + place) if left >= _LABEL.size else b""
            length, check = _LABEL.unpack_from(begin) if len(begin) >= _LABEL.size else (0, 0)
            if not length:
                at += left
                continue
            if length > min(left - _LABEL.size, self._max_record) or length < MIN_RECORD_BYTES:
                tail = self._offsets()[0]
                if tail <= at:
                    raise RefusedRing(f"a record of {length} bytes, and {self._max_record} are allowed")
                at = tail  # Overwritten meanwhile.
                continue
            name = _name(begin[_LABEL.size :])
            if name:
                self._places[name] = (at, length, check)
            at += _LABEL.size + length
        self._seen = at if left_over else head
        if len(self._places) > 64:
            oldest = max(self._offsets()[0], head - self._size)
            self._places = {one: place for one, place in self._places.items() if place[0] >= oldest}

    def _read(self, at: int, length: int, check: int) -> bytes:
        content = os.pread(self._file, length, HEAD_BYTES + at % self._size + _LABEL.size)
        overwritten = self._offsets()[0] > at or zlib.crc32(content) != check
        return b"" if overwritten else content


def _name(begin: bytes) -> str:
    """The id, which stands first in a recording; the rest is read when somebody wants it."""
    found = _NAMED.match(begin)
    if found is None:
        return ""
    size = found[1][0] & 0x1F if found[1] else found[2][0]
    return begin[found.end() : found.end() + size].decode("utf-8", "replace")


class Rings:
    """All rings of this machine, opened as they are asked for. `size`: of each, as node makes it.

    `refused`: instances whose ring is not read any more, with the reason, the newest last.
    """

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._size = size
        self._open: dict[str, RingReader] = {}
        self.refused: dict[str, str] = {}

    def find(self, instance: str, ids: Iterable[str]) -> dict[str, bytes]:
        if instance in self.refused or not self._size or not instance or not set(instance) <= _NAME:
            return {}
        try:
            reader = self._open.get(instance)
            if reader is None:
                reader = self._open[instance] = RingReader(self._folder / instance, self._size)
            return reader.find(ids)
        except RefusedRing as error:
            self._refuse(instance, str(error))
        except OSError:
            pass  # Its instance is gone, or never had one.
        return {}

    def _refuse(self, instance: str, reason: str) -> None:
        self.refused[instance] = reason
        while len(self.refused) > MAX_REFUSED:
            del self.refused[next(iter(self.refused))]
        self._open.pop(instance).close()

    def tidy(self) -> None:
        """Lets go of those whose instances are gone."""
        for name in [name for name in self._open if not (self._folder / name).exists()]:
            self._open.pop(name).close()
