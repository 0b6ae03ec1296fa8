"""Logs of instances as they are read: what a script printed, and what the platform says of it, together by time."""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from stagedoor import logfiles
from stagedoor.logfiles import FORMER, PLATFORM, PLATFORM_LEVEL, SCRIPT, Position
from stagedoor.oci.ports import Outputs
from stagedoor.untrusted import decode_json

_POLL_S = 0.1
_MAX_READ = 1_000_000
_TAIL_BYTES, _MAX_LINE = 4_000_000, 20_000  # Bytes at the end that are looked at; characters of one line.
_MAX_PLATFORM_LINES = 20

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Logs:
    """An entry has `instance`, and `message` with its fields; or `line`, where a script wrote no JSON.

    `outputs` are the pipes from which another program writes the logs.
    """

    folder: Path
    outputs: Outputs

    def path(self, application: str, instance: str) -> Path:
        """Raises ValueError for a name that would lead elsewhere."""
        return logfiles.path_of(self.folder, application, instance)

    def note(self, application: str, instance: str, message: str, *, event: str, **fields: object) -> None:
        """Appends a line of the platform's own, where no script can write: why an instance ended."""
        logfiles.note(self.folder, application, instance, message, event=event, **fields)

    def tail(self, application: str, instance: str, lines: int) -> list[Entry]:
        """The last entries, the oldest first: so many of the script's, and the platform's own beside them.

        A script that prints much does not push out of sight what the platform says of it.
        """
        printed = _last_lines(
            [logfiles.path_of(self.folder, application, instance, kind) for kind in (FORMER, SCRIPT)], lines
        )
        own = _last_lines(
            [logfiles.path_of(self.folder, application, instance, PLATFORM)], min(lines, _MAX_PLATFORM_LINES)
        )
        entries = [_printed(instance, line) for line in printed] + [_own(instance, line) for line in own]
        return _by_time(entries)

    def words(self, application: str, instance: str, lines: int) -> list[str]:
        """The last lines as a person reads them."""
        return [
            str(part)[:_MAX_LINE]
            for entry in self.tail(application, instance, lines)
            for part in (entry.get("message", entry.get("line", "")), entry.get("traceback"))
            if part is not None
        ]

    def instances(self, application: str) -> list[str]:
        """Instances with a log, the one written last at the end."""
        written: dict[str, float] = defaultdict(float)
        for path in (self.folder / application).glob("*"):
            instance, dot, kind = path.name.partition(".")
            if dot + kind in (SCRIPT, PLATFORM):
                try:
                    written[instance] = max(written[instance], path.stat().st_mtime)
                except OSError:
                    continue  # It was removed a moment ago.
        return sorted(written, key=lambda instance: written[instance])

    async def follow(self, application: str, instance: str = "") -> AsyncIterator[Entry]:
        """Entries as they are written from now on, of one instance or of all of the application."""
        positions = {
            path: Position(state.st_ino, state.st_size)
            for name in ([instance] if instance else self.instances(application))
            for path in self._files(application, name)
            if (state := _state(path)) is not None
        }
        while True:
            entries: list[Entry] = []
            for name in [instance] if instance else self.instances(application):
                for path in self._files(application, name):
                    lines, positions[path] = _read_on(path, positions.get(path, Position()))
                    read = _own if path.suffix == PLATFORM else _printed
                    entries += [read(name, line) for line in lines]
            for entry in _by_time(entries):
                yield entry
            await asyncio.sleep(_POLL_S)

    def _files(self, application: str, instance: str) -> tuple[Path, Path]:
        return (
            logfiles.path_of(self.folder, application, instance),
            logfiles.path_of(self.folder, application, instance, PLATFORM),
        )


def _state(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _read_on(path: Path, position: Position) -> tuple[list[str], Position]:
    """The next whole lines of a file, and where they end."""
    for part in islice(logfiles.unread(path, position), 1):
        try:
            with part.path.open("rb") as stream:
                stream.seek(part.offset)
                content = stream.read(min(_MAX_READ, part.end - part.offset))
        except OSError:
            return [], position
        # A line without an end that fills all that is read at once is told in pieces; the end of a rotated file is one.
        partial = content if len(content) == _MAX_READ or part.path != path else b""
        whole = content[: content.rfind(b"\n") + 1] or partial
        offset = part.offset + len(whole)
        if part.path != path and offset >= part.end:
            return logfiles.split(whole), _beginning_of(path)
        return logfiles.split(whole), Position(part.inode, offset)
    return [], position


def _beginning_of(path: Path) -> Position:
    state = _state(path)
    return Position(state.st_ino if state else 0, 0)


def _last_lines(paths: list[Path], lines: int) -> list[str]:
    """Of files that follow each other, the last lines."""
    content = b""
    for path in reversed(paths):
        try:
            with path.open("rb") as stream:
                size = stream.seek(0, os.SEEK_END)
                stream.seek(max(0, size - (_TAIL_BYTES - len(content))))
                content = stream.read(_TAIL_BYTES - len(content)) + content
        except FileNotFoundError:
            continue
        if content.count(b"\n") > lines or len(content) >= _TAIL_BYTES:
            break
    return logfiles.split(content)[-lines:]


def _printed(instance: str, text: str) -> Entry:
    """Of the script's file: it never speaks for the platform, whatever an older version let it write there."""
    fields = _parse(text)
    if fields is None:
        return {"instance": instance, "line": text[:_MAX_LINE]}
    if fields.get("level") == PLATFORM_LEVEL:
        fields["level"] = "info"
    return {**fields, "instance": instance}


def _own(instance: str, text: str) -> Entry:
    fields = _parse(text)
    return {"level": PLATFORM_LEVEL, **(fields if fields is not None else {"message": text}), "instance": instance}


def _parse(text: str) -> Entry | None:
    if not text.startswith("{"):
        return None
    try:
        fields = decode_json(text)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None


def _by_time(entries: list[Entry]) -> list[Entry]:
    """What has no time of its own stays behind the line before it."""
    times: list[float] = []
    for entry in entries:
        at = entry.get("at")
        plain = isinstance(at, int | float) and not isinstance(at, bool)
        times.append(float(at) if plain else (times[-1] if times else 0.0))  # type: ignore[arg-type]
    return [entries[index] for index in sorted(range(len(entries)), key=lambda index: times[index])]
