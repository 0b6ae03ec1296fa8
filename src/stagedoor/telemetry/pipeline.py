"""What happens to what comes in: taken at once, read by the second, judged two seconds later, written by the minute.

Everything that costs time is done by one thread of low priority. When it falls behind, files of lines wait on disk.
"""

import asyncio
import logging
import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from stagedoor.decide import keep
from stagedoor.model.errors import TooMany
from stagedoor.model.minute import Minute
from stagedoor.model.redaction import Redaction
from stagedoor.model.sketch import quantile
from stagedoor.model.tables import TABLES
from stagedoor.telemetry.aside import MAX_TRIES, Aside, Attempts
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
from stagedoor.telemetry.records import Record, decode, take_out_drops
from stagedoor.telemetry.warehouse import Warehouse, is_closed
from stagedoor.telemetry.watchdog import Watchdog

log = logging.getLogger("stagedoor.telemetry")
Found = TypeVar("Found")

_TICK = 1.0
_WRITE_EVERY, _WRITE_ROWS, WRITE_BYTES = 60.0, 200_000, 96 << 20
MAX_QUESTIONS, MAX_QUESTIONS_PER_TOKEN = 64, 16
SHARE_EVERY_S = 1.0
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
    """`failed`: what last went wrong with the store, for whoever asks how telemetry is.

    `unreadable`: damaged lines of the edge by application, empty for those of which nothing can be read.
    """

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
    aside: Aside
    attempts: Attempts
    failed: str = ""
    spans_refused: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)
    watchdog: Watchdog = field(default_factory=Watchdog)
    _questions: Counter[str] = field(default_factory=Counter)
    _asking: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
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
        content, dropped = take_out_drops(content)
        self.counted.announced += dropped
        cleaned = self.redaction.clean(content)
        records = decode(cleaned, self.unreadable)
        self.raw.append(cleaned, records)
        for name, take in (
            ("figures", self.figures.take), ("live", self.live.feed), ("recordings", self.recordings.take),
        ):  # fmt: skip
            self._take_part(name, take, records)

    def _take_part(self, name: str, take: Callable[[Sequence[Record]], None], records: Sequence[Record]) -> None:
        """What fails at a batch is given its records one by one; what fails again costs that record there."""
        try:
            take(records)
        except Exception:
            log.exception("%s failed at a batch of %d records; each is taken alone", name, len(records))
            for record in records:
                try:
                    take([record])
                except Exception as error:
                    self.aside.put(name, [record], repr(error))

    async def run(self) -> None:
        """Until it is cancelled; then everything is written. What ends or hangs a round costs that round."""
        self.watchdog.feed()
        try:
            await self.work(self._recover)
        except Exception:
            log.exception("what a program before this one left could not all be taken in")
        if self.exporter.address:
            self.warehouse.kept = self.exporter.add
        sending = asyncio.get_running_loop().create_task(
            self.exporter.run(lambda: list(self.warehouse.totals.values()))
        )
        recording = asyncio.get_running_loop().create_task(self.recordings.run())
        try:
            while True:
                await asyncio.sleep(_TICK)
                self.watchdog.feed()
                try:
                    lines = await self.work(self._tick)
                    self.live.show("log", lines)
                except Exception:
                    # What nobody thought of costs one round, not the store.
                    log.exception("a round failed; the next one follows")
        finally:
            self.watchdog.feed()
            sending.cancel()
            recording.cancel()
            await asyncio.shield(self.work(self._close))
            self.watchdog.stop()

    async def work(self, step: Callable[[], Found]) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._thread, step)

    async def ask(self, question: Callable[[], Found], owner: str = "") -> Found:
        """Of all that came until now. Questions of tokens come one at a time; the platform's own wait for one at most.

        Raises TooMany with the bound that is reached.
        """
        if not owner:
            return await self._ask(question)
        if self._questions[owner] >= MAX_QUESTIONS_PER_TOKEN:
            raise TooMany(
                f"{owner} asks {MAX_QUESTIONS_PER_TOKEN} questions at once already, which is the bound",
                hint="wait for one of the answers",
            )
        if self._questions.total() >= MAX_QUESTIONS:
            raise TooMany(f"{MAX_QUESTIONS} questions wait for the store already", hint="try again in some seconds")
        self._questions[owner] += 1
        try:
            async with self._asking:
                return await self._ask(question)
        finally:
            self._questions[owner] -= 1
            if not self._questions[owner]:
                del self._questions[owner]

    async def _ask(self, question: Callable[[], Found]) -> Found:

        def answer() -> Found:
            self._take_in()
            return question()

        return await asyncio.get_running_loop().run_in_executor(self._thread, answer)

    # Steps, in the store's thread

    def _recover(self) -> None:
        """What a program before this one took in and did not write."""
        self.attempts.save()
        self.warehouse.settled = self.counted.recall()
        for table, rows in self.journal.rows():
            self._try(lambda table=table, rows=rows: self.warehouse.add(table, rows))  # type: ignore[misc]
        self.raw.forget(self.warehouse.judged)
        for one in self.raw.left():
            self.watchdog.feed()
            careful = self._take_carefully(one) if one.number in self.attempts.failed else one
            if careful is not None:
                self._take([careful])
        self._judge(time.monotonic() + keep.HOLD)

    def _take_carefully(self, one: Cut) -> Cut | None:
        """A file that ended the program before: without the lines that do, or not at all when that did not help."""
        tries = self.attempts.failed[one.number]
        if tries.count > MAX_TRIES:
            self.aside.put("files", [{"file": one.path.name, "bytes": one.path.stat().st_size}], "it ends telemetry")
            self.raw.lost += one.path.read_bytes().count(b"\n")
            one.path.unlink()
            self.attempts.forget(one.number)
            return None
        found: list[Record] = []
        try_out = self.warehouse.make_trial()
        for index, line in enumerate(one.path.read_bytes().split(b"\n")):
            if index in tries.lines:
                self.aside.put("records", [line.decode(errors="replace")], "it ends telemetry")
                continue
            self.attempts.begin(one.number, index)
            found += try_out(decode(line))
        self.attempts.end()
        return replace(one, records=found)

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
        if now - self._written > _WRITE_EVERY or self._has_much():
            self._try(self._write)
        if now - self._trimmed > _TRIM_EVERY:
            self._trimmed = now
            self._try(self._trim)
        return lines

    def _has_much(self) -> bool:
        return self.warehouse.new_rows() > _WRITE_ROWS or self.warehouse.new_bytes() > WRITE_BYTES

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
        if time.monotonic() - self._written > SHARE_EVERY_S:  # Each time makes a file of each table.
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
        self.attempts.begin(one.number)
        self.warehouse.take(one.path, one.number, one.records)
        self.attempts.end()
        self._taken.append(one)

    def _judge(self, now: float) -> None:
        while self._taken and self._taken[0].ended <= now - keep.HOLD:
            one = self._taken.popleft()
            self.attempts.begin(one.number)
            try:
                self.warehouse.judge(one.number, one.seconds)
            finally:
                self.attempts.end()
                self.attempts.forget(one.number)

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
        self.attempts.close()

    def _try(self, step: Callable[[], None]) -> None:
        """A store that fails costs what it was to hold, and nothing else; it is tried again by the next step."""
        try:
            step()
            self.failed = ""
        except (duckdb.Error, OSError) as error:
            self.failed = str(error)[:500]
            log.error("the store could not be written: %s", error)
            if is_closed(error):
                self.warehouse.reopen()
            self.warehouse.files.trim(self.bounds.size, self.bounds.age, self.bounds.lasting, time.time())
        except Exception as error:
            self.failed = repr(error)[:500]
            log.exception("a step of the store failed; the others go on")


def _at(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (int(row[0] * 1e6), *row[1:])


def _be_modest() -> None:
    # Requests are served first; this thread has the rest of the time.
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
