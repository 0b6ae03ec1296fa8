"""What happens to what comes in: taken at once, read by the second, judged two seconds later, written by the minute.

Everything that costs time is done by one thread of low priority. When it falls behind, files of lines wait on disk.
"""

import asyncio
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from stagedoor.decide import keep
from stagedoor.model.minute import Minute
from stagedoor.model.redaction import Redaction
from stagedoor.model.sketch import quantile
from stagedoor.model.tables import TABLES
from stagedoor.telemetry.counted import Counted
from stagedoor.telemetry.endpoints import Endpoints
from stagedoor.telemetry.export import Exporter
from stagedoor.telemetry.figures import Figures
from stagedoor.telemetry.journal import Journal
from stagedoor.telemetry.lines import Line, Reader
from stagedoor.telemetry.live import Live
from stagedoor.telemetry.minutes import read as read_minutes
from stagedoor.telemetry.otlp import Told
from stagedoor.telemetry.raw import Cut, Raw
from stagedoor.telemetry.recordings.keeping import Recordings
from stagedoor.telemetry.records import decode
from stagedoor.telemetry.warehouse import Warehouse

log = logging.getLogger("stagedoor.telemetry")
Found = TypeVar("Found")

_TICK = 1.0
_WRITE_EVERY, _WRITE_ROWS = 60.0, 200_000
_LEARN_EVERY, _TRIM_EVERY = 30.0, 60.0
_NICE = 10
_PAST = 3600


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bytes and seconds of `[keep]`."""

    size: int
    age: float
    lasting: float


@dataclass(slots=True)
class Pipeline:
    """`failed`: what last went wrong with the store, for whoever asks how telemetry is."""

    folder: Path
    bounds: Bounds
    raw: Raw
    warehouse: Warehouse
    endpoints: Endpoints
    redaction: Redaction
    figures: Figures
    live: Live
    logs: Reader
    counted: Counted
    journal: Journal
    exporter: Exporter
    recordings: Recordings
    failed: str = ""
    spans_refused: int = 0
    _taken: deque[Cut] = field(default_factory=deque)
    _written: float = field(default_factory=time.monotonic)
    _learned: float = 0.0
    _trimmed: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "store", initializer=_be_modest))

    def recall(self) -> None:
        """What a program before this one was taught: before the first line is read."""
        self.learn(self.journal.known())

    def take(self, content: bytes) -> None:
        """Whole lines of the edge, as they come."""
        cleaned = self.redaction.clean(content)
        records = decode(cleaned)
        self.raw.append(cleaned, records)
        self.figures.take(records)
        self.live.feed(records)
        self.recordings.take(records)

    async def run(self) -> None:
        """Until it is cancelled; then everything is written."""
        await self.work(self._recover)
        if self.exporter.address:
            self.warehouse.kept = self.exporter.add
        sending = asyncio.get_running_loop().create_task(
            self.exporter.run(lambda: list(self.warehouse.totals.values()))
        )
        recording = asyncio.get_running_loop().create_task(self.recordings.run())
        try:
            while True:
                await asyncio.sleep(_TICK)
                try:
                    lines = await self.work(self._tick)
                except Exception:
                    # What nobody thought of costs one round, not the store.
                    log.exception("a round failed; the next one follows")
                    continue
                if lines:
                    self.live.show("log", lines)
        finally:
            sending.cancel()
            recording.cancel()
            await asyncio.shield(self.work(self._close))

    async def work(self, step: Callable[[], Found]) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._thread, step)

    async def ask(self, question: Callable[[], Found]) -> Found:
        """Of all that came until now."""

        def answer() -> Found:
            self._take_in()
            return question()

        return await asyncio.get_running_loop().run_in_executor(self._thread, answer)

    # Steps, in the store's thread

    def _recover(self) -> None:
        """What a program before this one took in and did not write."""
        self.warehouse.settled = self.counted.recall()
        for table, rows in self.journal.rows():
            self._try(lambda table=table, rows=rows: self.warehouse.add(table, rows))  # type: ignore[misc]
        self.raw.forget(self.warehouse.judged)
        self._take(self.raw.left())
        self._judge(time.monotonic() + keep.HOLD)

    def _tick(self) -> list[Line]:
        self._take_in()
        now = time.monotonic()
        self._try(lambda: self._judge(now))
        lines = self.logs.look()
        self._try(lambda: self.warehouse.add("logs", [_at(line.row()) for line in lines]))
        self.exporter.add_lines(lines)
        if now - self._learned > _LEARN_EVERY:
            self._learned = now
            self._try(self._learn)
        if now - self._written > _WRITE_EVERY or self.warehouse.new_rows() > _WRITE_ROWS:
            self._try(self._write)
        if now - self._trimmed > _TRIM_EVERY:
            self._trimmed = now
            self._try(self._trim)
        return lines

    # What control and others tell

    def learn(self, known: dict[str, Any]) -> None:
        """{endpoints: {application@version: [[method, path]]}, personal: [names], flags: [devices],
        shadows: {application|stack: share}}."""
        self._try(lambda: self.journal.learn(known))
        self.endpoints.learn(known.get("endpoints", {}))
        self.redaction.learn(known.get("personal", ()))
        self.warehouse.flag(known.get("flags", ()))
        self.recordings.flags = frozenset(known.get("flags", ()))
        self.recordings.shadows = known.get("shadows", {})

    def add_usage(self, told: dict[str, Any]) -> None:
        """{rows: [[at, application, version, ...]], asked: {worker: requests}, under_way}: what control looked at."""
        self._add("usage", [_at(tuple(row)) for row in told.get("rows", ())])
        self._take_in()
        if self.counted.compare(told.get("asked", {}), int(told.get("under_way", 0)), self.warehouse.lines):
            self._try(lambda: self.counted.save(self.warehouse.settled))

    def add_told(self, told: Told) -> dict[str, Any]:
        self.spans_refused += told.rejected
        self._add(told.table, told.rows)
        return {"rejected": told.rejected, "why": told.why}

    def _add(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        self._try(lambda: self.journal.keep(table, rows))
        self._try(lambda: self.warehouse.add(table, rows))

    def shared(self) -> dict[str, list[str]]:
        """Paths of all files by table, with nothing left in memory but what is still held."""
        self._take_in()
        self._write()
        return {table: [str(one.path) for one in self.warehouse.files.of(table)] for table in TABLES}

    def _take_in(self) -> None:
        with self._lock:
            self._take(self.raw.cut())

    def _take(self, files: Iterable[Cut]) -> None:
        """Whoever is behind judges as it goes, by when the files ended: only some seconds of them are held at once."""
        for one in files:
            self._try(lambda one=one: self._take_file(one))  # type: ignore[misc]
            self._try(lambda one=one: self._judge(one.ended))  # type: ignore[misc]

    def _take_file(self, one: Cut) -> None:
        self.warehouse.take(one.path, one.number, one.records)
        self._taken.append(one)

    def _judge(self, now: float) -> None:
        while self._taken and self._taken[0].ended <= now - keep.HOLD:
            one = self._taken.popleft()
            self.warehouse.judge(one.number, one.seconds)

    def _learn(self) -> None:
        """What is slow for each endpoint, by its last hour."""
        now = time.time()
        past: dict[tuple[str, str, str], Minute] = {}
        for one in read_minutes(self.warehouse, now - _PAST, now):
            key = (one.application, one.stack, one.endpoint)
            if key in past:
                past[key].add(one)
            else:
                past[key] = one
        slow = {
            key: int(quantile(one.latencies, keep.SLOW_SHARE) * 1e6)
            for key, one in past.items() if one.requests >= keep.SLOW_SAMPLE
        }  # fmt: skip
        self.warehouse.learn_slow((*key, us) for key, us in slow.items())
        self.recordings.slow = slow

    def _write(self) -> None:
        self._written = time.monotonic()
        self.warehouse.write()
        self.journal.clear()
        self.raw.forget(self.warehouse.judged)
        self.logs.save()
        self.counted.save(self.warehouse.settled)

    def _trim(self) -> None:
        self.warehouse.merge(time.time())
        self.warehouse.files.trim(self.bounds.size, self.bounds.age, self.bounds.lasting, time.time())
        self.raw.trim()

    def _close(self) -> None:
        self._take_in()
        self._try(lambda: self._judge(time.monotonic() + 2 * keep.HOLD))
        self._try(self._write)
        self.warehouse.close()

    def _try(self, step: Callable[[], None]) -> None:
        """A store that fails costs what it was to hold, and nothing else; it is tried again by the next step."""
        try:
            step()
            self.failed = ""
        except (duckdb.Error, OSError) as error:
            self.failed = str(error)[:500]
            log.error("the store could not be written: %s", error)
            self.warehouse.files.trim(self.bounds.size, self.bounds.age, self.bounds.lasting, time.time())


def _at(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (int(row[0] * 1e6), *row[1:])


def _be_modest() -> None:
    # Requests are served first; this thread has the rest of the time.
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
