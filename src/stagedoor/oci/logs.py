"""What instances print: a file for each, written by the container itself: no line is lost with a program of ours."""

import asyncio
import json
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_POLL = 0.1
_MOST = 1_000_000
_TAIL, _LONGEST = 4_000_000, 20_000  # Bytes at the end that are looked at; characters of one line.
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Logs:
    """`limit` in bytes for one instance: above it the older half is dropped. `age` in seconds."""

    folder: Path
    limit: int
    age: float = 7 * 86400

    def path(self, application: str, instance: str) -> Path:
        """Raises ValueError for a name that would lead elsewhere."""
        if not _NAME.fullmatch(application) or not _NAME.fullmatch(instance):
            raise ValueError(f"{application!r}, {instance!r} name no log")
        return self.folder / application / f"{instance}.log"

    def open(self, application: str, instance: str) -> int:
        path = self.path(application, instance)
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def note(self, application: str, instance: str, message: str, **fields: object) -> None:
        """A line of the platform's own at the end: why an instance ended, that lines were dropped."""
        line = {"at": round(time.time(), 3), "level": "platform", "message": message, **fields}
        try:
            descriptor = self.open(application, instance)
        except OSError:
            return  # A full disk: nothing else may fail for that.
        with suppress(OSError):
            os.write(descriptor, json.dumps(line).encode() + b"\n")
        os.close(descriptor)

    def tail(self, application: str, instance: str, lines: int) -> list[str]:
        """The last ones, each cut: the container itself writes the file, and may write anything."""
        try:
            with self.path(application, instance).open("rb") as stream:
                size = stream.seek(0, os.SEEK_END)
                stream.seek(max(0, size - _TAIL))
                content = stream.read(_TAIL)
        except FileNotFoundError:
            return []
        return [line[:_LONGEST] for line in content.decode(errors="replace").splitlines()[-lines:]]

    def instances(self, application: str) -> list[str]:
        """Instances with a log, the one written last at the end."""
        files = sorted((self.folder / application).glob("*.log"), key=lambda path: path.stat().st_mtime)
        return [path.stem for path in files]

    def trim(self) -> None:
        """Keeps every log within the limit, and drops those that nobody wrote to for `age` seconds."""
        for path in self.folder.glob("*/*.log"):
            state = path.stat()
            if time.time() - state.st_mtime > self.age:
                path.unlink()
            elif state.st_size > self.limit:
                self._halve(path)

    def _halve(self, path: Path) -> None:
        # The writer appends, so the file is cut in place: what it writes next follows what is kept.
        with path.open("r+b") as stream:
            stream.seek(-self.limit // 2, os.SEEK_END)
            kept = stream.read().partition(b"\n")[2]
            stream.seek(0)
            stream.write(kept)
            stream.truncate()
        self.note(path.parent.name, path.stem, f"older lines dropped: the log was above {self.limit} bytes")

    async def follow(self, application: str, instance: str = "") -> AsyncIterator[tuple[str, str]]:
        """(instance, line) as they are written from now on, of one instance or of all of the application."""
        offsets = {name: self._size(application, name) for name in self.instances(application)}
        while True:
            for name in [instance] if instance else self.instances(application):
                offset = offsets.get(name, 0)
                size = self._size(application, name)
                if size < offset:
                    offset = 0
                if size > offset:
                    lines, offsets[name] = self._read(application, name, offset)
                    for line in lines:
                        yield name, line
            await asyncio.sleep(_POLL)

    def _size(self, application: str, instance: str) -> int:
        try:
            return self.path(application, instance).stat().st_size
        except FileNotFoundError:
            return 0

    def _read(self, application: str, instance: str, offset: int) -> tuple[list[str], int]:
        with self.path(application, instance).open("rb") as stream:
            stream.seek(offset)
            content = stream.read(_MOST)
        # A line without an end that fills all that is read at once is told in pieces.
        whole = content[: content.rfind(b"\n") + 1] or (content if len(content) == _MOST else b"")
        return whole.decode(errors="replace").splitlines(), offset + len(whole)
