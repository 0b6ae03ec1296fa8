"""Reads the rings of instances. What stands there comes from inside a container: all of it is checked.

The layout is that of `stagedoor.runtime.ring`.
"""

import os
import re
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

_MAGIC, _HEAD = b"SDR1", 24
_OFFSETS = struct.Struct("<QQ")
_LABEL = struct.Struct("<II")
_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


_NAMED = re.compile(rb"(?:[\x80-\x8f]|\xde..)\xa2id(?:([\xa0-\xbf])|\xd9(.))", re.DOTALL)
_MOST_NAME = 200
_MOST_RECORDS = 100_000  # Of one look: more are none of the runtime.


class RingReader:
    """One ring, for as long as its instance lives. Raises OSError when there is none.

    It is read, never mapped: its instance may make it shorter at any time.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        self._size = os.fstat(self._file).st_size - _HEAD
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

    def _offsets(self) -> tuple[int, int]:
        head = os.pread(self._file, _HEAD, 0)
        if len(head) < _HEAD or head[:4] != _MAGIC:
            return 0, 0
        tail, end = _OFFSETS.unpack_from(head, 8)
        return (tail, end) if 0 <= end - tail <= self._size else (0, 0)

    def _look(self) -> None:
        tail, head = self._offsets()
        if self._seen > head:
            self._seen, self._places = 0, {}  # It began anew, or its script wrote there.
        at, left_over = max(self._seen, tail), _MOST_RECORDS
        while at < head and left_over:
            left_over -= 1
            place = at % self._size
            left = self._size - place
            begin = os.pread(self._file, _LABEL.size + _MOST_NAME, _HEAD + place) if left >= _LABEL.size else b""
            length, check = _LABEL.unpack_from(begin) if len(begin) >= _LABEL.size else (0, 0)
            if not length:
                at += left
                continue
            if length > left - _LABEL.size:
                tail = self._offsets()[0]
                at = tail if tail > at else head  # Overwritten meanwhile; else it is no ring any more.
                continue
            name = _name(begin[_LABEL.size :])
            if name:
                self._places[name] = (at, length, check)
            at += _LABEL.size + length
        self._seen = at if left_over else head
        oldest = self._offsets()[0]
        if len(self._places) > 64:
            self._places = {one: place for one, place in self._places.items() if place[0] >= oldest}

    def _read(self, at: int, length: int, check: int) -> bytes:
        content = os.pread(self._file, length, _HEAD + at % self._size + _LABEL.size)
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
    """All rings of this machine, opened as they are asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, RingReader] = {}

    def find(self, instance: str, ids: Iterable[str]) -> dict[str, bytes]:
        reader = self._open.get(instance)
        if reader is None:
            if not instance or not set(instance) <= _NAME:
                return {}
            try:
                reader = self._open[instance] = RingReader(self._folder / instance)
            except (OSError, ValueError):
                return {}
        return reader.find(ids)

    def tidy(self) -> None:
        """Lets go of those whose instances are gone."""
        for name in [name for name in self._open if not (self._folder / name).exists()]:
            self._open.pop(name).close()
