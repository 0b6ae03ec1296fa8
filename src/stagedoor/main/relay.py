"""Takes what a sandbox prints line by line: it is handed a pipe, and never the terminal itself."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress

MAX_LINE_BYTES = 65536


class Relay:
    """A pipe into which sandboxes print. `write` is given each line without its end."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._reader, self.descriptor = os.pipe()
        os.set_blocking(self._reader, False)
        self._rest = b""

    def start(self) -> None:
        """Begins to pass lines on, in the running loop."""
        asyncio.get_running_loop().add_reader(self._reader, self._read)

    def close(self) -> None:
        """Passes on what was printed until now, and closes the pipe."""
        asyncio.get_running_loop().remove_reader(self._reader)
        self._read()
        os.close(self.descriptor)
        os.close(self._reader)
        if self._rest:
            self._write(self._rest.decode(errors="replace"))

    def _read(self) -> None:
        with suppress(BlockingIOError):
            while content := os.read(self._reader, MAX_LINE_BYTES):
                *lines, self._rest = (self._rest + content).split(b"\n")
                for line in lines:
                    self._write(line.decode(errors="replace"))
                if len(self._rest) >= MAX_LINE_BYTES:
                    self._write(self._rest.decode(errors="replace"))
                    self._rest = b""
