"""The first code in a container: reads what node hands over, then serves.

Descriptors: 3 the door (a listening socket), 4 the Boot as JSON, 5 where to say once that it is ready, or why not.
"""

import io
import json
import os
import socket
import sys
from typing import Any

import msgspec
import uvloop

from stagedoor.runtime.loader import Boot, LoadError
from stagedoor.runtime.serve import serve

DOOR, BOOT, READY = 3, 4, 5
_SHORTEST = 6  # Characters of a secret that is taken out of what is printed; a shorter one would take out words.


class _Output(io.RawIOBase):
    """Standard output or error as a file that node owns. A full disk loses lines, never a request."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self.hidden: dict[bytes, bytes] = {}

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, data: Any) -> int:
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


def open_output(descriptor: int, secrets: dict[str, str] | None = None) -> io.TextIOWrapper:
    """Written line by line, so that the last one is there whatever ends the process. No line shows a secret."""
    output = _Output(descriptor)
    for name, value in (secrets or {}).items():
        # As it is, and as it stands in a line of JSON. A secret of several lines is written line by line.
        for form in (value, json.dumps(value)[1:-1], *value.splitlines()):
            if len(form) >= _SHORTEST:
                output.hidden[form.encode()] = f"[secret {name}]".encode()
    return io.TextIOWrapper(io.BufferedWriter(output), encoding="utf-8", line_buffering=True)


def main() -> None:
    with open(BOOT, "rb") as stream:
        boot = msgspec.json.decode(stream.read(), type=Boot)
    sys.stdout, sys.stderr = open_output(1, boot.secrets), open_output(2, boot.secrets)
    if boot.debug:
        from stagedoor.runtime import debug

        debug.wait(boot.debug, boot.paths)
    door = socket.socket(fileno=DOOR)
    door.setblocking(False)
    try:
        uvloop.run(serve(boot, door, say))
    except LoadError as error:
        print(str(error), file=sys.stderr, flush=True)
        say({"failed": error.step, "message": str(error)})
        sys.exit(3)


def say(message: dict[str, object]) -> None:
    """Tells node once; node may be gone, and that is no reason to stop."""
    try:
        os.write(READY, json.dumps(message).encode() + b"\n")
        os.close(READY)
    except OSError:
        pass
