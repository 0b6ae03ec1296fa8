"""The network of each slot: a namespace with nothing but its own loopback, where the egress listens on port 80.

Whoever is in the slot's container calls `http://discovery/...` with any client, and is known by where it calls from.
Made ahead, since HAProxy takes no new listener while it runs; a hundred take a tenth of a second.
"""

import ctypes
import os
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from stagedoor.model.errors import Unavailable

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_SET_FLAGS, _UP = 0x8914, 1  # SIOCSIFFLAGS, IFF_UP
PORT = 80
T = TypeVar("T")
# States of proc(5), tcp: established, half open, and closed by the caller alone.
_READABLE = ("01", "03", "08")


def make(backlog: int) -> tuple[socket.socket, int]:
    """(listening socket, descriptor of the namespace). Raises Unavailable."""
    try:
        return _apart(lambda: _make_here(backlog))
    except OSError as error:
        hint = "`stagedoor doctor` says more"
        raise Unavailable(f"a network for a slot cannot be made: {error}", hint=hint) from None


def count_connections(namespace: int, path: Path) -> int:
    """Counts connections of a slot that somebody may still read: to its listener on port 80, and to the socket `path`.

    Those that nobody has accepted yet count as well. A Unix connection belongs to the namespace of who called.
    """
    tcp, unix = _apart(lambda: _read_sockets(namespace))
    return _count_tcp(tcp) + sum(line.endswith(f" {path}") for line in unix.splitlines())


def _apart(work: Callable[[], T]) -> T:
    """Runs `work` on a thread that may leave the machine's network, and ends: the process stays where it is."""
    made: list[T] = []
    failed: list[OSError] = []

    def run() -> None:
        try:
            made.append(work())
        except OSError as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return made[0]


def _read_sockets(namespace: int) -> tuple[str, str]:
    _check(ctypes.CDLL(None, use_errno=True).setns(namespace, _NEW_NETWORK))
    folder = Path("/proc/thread-self/net")
    return (folder / "tcp").read_text(), (folder / "unix").read_text(errors="replace")


def _count_tcp(text: str) -> int:
    rows = [line.split() for line in text.splitlines()[1:]]
    return sum(row[1].endswith(f":{PORT:04X}") and row[3] in _READABLE for row in rows)


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _make_here(backlog: int) -> tuple[socket.socket, int]:
    import fcntl  # Only Unix has it, and `dev --plain` is imported on Windows as well.

    _check(ctypes.CDLL(None, use_errno=True).unshare(_NEW_NETWORK))
    held = socket.socket()
    fcntl.ioctl(held, _SET_FLAGS, struct.pack("16sH14x", b"lo", _UP))
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", PORT))
    held.listen(backlog)
    held.setblocking(False)
    return held, os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
