"""Records on disk: files of JSON lines, the oldest dropped when all together are over the bound.

Lines are written as they came; they are parsed when somebody reads them. Taking in costs next to nothing, and a
request never waits for it.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, BinaryIO

_POLL = 0.1
_BLOCK = 1 << 20


class Segments:
    """`limit` in bytes for all files together."""

    def __init__(self, folder: Path, limit: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._limit = limit
        self._each = max(1 << 20, limit // 8)
        self._stream: BinaryIO | None = None
        self.lost = 0

    def files(self) -> list[Path]:
        return sorted(self._folder.glob("*.jsonl"))

    def append(self, content: bytes) -> None:
        """Whole lines. A disk that is full loses them, counted, and holds nobody up."""
        try:
            if self._stream is None or self._stream.tell() > self._each:
                self._next()
            assert self._stream is not None
            self._stream.write(content)
        except OSError:
            self.lost += content.count(b"\n")

    def _next(self) -> None:
        if self._stream is not None:
            self._stream.close()
        files = self.files()
        number = int(files[-1].stem) + 1 if files else 1
        self._stream = (self._folder / f"{number:012}.jsonl").open("ab", buffering=0)
        for old in files[: -(self._limit // self._each) or None]:
            old.unlink()

    def newest(self, limit: int, most_bytes: int = 64 << 20) -> Iterator[dict[str, Any]]:
        """Records from the newest back, at most `limit` looked at by the caller's filter."""
        read = 0
        for file in reversed(self.files()):
            for line in _lines_backwards(file):
                read += len(line)
                if read > most_bytes:
                    return
                record = parse(line)
                if record is not None:
                    yield record

    async def follow(self) -> AsyncIterator[dict[str, Any]]:
        """Records that arrive from now on."""
        files = self.files()
        file = files[-1] if files else None
        offset = file.stat().st_size if file else 0
        while True:
            if file is not None and file.exists():
                content, offset = _read_from(file, offset)
                for line in content.splitlines():
                    record = parse(line)
                    if record is not None:
                        yield record
            newer = [one for one in self.files() if file is None or one > file]
            if newer:
                file, offset = newer[0], 0
                continue
            await asyncio.sleep(_POLL)


def _read_from(file: Path, offset: int) -> tuple[bytes, int]:
    with file.open("rb") as stream:
        stream.seek(offset)
        content = stream.read(_BLOCK)
    whole = content[: content.rfind(b"\n") + 1]
    return whole, offset + len(whole)


def _lines_backwards(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        position = stream.seek(0, os.SEEK_END)
        rest = b""
        while position > 0:
            size = min(_BLOCK, position)
            position -= size
            stream.seek(position)
            lines = (stream.read(size) + rest).split(b"\n")
            rest = lines[0]
            yield from (line for line in reversed(lines[1:]) if line)
        if rest:
            yield rest


def parse(line: bytes) -> dict[str, Any] | None:
    """A record in the platform's words; None for a line that is no record (cut by the edge's own bound)."""
    try:
        # The edge escapes ] as well, as syslog wants it; JSON knows no such escape.
        record = json.loads(line.replace(b"\\]", b"]"))
    except ValueError:
        return None
    if not isinstance(record, dict):
        return None
    cleaned = {key: value for key, value in record.items() if value not in ("-", "")}
    if "end" in cleaned:
        # The edge's own start is that of the connection, which may have been idle since the request before.
        end, took = cleaned.pop("end"), max(0, int(cleaned.get("total_ms", 0)))
        is_call = cleaned.get("kind") == "call"
        cleaned["at"] = (end - int(cleaned.get("us", 0))) / 1e6 if is_call else (end - took) / 1000
    if cleaned.get("kind") == "request":
        _, _, rest = str(cleaned.pop("target", "")).partition("|")
        label, _, release = rest.partition("|")
        cleaned["application"], _, cleaned["version"] = label.partition("@")
        if cleaned["version"]:
            cleaned["line"] = f"{cleaned['application']}/v{cleaned['version'].partition('.')[0]}"
        cleaned["release"] = int(release.partition("|")[0]) if release.partition("|")[0].isdigit() else 0
    else:
        parts = (str(cleaned.pop("holder", "")).split("|") + [""] * 4)[:4]
        _, label, cleaned["instance"], cleaned["stack"] = parts
        cleaned["application"], _, cleaned["version"] = label.partition("@")
    return cleaned


def matches(record: dict[str, Any], filters: dict[str, str]) -> bool:
    """Whether every field named has the value; `status` may be a class, as in 5xx."""
    return all(_same(key, str(record.get(key, "")), wanted) for key, wanted in filters.items())


def _same(key: str, value: str, wanted: str) -> bool:
    if key == "status" and wanted.endswith("xx"):
        return value[:1] == wanted[:1]
    return value == wanted
