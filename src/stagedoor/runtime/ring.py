"""The ring that holds the last recordings of an instance: memory that node owns, written by the runtime alone.

Layout, little endian: 4 bytes magic, 4 of the size of what follows the head, 8 `tail`, 8 `head`. The two are offsets
that only grow; where a byte lies is its offset modulo the size. A record is 4 bytes of its length, 4 of its CRC-32,
and a message of msgpack. It never lies across the end: a length of 0 says that the rest of that turn is unused. Who
reads takes a record between tail and head, and looks at tail again: what it has passed meanwhile was overwritten.
"""

import mmap
import struct
import zlib

MAGIC = b"SDR1"
HEAD = 24
_OFFSETS = struct.Struct("<QQ")
_LABEL = struct.Struct("<II")


class Ring:
    """The writing end, of a descriptor of `HEAD` bytes and more."""

    def __init__(self, descriptor: int, length: int) -> None:
        self._memory = mmap.mmap(descriptor, length)
        self.size = length - HEAD
        self._tail = self._head = 0
        self._memory[0:8] = MAGIC + struct.pack("<I", self.size)
        self._say()

    @property
    def most(self) -> int:
        """Bytes of the largest record: several have room beside each other."""
        return self.size // 4

    def add(self, content: bytes) -> None:
        """Overwrites what is oldest. What is larger than `most` has no place."""
        needed = _LABEL.size + len(content)
        if needed > self.most:
            return
        left = self.size - self._head % self.size
        end = self._head + needed + (left if left < needed else 0)
        if end - self._tail > self.size:
            self._forget(end - self.size)
        at = self._head
        if left < needed:
            if left >= _LABEL.size:
                self._write(at, _LABEL.pack(0, 0))
            at += left
        self._write(at, _LABEL.pack(len(content), zlib.crc32(content)) + content)
        self._head = end
        self._say()

    def _forget(self, until: int) -> None:
        while self._tail < until:
            place = self._tail % self.size
            left = self.size - place
            length = 0
            if left >= _LABEL.size:
                length, _ = _LABEL.unpack_from(self._memory, HEAD + place)
            self._tail += _LABEL.size + length if length else left
        # Said before anything is overwritten: who reads it meanwhile finds out.
        self._say()

    def _write(self, at: int, content: bytes) -> None:
        place = HEAD + at % self.size
        self._memory[place : place + len(content)] = content

    def _say(self) -> None:
        _OFFSETS.pack_into(self._memory, 8, self._tail, self._head)
