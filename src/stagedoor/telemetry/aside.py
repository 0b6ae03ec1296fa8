"""What failed is set aside, so that it costs itself alone: records and rows in a bounded file.

A record that ends the program, or keeps it busy until it is ended, is found by a mark on disk: what was being done.
"""

import json
import os
import struct
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from stagedoor import files

MAX_FILE_BYTES = 16 << 20  # Two files are kept.
MAX_ITEM_BYTES = 64 << 10
MAX_TRIES = 3
_MARK = struct.Struct("<qq")
_IDLE, _WHOLE = -1, -1


class Aside:
    """`counts`: what was set aside, by the part that failed at it, since the platform was set up. Raises nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self.counts: Counter[str] = Counter()
        try:
            self.counts.update(json.loads((folder / "counts.json").read_text()))
        except (OSError, ValueError, TypeError):
            pass  # Nothing was set aside yet, or the count is damaged: it begins at 0.

    @property
    def total(self) -> int:
        return self.counts.total()

    def put(self, part: str, items: Iterable[Any], reason: str = "") -> None:
        """Keeps items at which a part of telemetry failed, as JSON, within the bound."""
        lines = [_write(part, item, reason) for item in items]
        with self._lock:
            self.counts[part] += len(lines)
            try:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                path = self._folder / "records.jsonl"
                if path.exists() and path.stat().st_size > MAX_FILE_BYTES:
                    path.replace(self._folder / "records.1.jsonl")
                with open(path, "ab", opener=_open_private) as stream:
                    stream.writelines(lines)
                files.replace_file(self._folder / "counts.json", json.dumps(self.counts))
            except OSError:
                pass  # The count says it.


def _write(part: str, item: Any, reason: str) -> bytes:
    try:
        content = msgspec.json.encode({"part": part, "reason": reason[:500], "item": item})
    except Exception:
        content = json.dumps({"part": part, "reason": reason[:500], "item": repr(item)}).encode()
    if len(content) > MAX_ITEM_BYTES:
        content = json.dumps({"part": part, "bytes": len(content)}).encode()
    return content + b"\n"


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


@dataclass(slots=True)
class Tries:
    """How often a raw file ended the program, and at which of its lines."""

    count: int = 0
    lines: list[int] = field(default_factory=list)


class Attempts:
    """A mark of the raw file and the line that are worked on now, by which what ended the program is known."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._known = path.with_suffix(".json")
        self.failed: dict[int, Tries] = self._recall(path)
        self._mark = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.end()

    def _recall(self, path: Path) -> dict[int, Tries]:
        try:
            failed = {int(key): Tries(**value) for key, value in json.loads(self._known.read_text()).items()}
        except (OSError, ValueError, TypeError, AttributeError):
            failed = {}
        try:
            number, line = _MARK.unpack(path.read_bytes())
        except (OSError, struct.error):
            return failed
        if number != _IDLE:
            tries = failed.setdefault(number, Tries())
            tries.count += 1
            if line != _WHOLE:
                tries.lines.append(line)
        return failed

    def begin(self, number: int, line: int = _WHOLE) -> None:
        os.pwrite(self._mark, _MARK.pack(number, line), 0)

    def end(self) -> None:
        self.begin(_IDLE)

    def save(self) -> None:
        """Before anything is tried again. Raises OSError."""
        known = {str(number): {"count": tries.count, "lines": tries.lines} for number, tries in self.failed.items()}
        files.replace_file(self._known, json.dumps(known))

    def forget(self, number: int) -> None:
        """The file passed, or is gone."""
        if self.failed.pop(number, None) is not None:
            try:
                self.save()
            except OSError:
                pass  # It is tried carefully once more.

    def close(self) -> None:
        os.close(self._mark)
