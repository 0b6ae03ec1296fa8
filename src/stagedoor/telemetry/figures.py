"""Figures of calls and of what requests ask for, by second for a minute, by minute for an hour.

Figures of many cells add up (`model.sketch`). Everything is bounded: what comes from inside containers is in it.
"""

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from stagedoor.model.sketch import bucket
from stagedoor.telemetry.endpoints import shape
from stagedoor.telemetry.fanout import Fanout, measure
from stagedoor.telemetry.records import NOTHING, CallRecord, Record, RequestRecord

_SECONDS, _MINUTES = 60, 60
_MOST_KEYS = 2000
_MOST_PENDING = 20_000
_MOST_CALLS = 500
_AT_MOST = 4000  # Records a second that are all counted.

CallKey = tuple[str, str, str, str]  # Service, method, application@version, stack.
EndpointKey = tuple[str, str, str]  # Application@version, stack, method and path.


@dataclass(slots=True)
class Total:
    """Of a method, since telemetry began: good answers, failures, and the microseconds of the good ones."""

    good: int = 0
    failures: int = 0
    busy: int = 0


@dataclass(slots=True)
class Cell:
    """Calls of one key in one stretch of time. `busy` is the time of all together, in microseconds."""

    calls: int = 0
    passed: int = 0
    good: int = 0
    errors: int = 0
    failures: int = 0
    retries: int = 0
    faults: int = 0
    sent: int = 0
    received: int = 0
    busy: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    latencies: Counter[int] = field(default_factory=Counter)

    def add(self, one: CallRecord, total: Total, weight: int) -> None:
        self.calls += weight
        if one.refused not in NOTHING:
            self.refused[one.refused] += weight
            return
        self.passed += weight
        self.busy += weight * one.us
        self.sent += weight * one.sent
        self.received += weight * one.received
        self.retries += weight * (one.attempt not in NOTHING)
        self.faults += weight * (one.fault not in NOTHING)
        given_up = one.how[:1] in ("C", "c")
        if given_up:
            return
        bad = one.status >= 500 or one.status <= 0
        self.errors += weight * bad
        if one.status > 0:
            self.latencies[bucket(one.us)] += weight
        # What was asked to fail is no news to a breaker, and 429 is the service's own limit.
        if one.fault not in NOTHING or one.status == 429:
            return
        if bad:
            self.failures += weight
            total.failures += weight
        else:
            self.good += weight
            total.good += weight
            total.busy += weight * one.us

    def merge(self, other: "Cell") -> None:
        for name in (
            "calls", "passed", "good", "errors", "failures", "retries", "faults", "sent", "received", "busy",
        ):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.refused.update(other.refused)
        self.latencies.update(other.latencies)


class Figures:
    """Takes records; answers for windows that end now, by `clock` (seconds since the epoch)."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._seconds: OrderedDict[int, dict[CallKey, Cell]] = OrderedDict()
        self._minutes: OrderedDict[int, dict[CallKey, Cell]] = OrderedDict()
        self._ever: dict[CallKey, Cell] = {}
        self._fanout: OrderedDict[int, dict[EndpointKey, Fanout]] = OrderedDict()
        self._totals: dict[tuple[str, str], Total] = {}
        self._pending: OrderedDict[str, list[CallRecord]] = OrderedDict()
        self._counted = (0, 0, 1)  # A second, what came in it, the share that is read in it.
        self._newest = 0

    def take(self, records: Sequence[Record]) -> None:
        """As they came.

        Above some thousand records a second only a share of those that went well is counted, whole requests with their
        calls, and each counts for as many as it stands for; calls that went badly always are.
        """
        share = self._share(len(records))
        for one in records:
            chosen = share == 1 or _number(one.id) % share == 0
            if type(one) is RequestRecord:
                if chosen:
                    self._add_request(one, share)
            elif type(one) is CallRecord:
                well = 200 <= one.status < 300
                if chosen or not well:
                    self._add_call(one, share if well else 1, chosen=chosen)

    def _share(self, came: int) -> int:
        """One of how many is counted; by what came within the last second."""
        second = int(time.monotonic())
        if second != self._counted[0]:
            rate = self._counted[1] if second == self._counted[0] + 1 else 0
            self._counted = (second, 0, max(1, rate // _AT_MOST))
        self._counted = (second, self._counted[1] + came, self._counted[2])
        return self._counted[2]

    def _add_call(self, one: CallRecord, weight: int, *, chosen: bool) -> None:
        second = one.end // 1_000_000
        parts = one.holder.split("|")
        label, stack = (parts[1], parts[3]) if len(parts) > 3 else ("", "")
        key = (one.service, one.name, label, stack)
        total = self._totals.get(key[:2])
        if total is None:
            total = self._totals.setdefault(key[:2] if len(self._totals) < _MOST_KEYS else ("other", "other"), Total())
        _cell(self._seconds, second, key, _SECONDS, Cell).add(one, total, weight)
        if second > self._newest:
            self._close(self._newest)
            self._newest = second
        if chosen and one.id and one.refused in NOTHING:
            self._wait_for_request(one)

    def _wait_for_request(self, one: CallRecord) -> None:
        pending = self._pending.get(one.id)
        if pending is not None:
            if len(pending) < _MOST_CALLS:
                pending.append(one)
            return
        self._pending[one.id] = [one]
        if len(self._pending) > _MOST_PENDING:
            self._pending.popitem(last=False)

    def _close(self, second: int) -> None:
        """A second is over: its minute has it now. What still comes for it is missing there: next to nothing."""
        for key, cell in self._seconds.get(second, {}).items():
            _cell(self._minutes, second // 60, key, _MINUTES, Cell).merge(cell)
            whole = key if key in self._ever or len(self._ever) < _MOST_KEYS else ("other",) * 4
            self._ever.setdefault(whole, Cell()).merge(cell)

    def _add_request(self, one: RequestRecord, weight: int) -> None:
        asked = self._pending.pop(one.id, ())
        label, endpoint = _endpoint(one.target, one.method, one.path)
        if not label:
            return
        cell = _cell(self._fanout, one.end // 60_000_000, (label, one.stack, endpoint), _MINUTES, Fanout)
        cell.count(one.us, weight, failed=one.status >= 500, degraded=bool(one.degraded))
        if asked:
            cell.ask(measure(asked), weight)

    # Answers

    def calls(self, seconds: int) -> dict[CallKey, Cell]:
        """Of a window that ends now: whole minutes above one minute."""
        now = int(self._clock())
        found: dict[CallKey, Cell] = {}
        if seconds <= _SECONDS:
            parts = [cells for at, cells in self._seconds.items() if at > now - seconds]
        else:
            parts = [cells for at, cells in self._minutes.items() if at > now // 60 - math.ceil(seconds / 60)]
        for cells in parts:
            for key, cell in cells.items():
                found.setdefault(key, Cell()).merge(cell)
        return found

    def totals(self) -> dict[CallKey, Cell]:
        """Since the beginning, but for the second that goes on."""
        return self._ever

    def governed(self, seconds: int) -> list[dict[str, Any]]:
        """What the adaptive loop looks at: by method, good answers and failures of a window, and running totals."""
        window: dict[tuple[str, str], Cell] = {}
        for key, cell in self.calls(seconds).items():
            window.setdefault(key[:2], Cell()).merge(cell)
        return [
            {
                "key": f"{key[0]}/{key[1]}", "good": window[key].good if key in window else 0,
                "failures": window[key].failures if key in window else 0,
                "total_good": total.good, "total_failures": total.failures, "total_busy": total.busy,
            }
            for key, total in self._totals.items()
        ]  # fmt: skip

    def series(self, service: str) -> list[tuple[int, int, int, int]]:
        """(second, calls, errors, refused) of the last minute."""
        found = []
        now = int(self._clock())
        for at, cells in self._seconds.items():
            if at <= now - _SECONDS:
                continue
            those = [cell for key, cell in cells.items() if key[0] == service]
            refused = sum(sum(one.refused.values()) for one in those)
            found.append((at, sum(one.calls for one in those), sum(one.errors for one in those), refused))
        return sorted(found)

    def fanout(self, seconds: int) -> dict[EndpointKey, Fanout]:
        found: dict[EndpointKey, Fanout] = {}
        first = int(self._clock()) // 60 - math.ceil(seconds / 60)
        for at, cells in self._fanout.items():
            for key, cell in cells.items() if at > first else ():
                found.setdefault(key, Fanout()).merge(cell)
        return found


def _cell(kept: OrderedDict[int, dict[Any, Any]], at: int, key: Any, most: int, kind: Any) -> Any:
    cells = kept.get(at)
    if cells is None:
        cells = kept[at] = {}
        while len(kept) > most:
            kept.pop(min(kept))
        if at not in kept:
            return kind()  # Older than everything that is kept.
    cell = cells.get(key)
    if cell is None:
        if len(cells) >= _MOST_KEYS:
            key = tuple("other" for _ in key)
        cell = cells.setdefault(key, kind())
    return cell


@lru_cache(4096)
def _endpoint(target: str, method: str, path: str) -> tuple[str, str]:
    """(application@version, method and path) of a request; nothing of the platform's own."""
    parts = target.split("|")
    return ("", "") if len(parts) < 2 or parts[0] == "control" else (parts[1], f"{method} {shape(path)}")


def _number(identity: str) -> int:
    """Of a request's id, the same for its calls; 0, which is always chosen, where there is none."""
    # Its last digits: an id that somebody else made may begin as all of theirs do.
    try:
        return int(identity[32:36], 16)
    except ValueError:
        return 0
