"""One watcher of what arrives: its filter is compiled once and looks at whole batches.

A watcher that does not keep up is told how many it missed, exactly; nobody waits for it. One whose filter fails or
costs too much is ended with the reason, and no other notices.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from stagedoor.model.errors import Failure
from stagedoor.model.filters import python
from stagedoor.model.filters.python import Reading
from stagedoor.model.filters.windows import Query
from stagedoor.telemetry.grouping import Window

MAX_WAITING_RECORDS = 5000
MAX_WAITING_BYTES = 4 << 20
_PAUSE_S, _SIGN_OF_LIFE_S = 0.1, 1.0


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of records. `columns`: as the API names them; empty ones are left out, durations are in microseconds."""

    reading: Reading
    columns: tuple[str, ...]


class Watcher:
    """One who looks on. `_choose`: of a batch what of its records is wanted, in one pass."""

    def __init__(self, query: Query, kind: Kind, clock: Callable[[], float], owner: str = "") -> None:
        self.owner = owner
        self.spent = Spending()
        self._window = Window(query, clock) if query.figures else None
        if self._window is None:
            self._choose = python.compile_batch(query.where, kind.reading)
            self._whole = python.compile_dicts(kind.reading, kind.columns)
        else:
            self._choose = python.compile_rows(query.where, kind.reading, self._window.keys, self._window.values)
        self._waiting: list[dict[str, Any]] = []
        self._waiting_bytes = 0
        self._news = asyncio.Event()
        self._ended: Failure | None = None
        self._seen = self._matched = self._delivered = 0

    def look(self, batch: Sequence[Any]) -> None:
        """Takes what passes. Raises whatever the filter raises at a record."""
        self._seen += len(batch)
        passed = self._choose(batch)
        if not passed:
            return
        self._matched += len(passed)
        self._news.set()
        if self._window is not None:
            self._window.add(passed)
            return
        for row in self._whole(passed[: MAX_WAITING_RECORDS - len(self._waiting)]):
            size = _measure(row)
            if self._waiting_bytes + size > MAX_WAITING_BYTES:
                break
            self._waiting_bytes += size
            self._waiting.append(_without_empty(row))

    @property
    def _missed(self) -> int:
        return 0 if self._window is not None else self._matched - self._delivered - len(self._waiting)

    def end(self, failure: Failure) -> None:
        """Makes the next message the last one, with the reason."""
        self._ended = failure
        self._news.set()

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """Yields records or rows of windows, with how many were seen, matched and missed since the beginning."""
        while True:
            ended = self._ended is not None
            self._news.clear()
            yield self._message()
            if ended:
                return
            await asyncio.sleep(_PAUSE_S)
            try:
                await asyncio.wait_for(self._news.wait(), _SIGN_OF_LIFE_S)
            except TimeoutError:
                pass  # Nothing passed: the watcher learns how many were looked at.

    def _message(self) -> dict[str, Any]:
        message: dict[str, Any] = {"seen": self._seen, "matched": self._matched, "missed": self._missed}
        if self._ended is not None:
            message["ended"] = self._ended.describe()
        if self._window is not None:
            return message | {"windows": self._window.closed()}
        records, self._waiting, self._waiting_bytes = self._waiting, [], 0
        self._delivered += len(records)
        return message | {"records": records}


class Spending:
    """Seconds of CPU within a window of time."""

    WINDOW_S = 5.0

    def __init__(self) -> None:
        self.seconds = 0.0
        self._began = 0.0

    def add(self, seconds: float, now: float) -> float:
        """Returns what was spent in the window that goes on."""
        if now - self._began >= self.WINDOW_S:
            self._began, self.seconds = now, 0.0
        self.seconds += seconds
        return self.seconds


def _measure(row: dict[str, Any]) -> int:
    return 200 + sum([len(value) for value in row.values() if type(value) is str])


def _without_empty(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value != ""}
