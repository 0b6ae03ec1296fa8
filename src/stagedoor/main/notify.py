"""Telling systemd that the service is up: one datagram (sd_notify(3)); nothing where nobody asked."""

import os
import socket
from contextlib import suppress


def ready() -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
        connection.connect("\0" + address[1:] if address.startswith("@") else address)
        connection.sendall(b"READY=1")
