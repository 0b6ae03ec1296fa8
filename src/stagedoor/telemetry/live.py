"""Everybody who watches what arrives. Each fails alone, and each has a bound: of places, of memory, of time."""

import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from stagedoor.model.errors import Failure, Invalid, TooLarge, TooMany
from stagedoor.model.filters.windows import Query
from stagedoor.telemetry import records
from stagedoor.telemetry.endpoints import Endpoints
from stagedoor.telemetry.lines import LINES, LOG_COLUMNS
from stagedoor.telemetry.records import CallRecord, Record, RequestRecord
from stagedoor.telemetry.watching import Kind, Spending, Watcher

log = logging.getLogger("stagedoor.telemetry")

MAX_WATCHERS, OPERATOR_PLACES, MAX_WATCHERS_PER_TOKEN = 50, 10, 10
# Of CPU, in each window of `Spending`.
MAX_WATCHER_S, MAX_ALL_WATCHERS_S = 0.5, 1.5
_SLICE_RECORDS = 64


class Live:
    """`ended`: watchers that were ended because their filter failed or cost too much."""

    def __init__(
        self,
        endpoints: Endpoints,
        clock: Callable[[], float] = time.time,
        cpu: Callable[[], float] = time.thread_time,
    ) -> None:
        self._kinds = {
            "request": Kind(records.requests(endpoints), ("kind", "at", *records.REQUEST_COLUMNS)),
            "call": Kind(records.CALLS, ("kind", "at", *records.CALL_COLUMNS)),
            "log": Kind(LINES, LOG_COLUMNS),
        }
        self._clock = clock
        self._cpu = cpu
        self._spent = Spending()
        self._watchers: dict[str, dict[Watcher, None]] = {name: {} for name in self._kinds}
        self.ended = 0

    def feed(self, batch: Sequence[Record]) -> None:
        """Shows what the edge told. Raises nothing."""
        for name, kind in (("request", RequestRecord), ("call", CallRecord)):
            if self._watchers[name]:
                self.show(name, [record for record in batch if type(record) is kind])

    def show(self, kind: str, batch: Sequence[Any]) -> None:
        """Shows records of a kind to each who watches it. Raises nothing."""
        for first in range(0, len(batch), _SLICE_RECORDS):
            piece = batch[first : first + _SLICE_RECORDS]
            for watcher in tuple(self._watchers[kind]):
                self._show_one(kind, watcher, piece)

    def _show_one(self, kind: str, watcher: Watcher, batch: Sequence[Any]) -> None:
        began = self._cpu()
        try:
            watcher.look(batch)
        except Exception as error:
            self._end(kind, watcher, Invalid(f"the filter failed at a record: {error!r}", hint="change the filter"))
        spent, now = self._cpu() - began, self._clock()
        if watcher.spent.add(spent, now) > MAX_WATCHER_S:
            self._end(kind, watcher, _too_expensive(MAX_WATCHER_S, "a filter"))
        elif self._spent.add(spent, now) > MAX_ALL_WATCHERS_S:
            self._end_most_expensive()

    def _end_most_expensive(self) -> None:
        everybody = [(kind, watcher) for kind, watchers in self._watchers.items() for watcher in watchers]
        if everybody:
            kind, watcher = max(everybody, key=lambda entry: entry[1].spent.seconds)
            self._end(kind, watcher, _too_expensive(MAX_ALL_WATCHERS_S, "all filters together"))
            self._spent.seconds -= watcher.spent.seconds

    def _end(self, kind: str, watcher: Watcher, failure: Failure) -> None:
        if watcher in self._watchers[kind]:
            del self._watchers[kind][watcher]
            self.ended += 1
            watcher.end(failure)
            log.warning("a watcher of %s was ended: %s", watcher.owner or "the platform", failure.message)

    async def watch(
        self, query: Query, kind: str, owner: str = "", *, is_operator: bool = False
    ) -> AsyncIterator[dict[str, Any]]:
        """Yields messages until the reader goes. Raises TooMany before the first when there is no place."""
        self._check_places(owner, is_operator=is_operator)
        watcher = Watcher(query, self._kinds[kind], self._clock, owner)
        self._watchers[kind][watcher] = None
        try:
            async for message in watcher.messages():
                yield message
        finally:
            self._watchers[kind].pop(watcher, None)

    def _check_places(self, owner: str, *, is_operator: bool) -> None:
        owners = Counter(watcher.owner for watchers in self._watchers.values() for watcher in watchers)
        if owner and owners[owner] >= MAX_WATCHERS_PER_TOKEN:
            raise TooMany(
                f"{owner} watches {owners[owner]} streams already, and {MAX_WATCHERS_PER_TOKEN} at once are allowed",
                hint="close another one",
            )
        places = MAX_WATCHERS if is_operator else MAX_WATCHERS - OPERATOR_PLACES
        if owners.total() >= places:
            raise TooMany(
                f"all {places} places to watch are taken; {OPERATOR_PLACES} of {MAX_WATCHERS} are kept for operators",
                hint="try again later, or ask what is stored: `stagedoor insight --since 15m`",
            )


def _too_expensive(limit_s: float, what: str) -> TooLarge:
    return TooLarge(
        f"watching ended: {what} took more than {limit_s} s of CPU in {Spending.WINDOW_S:.0f} s",
        hint="take a filter that costs less: compare fields first, search and match last",
    )
