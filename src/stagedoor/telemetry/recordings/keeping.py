"""Decides of each request, as its record comes, whether its recording is kept, and takes it out of the ring.

That is done by a thread of low priority some tenths of a second later: the ring holds it meanwhile. What is overwritten
by then is counted.
"""

import asyncio
import logging
import os
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from stagedoor.decide import keep
from stagedoor.model.recording import FORMAT, Kept, Recording
from stagedoor.model.redaction import Redaction
from stagedoor.telemetry import records
from stagedoor.telemetry.endpoints import Endpoints
from stagedoor.telemetry.recordings.rings import Rings
from stagedoor.telemetry.recordings.shelf import Shelf
from stagedoor.telemetry.records import Record, RequestRecord

log = logging.getLogger("stagedoor.recordings")
Found = TypeVar("Found")

_PAUSE = 0.15
_MOST_PENDING, MAX_PENDING_PER_APPLICATION = 5000, 1000
MAX_AT_ONCE = 8  # Recordings in memory.
MAX_READINGS_BYTES = 256 << 10
_TIDY = 30.0
_NICE = 15
_COMPARED_AGE = {"canary": 86_400.0, keep.SHARE: 86_400.0, keep.SHADOW: 900.0}  # Seconds.
_decode = msgspec.msgpack.Decoder(Recording, strict=False).decode
_WRONG = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class _Birth(msgspec.Struct):
    readings: msgspec.Raw = msgspec.Raw(b"\x80")


class _Parts(msgspec.Struct):
    """What of a recording may hold anything: a byte of it may become an object of a hundred."""

    readings: msgspec.Raw = msgspec.Raw(b"\x80")
    birth: _Birth = msgspec.field(default_factory=_Birth)


_look_at_parts = msgspec.msgpack.Decoder(_Parts).decode


def decode_recording(content: bytes) -> Recording:
    """Raises ValueError with the reason for what is no recording, or is none of the runtime's."""
    try:
        parts = _look_at_parts(content)
        if len(parts.readings) + len(parts.birth.readings) > MAX_READINGS_BYTES:
            raise ValueError(f"more than {MAX_READINGS_BYTES} bytes of inputs")
        one = _decode(content)
    except _WRONG as error:
        raise ValueError(str(error)) from None
    if one.format != FORMAT:
        raise ValueError(f"it has format {one.format}, and {FORMAT} is read")
    return one


def _be_modest() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


@dataclass(frozen=True, slots=True)
class _Chosen:
    record: RequestRecord
    reason: str


@dataclass(slots=True)
class Recordings:
    """`lost`: chosen and not found; `refused`: what no recording is. `all`: every request is recorded."""

    rings: Rings
    shelf: Shelf
    redaction: Redaction
    endpoints: Endpoints
    age: float
    all: bool = False
    kept: int = 0
    lost: int = 0
    refused: int = 0
    flags: frozenset[str] = frozenset()
    shadows: dict[str, float] = field(default_factory=dict)
    slow: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _pending: list[_Chosen] = field(default_factory=list)
    _pending_of: Counter[str] = field(default_factory=Counter)
    _second: int = 0
    _taken: dict[tuple[str, ...], int] = field(default_factory=lambda: defaultdict(int))
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, "recordings", initializer=_be_modest)
    )

    def take(self, several: Sequence[Record]) -> None:
        """Of records as they come; in the event loop, so it only chooses."""
        second = int(time.monotonic())
        if second != self._second:
            self._second = second
            self._taken.clear()
        for one in several:
            if type(one) is RequestRecord and one.instance not in records.NOTHING and one.id:
                reason = self._reason(one)
                if reason and self._has_room(records.owner(one)):
                    self._pending.append(_Chosen(one, reason))
                else:
                    self.lost += bool(reason)

    def _has_room(self, application: str) -> bool:
        """Who has so many waiting that there is no room for more keeps no other from it."""
        self._pending_of[application] += 1
        few = self._pending_of[application] <= MAX_PENDING_PER_APPLICATION
        return few and len(self._pending) < _MOST_PENDING

    def _reason(self, one: RequestRecord) -> str:
        where = records.target(one.target)[0]
        endpoint = self.endpoints.of(where, one.method, one.path)
        over = self.slow.get((where[0], one.stack, endpoint), 0)
        reason = keep.recorded(
            status=one.status, flagged=one.device in self.flags, degraded=bool(one.degraded),
            retried=records.retries(one.retries) > 0, cohort=bool(records.cohort(one.target)), slow=0 < over < one.us,
        )  # fmt: skip
        key = (*where, one.stack, endpoint, reason)
        if self._taken[key] < keep.RECORDED[reason] or self.all:
            self._taken[key] += 1
            return reason
        share = self.shadows.get(f"{where[0]}|{one.stack}", 0.0)
        return keep.SHADOW if share and keep.is_shadowed(one.id, share) else ""

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        tidied = 0.0
        while True:
            await asyncio.sleep(_PAUSE)
            pending, self._pending = self._pending, []
            self._pending_of.clear()
            try:
                await loop.run_in_executor(self._thread, self._keep, pending)
                if time.monotonic() - tidied > _TIDY:
                    tidied = time.monotonic()
                    await loop.run_in_executor(self._thread, self._tidy)
            except Exception:
                # What nobody thought of costs one round, not all recordings from then on.
                log.exception("recordings of one round are lost")
                self.lost += len(pending)

    async def ask(self, question: Callable[[], Found]) -> Found:
        """Of the shelf, between two looks at the rings."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, question)

    def _tidy(self) -> None:
        self.rings.tidy()
        self.shelf.tidy(time.time())

    def _keep(self, pending: Sequence[_Chosen]) -> None:
        by_instance: dict[str, dict[str, _Chosen]] = defaultdict(dict)
        for one in pending:
            by_instance[one.record.instance][one.record.id] = one
        for instance, those in by_instance.items():
            ids = list(those)
            while ids:
                # So few at once that they have room in memory, whatever their size.
                some, ids = ids[:MAX_AT_ONCE], ids[MAX_AT_ONCE:]
                try:
                    self._keep_of(instance, {identifier: those[identifier] for identifier in some})
                except Exception:
                    log.exception("recordings of %s are lost", instance)
                    self.lost += len(some)

    def _keep_of(self, instance: str, those: dict[str, _Chosen]) -> None:
        contents = self.rings.find(instance, those)
        self.lost += len(those) - len(contents)
        found = []
        for identifier, content in contents.items():
            recording = self._read(content, identifier, instance)
            if recording is not None:
                found.append((self._describe(those[identifier], recording, len(content)), recording))
        try:
            self.shelf.add(found)
            self.kept += len(found)
        except OSError as error:
            self.lost += len(found)
            log.error("recordings could not be written: %s", error)

    def _read(self, content: bytes, identifier: str, instance: str) -> Recording | None:
        try:
            one = decode_recording(content)
        except ValueError:
            self.refused += 1
            return None
        if one.id != identifier:
            self.refused += 1
            return None
        self.redaction.cross_out(one)
        one.instance = instance
        return one

    def _describe(self, chosen: _Chosen, one: Recording, size: int) -> Kept:
        record = chosen.record
        application, version = records.target(record.target)[0]
        age = min(self.age, _COMPARED_AGE.get(chosen.reason, self.age))
        return Kept(
            one.id, record.end / 1e6 - record.us / 1e6, application, version, record.stack,
            self.endpoints.of((application, version), record.method, record.path), record.method, record.path,
            record.status, record.us / 1e6, records.plain(record.device), record.instance, chosen.reason,
            time.time() + age, size, len(one.calls), tuple(str(why)[:300] for why in one.lacking[:10]),
        )  # fmt: skip
