"""A guard against output that ends its reader: a mark on disk says whose piece is being read, at which line.

Pieces are read one at a time, so the mark names exactly one instance. A program `logs` that died, or that was ended
because a piece took too long, finds the mark at its next start: that piece is then read line by line, and the line, the
piece or all of that application's output is taken out unread (`decide.suspicion.treat`).
"""

import json
import os
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from stagedoor import files
from stagedoor.decide.suspicion import Suspicion, Treatment, add_death, add_strike, treat

MAX_PIECE_S = 10.0
MAX_ASIDE_BYTES = 1 << 20
MAX_ASIDE_ITEM_BYTES = 65_536
_MARK = struct.Struct("<q128s128s")
_IDLE, _WHOLE = -2, -1


@dataclass(slots=True)
class _Known:
    """Suspicions of instances whose piece ended the program; strikes of applications, by the time of each."""

    suspicions: dict[str, Suspicion] = field(default_factory=dict)
    strikes: dict[str, list[float]] = field(default_factory=dict)


class Guard:
    """`folder` is kept as long as the pipes are. Raises OSError when it cannot be written at the start."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._aside = folder / "aside"
        self._path = folder / "known.json"
        self._reading = threading.Lock()
        self._saving = threading.Lock()
        self._began = 0.0
        self._known = self._recall()
        self._mark = os.open(folder / "mark", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._accuse()
        self._write_mark(_IDLE)

    def _recall(self) -> _Known:
        try:
            content = json.loads(self._path.read_text())
            suspicions = {name: Suspicion(**fields) for name, fields in content["suspicions"].items()}
            return _Known(suspicions, content["strikes"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return _Known()

    def _accuse(self) -> None:
        """Adds the death that the mark of the program before this one shows."""
        try:
            line, instance, application = _MARK.unpack(os.pread(self._mark, _MARK.size, 0))
        except struct.error:
            return
        if line == _IDLE:
            return
        name = instance.rstrip(b"\0").decode(errors="replace")
        owner = application.rstrip(b"\0").decode(errors="replace")
        suspicion = add_death(self._known.suspicions.get(name, Suspicion()), line)
        self._known.suspicions[name] = suspicion
        if suspicion.is_proven:
            self._known.strikes[owner] = add_strike(self._known.strikes.get(owner, []), time.time())
        self._save()

    @contextmanager
    def read(self, instance: str, application: str) -> Iterator[None]:
        """Marks the piece of an instance while it is read; no other is read meanwhile."""
        with self._reading:
            self._began = time.monotonic()
            self._write_mark(_WHOLE, instance, application)
            try:
                yield
            finally:
                self._write_mark(_IDLE)
                self._began = 0.0

    def mark_line(self, index: int, instance: str, application: str) -> None:
        self._write_mark(index, instance, application)

    def treat(self, instance: str, application: str) -> Treatment:
        """Returns how the next piece of an instance is read."""
        suspicion = self._known.suspicions.get(instance, Suspicion())
        return treat(suspicion, self._known.strikes.get(application, []), time.time())

    def acquit(self, instance: str) -> None:
        """The piece was read, or is taken out."""
        if instance in self._known.suspicions:
            with self._saving:
                self._known.suspicions.pop(instance, None)
                self._save()

    def set_aside(self, instance: str, content: bytes) -> None:
        """Keeps what could not be read, within a bound, for a person to look at. Raises nothing."""
        with suppress(OSError), self._saving:
            room = MAX_ASIDE_BYTES - (self._aside.stat().st_size if self._aside.exists() else 0)
            text = content[:MAX_ASIDE_ITEM_BYTES].decode(errors="backslashreplace")
            entry = json.dumps({"at": round(time.time(), 3), "instance": instance, "content": text}).encode() + b"\n"
            if len(entry) <= room:
                descriptor = os.open(self._aside, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
                with open(descriptor, "wb") as stream:
                    stream.write(entry)

    def hangs(self) -> bool:
        """Returns whether the piece that is read now takes longer than any may."""
        began = self._began
        return began > 0.0 and time.monotonic() - began > MAX_PIECE_S

    def _write_mark(self, line: int, instance: str = "", application: str = "") -> None:
        content = _MARK.pack(line, instance.encode()[:128], application.encode()[:128])
        with suppress(OSError):
            os.pwrite(self._mark, content, 0)

    def _save(self) -> None:
        with suppress(OSError):  # A full disk costs the memory of deaths, not the reading.
            files.replace_file(self._path, json.dumps(asdict(self._known)))

    def close(self) -> None:
        os.close(self._mark)
