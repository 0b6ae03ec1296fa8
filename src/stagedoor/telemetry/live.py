"""Watching what arrives: each watcher's filter is compiled once and looks at whole batches.

A watcher that does not keep up is told how many it missed, exactly; nobody waits for it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec

from stagedoor.model.filters import python
from stagedoor.model.filters.windows import Query
from stagedoor.telemetry.endpoints import Endpoints
from stagedoor.telemetry.grouping import Window
from stagedoor.telemetry.records import CallRecord, RequestRecord, SeenCall, SeenRequest, decoder

_MOST_WAITING = 5000
_PAUSE, _SIGN_OF_LIFE = 0.1, 1.0
MOST_WATCHERS = 50


class Watcher:
    """One who looks on. `kind`: request, call or log."""

    def __init__(self, query: Query, kind: str, clock: Callable[[], float]) -> None:
        self.kind = kind
        self._passing = python.compile_batch(query.where)
        self._window = Window(query, clock) if query.figures else None
        self._waiting: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self._seen = self._matched = self._missed = 0

    def look(self, batch: list[Any]) -> None:
        self._seen += len(batch)
        passed = self._passing(batch)
        self._matched += len(passed)
        if self._window is not None:
            self._window.add(passed)
        else:
            room = _MOST_WAITING - len(self._waiting)
            self._waiting += [one.render() for one in passed[:room]]
            self._missed += max(0, len(passed) - room)
        if passed:
            self._news.set()

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
        self._endpoints = endpoints
        self._clock = clock
        self._watchers: set[Watcher] = set()

    def feed(self, content: bytes) -> None:
        """Whole lines of the edge."""
        kinds = {one.kind for one in self._watchers}
        if not kinds & {"request", "call"}:
            return
        records = _decode(content)
        if "request" in kinds:
            self.show("request", [SeenRequest(o, self._endpoints) for o in records if type(o) is RequestRecord])
        if "call" in kinds:
            self.show("call", [SeenCall(one) for one in records if type(one) is CallRecord])

    def show(self, kind: str, batch: list[Any]) -> None:
        for watcher in self._watchers:
            if watcher.kind == kind and batch:
                watcher.look(batch)

    def is_watched(self, kind: str) -> bool:
        return any(one.kind == kind for one in self._watchers)

    @property
    def is_full(self) -> bool:
        return len(self._watchers) >= MOST_WATCHERS

    async def watch(self, query: Query, kind: str) -> AsyncIterator[dict[str, Any]]:
        watcher = Watcher(query, kind, self._clock)
        self._watchers.add(watcher)
        try:
            async for message in watcher.told():
                yield message
        finally:
            self._watchers.discard(watcher)


def _decode(content: bytes) -> list[CallRecord | RequestRecord]:
    """A line that is no record is left out."""
    try:
        return decoder.decode_lines(content)
    except msgspec.MsgspecError:
        found = []
        for line in content.splitlines():
            try:
                found.append(decoder.decode(line))
            except msgspec.MsgspecError:
                continue
        return found
