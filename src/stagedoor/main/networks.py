"""The network of each slot: a namespace with nothing but its own loopback, where the egress listens on port 80.

Whoever is in the slot's container calls `http://discovery/...` with any client, and is known by where it calls from.
Made ahead, since HAProxy takes no new listener while it runs; a hundred take a tenth of a second.
"""

import ctypes
import os
import socket
import struct
import threading

from stagedoor.model.errors import Unavailable

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_SET_FLAGS, _UP = 0x8914, 1  # SIOCSIFFLAGS, IFF_UP
PORT = 80


def make(backlog: int) -> tuple[socket.socket, int]:
    """(listening socket, descriptor of the namespace). Raises Unavailable."""
    made: list[tuple[socket.socket, int]] = []
    failed: list[OSError] = []

    def work() -> None:
        try:
            made.append(_make_here(backlog))
        except OSError as error:
            failed.append(error)

    # A thread leaves the machine's network, and ends: the process stays where it is.
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if failed:
        raise Unavailable(f"a network for a slot cannot be made: {failed[0]}", hint="`stagedoor doctor` says more")
    return made[0]


def _make_here(backlog: int) -> tuple[socket.socket, int]:
    import fcntl  # Only Unix has it, and `dev --plain` is imported on Windows as well.

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    held = socket.socket()
    fcntl.ioctl(held, _SET_FLAGS, struct.pack("16sH14x", b"lo", _UP))
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", PORT))
    held.listen(backlog)
    held.setblocking(False)
    return held, os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
