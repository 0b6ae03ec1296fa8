"""Shells beside scripts, each on a terminal of its own: bytes in, bytes out, until it ends or nobody reads it."""

import asyncio
import fcntl
import os
import secrets
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from stagedoor.model.errors import Missing
from stagedoor.oci import spawn

_MOST = 65536
_UNREAD = 10.0  # Seconds until a shell that nobody reads ends.
_FULL = 0.01  # Seconds until a terminal that takes no more is tried again.


@dataclass(slots=True)
class _Shell:
    terminal: int
    pid: int
    read: bool = False


class Shells:
    """By a name that only who opened one knows."""

    def __init__(self) -> None:
        self._open: dict[str, _Shell] = {}
        self._ending: asyncio.Task[None] | None = None

    def open(self, pid: int, started: int, cgroup: str, rows: int, columns: int, kind: str) -> str:
        """Starts a shell in the container of `pid`; its name."""
        ours, theirs = os.openpty()
        _resize(ours, rows, columns)
        environment = {"PATH": os.environ.get("PATH", ""), "TERM": kind, "PYTHONPATH": os.pathsep.join(sys.path)}
        process = subprocess.Popen(
            [sys.executable, "-m", "stagedoor.oci.enter", str(pid), str(started), cgroup],
            stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        os.set_blocking(ours, False)
        process.returncode = 0  # Waited for by its pid.
        name = secrets.token_hex(16)
        self._open[name] = _Shell(ours, process.pid)
        asyncio.get_running_loop().call_later(_UNREAD, self._end_unread, name)
        return name

    def _end_unread(self, name: str) -> None:
        """Nobody came for it."""
        shell = self._open.get(name)
        if shell is not None and not shell.read:
            self._ending = asyncio.get_running_loop().create_task(self._end(name))

    def _find(self, name: str) -> _Shell:
        if name not in self._open:
            raise Missing("this shell has ended")
        return self._open[name]

    async def write(self, name: str, content: bytes) -> None:
        """Raises Missing, also when it ends before it took all of it."""
        while content:
            try:
                content = content[os.write(self._find(name).terminal, content) :]
            except BlockingIOError:
                await asyncio.sleep(_FULL)
            except OSError:
                raise Missing("this shell has ended") from None

    async def read(self, name: str) -> AsyncIterator[bytes]:
        """What it prints; when the reader goes away, so does the shell. Raises Missing."""
        shell = self._find(name)
        if shell.read:
            raise Missing("this shell is read by somebody already")
        shell.read = True
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(shell.terminal, readable.set)
        try:
            while True:
                await readable.wait()
                readable.clear()
                try:
                    content = os.read(shell.terminal, _MOST)
                except BlockingIOError:
                    continue
                except OSError:
                    return  # The other side of a terminal is closed when the last of its programs ended.
                if not content:
                    return
                yield content
        finally:
            loop.remove_reader(shell.terminal)
            await self._end(name)

    async def _end(self, name: str) -> None:
        shell = self._open.pop(name)
        os.close(shell.terminal)
        with suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
        await spawn.wait(shell.pid)


def _resize(terminal: int, rows: int, columns: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
