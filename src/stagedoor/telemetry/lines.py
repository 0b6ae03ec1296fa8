"""Log lines of instances, read where the program `logs` writes them; and the platform's own, which stand beside.

A line is JSON from `stagedoor.log`, or a print. A script may write anything: every part is bounded, what cannot be
shown is taken out, and one instance fills only so much of each look; what is left out is counted in a line of its own.
"""

import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stagedoor import files, logfiles
from stagedoor.logfiles import PLATFORM, PLATFORM_LEVEL, SCRIPT, Position
from stagedoor.model.filters.python import Reading
from stagedoor.model.redaction import CROSSED, Redaction
from stagedoor.untrusted import decode_json

_LONGEST, _MOST_FIELDS = 8000, 8000
FORGED, MAX_FORGED = "forged", 200
_MOST_BYTES, _MOST_LINES = 1 << 20, 2000  # Of one instance in a second.
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f]")
_OWN = ("at", "level", "message", "request_id")


@dataclass(slots=True)
class Line:
    """A log line as filters see it: the columns of `model.filters.fields.LOG`. `time` in seconds."""

    time: float
    application: str
    instance: str
    level: str
    message: str
    request: str
    fields: str

    def row(self) -> tuple[Any, ...]:
        # DuckDB takes microseconds for a time as they are.
        return (self.time, self.application, self.instance, self.level, self.message, self.request, self.fields)


LOG_COLUMNS = ("at", "application", "instance", "level", "message", "request", "fields")
LINES = Reading({"at": "r.time"})


class Reader:
    """Looks at all files at once, from where it stopped; `limited` counts lines that were left out.

    `forged`: applications by instance whose script wrote as if it were the platform, the newest last.
    """

    def __init__(self, folder: Path, journal: Path, redaction: Redaction) -> None:
        self._folder = folder
        self._journal = journal
        self._redaction = redaction
        self._positions: dict[str, Position] = self._read_journal()
        self.limited = 0
        self.forged: dict[str, str] = {}
        self._looked = time.monotonic()
        self._seconds = 1.0  # Since the look before: a late one may take more.

    def _read_journal(self) -> dict[str, Position]:
        try:
            found = json.loads(self._journal.read_text())
            # A version before this one wrote an offset alone.
            return {name: Position(*at) if isinstance(at, list) else Position(0, at) for name, at in found.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}

    def save(self) -> None:
        """After what was read is in the store: a line is rather read twice than lost."""
        positions = {name: [position.inode, position.offset] for name, position in self._positions.items()}
        files.replace_file(self._journal, json.dumps(positions))

    def look(self) -> list[Line]:
        found: list[Line] = []
        present = set()
        now = time.monotonic()
        self._seconds, self._looked = min(30.0, max(1.0, now - self._looked)), now
        for path in self._folder.glob("*/*"):
            if path.suffix not in (SCRIPT, PLATFORM):
                continue
            name = f"{path.parent.name}/{path.name}"
            present.add(name)
            for part in logfiles.unread(path, self._positions.get(name, Position())):
                found += self._read(part, name)
        for gone in set(self._positions) - present:
            del self._positions[gone]
        return found

    def _read(self, part: logfiles.Part, name: str) -> list[Line]:
        most, lines_most = int(_MOST_BYTES * self._seconds), int(_MOST_LINES * self._seconds)
        skipped = max(0, part.end - part.offset - most)
        try:
            with part.path.open("rb") as stream:
                stream.seek(part.offset)
                content = stream.read(min(part.end - part.offset, most))
        except OSError:
            return []
        whole = content[: content.rfind(b"\n") + 1] or (content if len(content) == most else b"")
        self._positions[name] = Position(part.inode, part.end if skipped else part.offset + len(whole))
        lines = logfiles.split(whole)
        application, _, instance = name.removesuffix(SCRIPT).removesuffix(PLATFORM).partition("/")
        left_out = max(0, len(lines) - lines_most)
        is_own = name.endswith(PLATFORM)
        found = [self._line(application, instance, text, is_own=is_own) for text in lines[:lines_most] if text.strip()]
        if left_out or skipped:
            self.limited += left_out
            found.append(_limited(application, instance, left_out, skipped))
        return found

    def _line(self, application: str, instance: str, text: str, *, is_own: bool = False) -> Line:
        """`is_own`: the platform wrote it, where no script can."""
        told = _parse(text)
        if told is None:
            return Line(time.time(), application, instance, "print", self._cross(_clean(text)), "", "")
        others = {
            str(key)[:100]: CROSSED if self._redaction.hides(str(key)) else value
            for key, value in told.items() if key not in _OWN
        }  # fmt: skip
        fields = json.dumps(others, default=str)[:_MOST_FIELDS] if others else ""
        if is_own and told.get("event") == FORGED:
            self._note_forged(instance, application)
        level, message = _clean(str(told.get("level", "info")))[:20], self._cross(_clean(str(told.get("message", ""))))
        if (level == PLATFORM_LEVEL) != is_own:
            level = PLATFORM_LEVEL if is_own else "info"
        request = _clean(str(told.get("request_id", "")))[:100]
        return Line(_time(told.get("at")), application, instance, level, message, request, _clean(fields))

    def _note_forged(self, instance: str, application: str) -> None:
        self.forged[instance] = application
        while len(self.forged) > MAX_FORGED:
            del self.forged[next(iter(self.forged))]

    def _cross(self, text: str) -> str:
        return self._redaction.clean(text.encode(errors="replace")).decode()


def _time(told: object) -> float:
    """Within the years that a clock may show; a script may write anything."""
    now = time.time()
    plain = isinstance(told, int | float) and not isinstance(told, bool) and 0 < told < now + 86400
    return float(told) if plain else now  # type: ignore[arg-type]


def _parse(text: str) -> dict[str, Any] | None:
    if not text.startswith("{") or len(text) > 4 * _LONGEST:
        return None
    try:
        told = decode_json(text)
    except ValueError:
        return None
    return told if isinstance(told, dict) and "message" in told else None


def _clean(text: str) -> str:
    """Without colours and what else moves a terminal, and cut."""
    return _ANSI.sub("", text[: 2 * _LONGEST])[:_LONGEST].encode(errors="replace").decode()


def _limited(application: str, instance: str, lines: int, skipped: int) -> Line:
    what = " and ".join(
        part for part in (f"{lines} lines" if lines else "", f"{skipped} bytes" if skipped else "") if part
    )
    message = f"{what} left out: an instance writes at most {_MOST_LINES} lines and {_MOST_BYTES} bytes a second here"
    return Line(time.time(), application, instance, "platform", message, "", "")
