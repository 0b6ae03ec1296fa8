"""An instance that prints and what reads it, as tests of logs need them."""

import json
import os
import threading
import time
from typing import Any

from stagedoor import logfiles
from stagedoor.logfiles import SCRIPT
from stagedoor.oci.output import pipes
from stagedoor.oci.output.guard import Guard
from stagedoor.oci.output.reader import About, InstanceReader, LogSpace
from stagedoor.oci.output.writer import LogLimits


class Instance:
    """One that writes, and what reads it."""

    def __init__(self, limits: LogLimits, rate: int = 0) -> None:
        self.limits = limits
        self.pipe = pipes.make()
        self.writing = pipes.open_writer(self.pipe)
        self.rate = rate
        self.disk = LogSpace()
        self.done = threading.Event()
        self.reader = self.read()

    def read(self) -> InstanceReader:
        about = About("tv", self.rate, time.time() - 10)
        self.guard = Guard(self.limits.folder.parent / "reading")
        pipe = os.dup(self.pipe)
        reader = InstanceReader("i1", about, pipe, self.limits, self.disk, self.guard, lambda name: self.done.set())
        reader.start()
        return reader

    def write(self, content: bytes) -> int:
        return os.write(self.writing, content)

    def drain(self, *, ended: bool = False) -> list[str]:
        assert self.reader.drain(ended=ended).wait(10)
        return self.messages()

    def messages(self, kind: str = SCRIPT) -> list[str]:
        path = logfiles.path_of(self.limits.folder, "tv", "i1", kind)
        if not path.exists():
            return []
        return [json.loads(line)["message"] for line in logfiles.split(path.read_bytes())]

    def end(self) -> None:
        assert self.reader.drain(ended=True).wait(10)
        self.reader.join(10)
        os.close(self.writing)
        os.close(self.pipe)


class NoOutputs:
    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)
