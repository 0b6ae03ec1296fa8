"""What others told that nobody tells again: rows that are in no file of the store yet, and what telemetry was taught.

With it a telemetry that is killed goes on as it was: what is personal is crossed out of the first line it reads, too.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from stagedoor import files
from stagedoor.model.tables import TABLES

_LARGEST = 64_000_000  # Bytes of rows; above that a disk is not filled for what may be lost.


class Journal:
    """Files in a folder. Raises OSError where they cannot be written."""

    def __init__(self, folder: Path) -> None:
        self._rows = folder / "told.jsonl"
        self._known = folder / "known.json"
        self._taught = b""

    def keep(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Rows of a table of the store, until `clear`."""
        if not rows:
            return
        with self._rows.open("ab") as stream:
            if stream.tell() < _LARGEST:
                # A line of its own, whatever a kill left of the one before.
                stream.write(b"\n" + msgspec.json.encode([table, rows]) + b"\n")

    def rows(self) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
        """(table, rows) as they were kept. A line that a kill cut is left out."""
        try:
            stream = self._rows.open("rb")
        except FileNotFoundError:
            return
        with stream:
            for line in stream:
                try:
                    table, rows = msgspec.json.decode(line)
                    found = [tuple(row) for row in rows]
                except (msgspec.DecodeError, ValueError, TypeError, RecursionError):
                    continue
                if table in TABLES:
                    yield table, found

    def clear(self) -> None:
        """The rows are in the store's files."""
        self._rows.unlink(missing_ok=True)

    def learn(self, known: dict[str, Any]) -> None:
        taught = msgspec.json.encode(known)
        if taught != self._taught:
            files.replace_file(self._known, taught)
            self._taught = taught

    def known(self) -> dict[str, Any]:
        """What was taught last; nothing when that cannot be read."""
        try:
            found = msgspec.json.decode(self._known.read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
