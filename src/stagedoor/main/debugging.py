"""A debugger's way into a dev sandbox: a port on this machine, led into the container's own network namespace."""

import asyncio
import ctypes
import json
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from stagedoor.model.errors import Unavailable

INSIDE = 5678
_CLONE_NEWNET = 0x40000000
_BLOCK = 65536

CONFIGURATION: dict[str, Any] = {
    "name": "Stagedoor: attach to `stagedoor dev --debug`",
    "type": "debugpy",
    "request": "attach",
    "connect": {"host": "127.0.0.1", "port": INSIDE},
    "pathMappings": [{"localRoot": "${workspaceFolder}", "remoteRoot": "/app"}],
    "justMyCode": True,
}


def write_configuration(folder: Path, port: int) -> Path | None:
    """`.vscode/launch.json` for this application, unless there is one already."""
    file = folder / ".vscode" / "launch.json"
    if file.exists():
        return None
    file.parent.mkdir(exist_ok=True)
    one = CONFIGURATION | {"connect": {"host": "127.0.0.1", "port": port}}
    file.write_text(json.dumps({"version": "0.2.0", "configurations": [one]}, indent=2) + "\n")
    return file


class Forward:
    """Listens on loopback; each connection goes on to the sandbox that runs at that moment."""

    def __init__(self, port: int, pid: Callable[[], int]) -> None:
        self._pid = pid
        try:
            self._listener = socket.create_server(("127.0.0.1", port))
        except OSError as error:
            raise Unavailable(
                f"port {port} for the debugger cannot be used: {error.strerror}", hint="choose another: --debug PORT"
            ) from None
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, sock=self._listener)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inside = await asyncio.to_thread(connect_inside, self._pid(), INSIDE)
            in_reader, in_writer = await asyncio.open_connection(sock=inside)
        except OSError:
            writer.close()  # Not there yet: the editor's own words say so, and it may try again.
            return
        await asyncio.gather(_pump(reader, in_writer), _pump(in_reader, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(_BLOCK):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        writer.close()


def connect_inside(pid: int, port: int) -> socket.socket:
    """A connection to a loopback port in the network namespace of a process. Raises OSError."""
    made: list[socket.socket] = []
    failed: list[OSError] = []

    def work() -> None:
        try:
            namespace = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
            try:
                libc = ctypes.CDLL(None, use_errno=True)
                if libc.setns(namespace, _CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "the sandbox's network cannot be entered")
            finally:
                os.close(namespace)
            made.append(socket.create_connection(("127.0.0.1", port), timeout=5))
        except OSError as error:
            failed.append(error)

    # A thread of its own, which ends with it: the namespace of a thread stays what it was set to, and a socket
    # belongs for ever to the one it was made in.
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    made[0].setblocking(False)
    return made[0]
