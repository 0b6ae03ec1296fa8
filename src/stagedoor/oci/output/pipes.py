"""The pipe of an instance: one descriptor of the platform is both ends; the script's is an open file of its own.

With its own open file, the flags that a script sets on its end change nothing here. The pipe belongs to root, so the
script cannot open the end that reads: what it printed it cannot take back.
"""

import ctypes
import fcntl
import os
import struct
import termios
from contextlib import suppress

PIPE_BYTES = 1 << 20  # Of memory that counts into the limit of whoever writes, as far as it is filled.
PEEK_BYTES = 1 << 16
_libc = ctypes.CDLL(None, use_errno=True)
_libc.tee.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_size_t, ctypes.c_uint]
_libc.tee.restype = ctypes.c_ssize_t
_SPLICE_F_NONBLOCK = 2


def make() -> int:
    """Returns a descriptor that is both ends of a new pipe. Raises OSError."""
    reading, writing = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        with suppress(OSError):
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        return _open(reading, os.O_RDWR)
    finally:
        os.close(reading)
        os.close(writing)


def open_writer(pipe: int) -> int:
    """Returns an end that only writes and never blocks, for a container. Raises OSError."""
    return _open(pipe, os.O_WRONLY)


def _open(descriptor: int, flags: int) -> int:
    return os.open(f"/proc/self/fd/{descriptor}", flags | os.O_CLOEXEC | os.O_NONBLOCK)


def waiting(pipe: int) -> int:
    """How many bytes nobody has taken yet."""
    return int(struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0])


class Peek:
    """Reads what is in a pipe without taking it: whoever is killed in between has lost nothing."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._reading, self._writing = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        with suppress(OSError):
            fcntl.fcntl(self._writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)

    def look(self) -> bytes:
        """The next bytes, at most PEEK_BYTES."""
        # The kernel copies references, not bytes. While a script holds its end busy, this thread alone waits.
        size = _libc.tee(self._pipe, self._writing, PEEK_BYTES, _SPLICE_F_NONBLOCK)
        return _read(self._reading, size) if size > 0 else b""

    def take(self, size: int) -> None:
        """Removes the first `size` bytes."""
        _read(self._pipe, size)

    def close(self) -> None:
        for descriptor in (self._reading, self._writing, self._pipe):
            os.close(descriptor)


def _read(descriptor: int, size: int) -> bytes:
    parts = []
    while size > 0:
        try:
            part = os.read(descriptor, size)
        except BlockingIOError:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
