"""A container becomes an instance: takes what node hands over, then serves."""

import asyncio
import io
import json
import os
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

import msgspec
import uvloop

from stagedoor.runtime.loader import Boot, LoadError
from stagedoor.runtime.serve import serve

_SHORTEST = 6  # Characters of a secret that is taken out of what is printed; a shorter one would take out words.


class _Output(io.RawIOBase):
    """Standard output or error as a file that node owns. A full disk loses lines, never a request.

    At most `rate` bytes in a second; what is above that is dropped, and the next second begins with how much it was.
    """

    def __init__(self, descriptor: int, rate: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._rate = rate
        self._second = 0
        self._written = 0
        self._dropped = 0
        self.hidden: dict[bytes, bytes] = {}

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, data: Any) -> int:
        if not self._passes(len(data)):
            return len(data)
        try:
            if not self.hidden:
                return os.write(self._descriptor, data)
            text = bytes(data)
            for secret, name in self.hidden.items():
                text = text.replace(secret, name)
            os.write(self._descriptor, text)
        except OSError:
            pass
        return len(data)

    def _passes(self, size: int) -> bool:
        if not self._rate:
            return True
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._written = second, 0
            self._tell_dropped()
        self._written += size
        if self._written > self._rate:
            self._dropped += size
            return False
        return True

    def _tell_dropped(self) -> None:
        if not self._dropped:
            return
        message = f"{self._dropped} bytes of output were dropped: the limit is {self._rate} in a second (limits.log)"
        self._dropped = 0
        try:
            os.write(self._descriptor, json.dumps({"at": time.time(), "level": "platform", "message": message,
                                                   "event": "log_limited"}).encode() + b"\n")  # fmt: skip
        except OSError:
            pass


def open_output(descriptor: int, secrets: dict[str, str] | None = None, rate: int = 0) -> io.TextIOWrapper:
    """Written line by line, so that the last one is there whatever ends the process. No line shows a secret."""
    output = _Output(descriptor, rate)
    output.hidden = forms(secrets or {})
    return io.TextIOWrapper(io.BufferedWriter(output), encoding="utf-8", line_buffering=True)


def forms(secrets: dict[str, str]) -> dict[bytes, bytes]:
    """How each secret may stand in a text, the longest first, since one may be a part of another."""
    found = {}
    for name, value in secrets.items():
        # As it is, and as it stands in a line of JSON. A secret of several lines is written line by line.
        for form in (value, json.dumps(value)[1:-1], *value.splitlines()):
            if len(form) >= _SHORTEST:
                found[form.encode()] = f"[secret {name}]".encode()
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))


def hide(text: str, hidden: dict[bytes, bytes]) -> str:
    """`text` without any secret."""
    content = text.encode()
    for secret, name in hidden.items():
        content = content.replace(secret, name)
    return content.decode()


def make_runner() -> asyncio.Runner:
    """An event loop, made and turned once while nobody waits: it is half of what a small script's start takes."""
    runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    runner.run(asyncio.sleep(0))
    return runner


def run(
    content: bytes, door: socket.socket, report: Callable[[dict[str, object]], None], runner: asyncio.Runner
) -> None:
    """Serves on `door`. Calls `report` once: that it is ready, with what was measured, or why not."""
    boot = msgspec.json.decode(content, type=Boot)
    sys.stdout, sys.stderr = (open_output(number, boot.secrets, boot.log_rate) for number in (1, 2))
    if boot.debug:
        from stagedoor.runtime import debug

        debug.wait(boot.debug, boot.paths)
    door.setblocking(False)
    try:
        with runner:
            runner.run(serve(boot, door, report))
    except LoadError as error:
        message = hide(str(error), forms(boot.secrets))
        print(message, file=sys.stderr, flush=True)
        report({"failed": error.step, "message": message})
        sys.exit(3)
