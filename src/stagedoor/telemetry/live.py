"""Watching what arrives: each watcher's filter is compiled once and looks at whole batches.

A watcher that does not keep up is told how many it missed, exactly; nobody waits for it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from stagedoor.model.filters import python
from stagedoor.model.filters.python import Reading
from stagedoor.model.filters.windows import Query
from stagedoor.telemetry import records
from stagedoor.telemetry.endpoints import Endpoints
from stagedoor.telemetry.grouping import Window
from stagedoor.telemetry.lines import LINES, LOG_COLUMNS
from stagedoor.telemetry.records import CallRecord, Record, RequestRecord

_MOST_WAITING = 5000
_PAUSE, _SIGN_OF_LIFE = 0.1, 1.0
MOST_WATCHERS = 50


@dataclass(frozen=True, slots=True)
class Kind:
    """Of records. `columns`: as the API tells them; what is empty is left out, durations are in microseconds."""

    reading: Reading
    columns: tuple[str, ...]


class Watcher:
    """One who looks on. `_choose`: of a batch what of its records is wanted, in one pass."""

    def __init__(self, query: Query, kind: Kind, clock: Callable[[], float]) -> None:
        self._window = Window(query, clock) if query.figures else None
        if self._window is None:
            self._choose = python.compile_batch(query.where, kind.reading)
            self._whole = python.compile_dicts(kind.reading, kind.columns)
        else:
            self._choose = python.compile_rows(query.where, kind.reading, self._window.keys, self._window.values)
        self._waiting: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self._seen = self._matched = self._missed = 0

    def look(self, batch: Sequence[Any]) -> None:
        self._seen += len(batch)
        passed = self._choose(batch)
        if not passed:
            return
        self._matched += len(passed)
        self._news.set()
        if self._window is not None:
            self._window.add(passed)
            return
        room = _MOST_WAITING - len(self._waiting)
        self._waiting += [_without_empty(row) for row in self._whole(passed[:room])]
        self._missed += max(0, len(passed) - room)

    async def told(self) -> AsyncIterator[dict[str, Any]]:
        """Messages: records or rows of windows, with how many were seen, matched and missed since the beginning."""
        while True:
            self._news.clear()
            yield self._message()
            await asyncio.sleep(_PAUSE)
            try:
                await asyncio.wait_for(self._news.wait(), _SIGN_OF_LIFE)
            except TimeoutError:
                pass  # Nothing passed: the watcher learns how many were looked at.

    def _message(self) -> dict[str, Any]:
        said: dict[str, Any] = {"seen": self._seen, "matched": self._matched, "missed": self._missed}
        if self._window is not None:
            return said | {"windows": self._window.closed()}
        records, self._waiting = self._waiting, []
        return said | {"records": records}


class Live:
    def __init__(self, endpoints: Endpoints, clock: Callable[[], float] = time.time) -> None:
        self._kinds = {
            "request": Kind(records.requests(endpoints), ("kind", "at", *records.REQUEST_COLUMNS)),
            "call": Kind(records.CALLS, ("kind", "at", *records.CALL_COLUMNS)),
            "log": Kind(LINES, LOG_COLUMNS),
        }
        self._clock = clock
        self._watchers: dict[str, set[Watcher]] = {name: set() for name in self._kinds}

    def feed(self, batch: Sequence[Record]) -> None:
        """What the edge told."""
        for name, kind in (("request", RequestRecord), ("call", CallRecord)):
            if self._watchers[name]:
                self.show(name, [one for one in batch if type(one) is kind])

    def show(self, kind: str, batch: Sequence[Any]) -> None:
        for watcher in self._watchers[kind]:
            watcher.look(batch)

    @property
    def is_full(self) -> bool:
        return sum(map(len, self._watchers.values())) >= MOST_WATCHERS

    async def watch(self, query: Query, kind: str) -> AsyncIterator[dict[str, Any]]:
        watcher = Watcher(query, self._kinds[kind], self._clock)
        self._watchers[kind].add(watcher)
        try:
            async for message in watcher.told():
                yield message
        finally:
            self._watchers[kind].discard(watcher)


def _without_empty(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value != ""}
