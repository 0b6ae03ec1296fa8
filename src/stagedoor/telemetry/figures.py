"""Figures of calls and of what requests ask for, by second for a minute, by minute for an hour.

Figures of many cells add up (`model.sketch`). Everything is bounded: what comes from inside containers is in it.
"""

import math
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from stagedoor.model.sketch import bucket
from stagedoor.telemetry.endpoints import shape
from stagedoor.telemetry.fanout import Fanout, measure
from stagedoor.telemetry.records import NOTHING, CallRecord, Record, RequestRecord

_SECONDS, _MINUTES = 60, 60
_MOST_KEYS = 2000
_MOST_PENDING = 20_000
_MOST_CALLS, MAX_PENDING_CALLS = 500, 100_000
FORMER_HOLDER, MAX_STALE_CALLERS = "holder", 200
UNVERIFIED = ("grant", "holder", "target")  # Reasons to refuse a call before its service and method are known.
# Of one application in one stretch of time: who makes up names folds its own.
MAX_KEYS_PER_APPLICATION, MAX_REFUSED_PER_APPLICATION, MAX_ENDPOINTS_PER_APPLICATION = 300, 30, 300
_AT_MOST = 4000  # Records a second that are all counted.
# Edge and egress tell of requests and of their calls on two ways, so a call may be told of after its request.
HOLD_S = 0.5

Key = TypeVar("Key")
Value = TypeVar("Value")
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
        self._seconds: OrderedDict[int, _Cells[CallKey, Cell]] = OrderedDict()
        self._minutes: OrderedDict[int, _Cells[CallKey, Cell]] = OrderedDict()
        self._ever: _Cells[CallKey, Cell] = _Cells()
        self._fanout: OrderedDict[int, _Cells[EndpointKey, Fanout]] = OrderedDict()
        self._totals: dict[tuple[str, str], Total] = {}
        self._pending: OrderedDict[str, list[CallRecord]] = OrderedDict()
        self._pending_calls = 0
        self._held: deque[tuple[float, RequestRecord, int]] = deque()  # With when each came, and its weight.
        self._counted = (0, 0, 1)  # A second, what came in it, the share that is read in it.
        self._newest = 0
        self.stale_calls: Counter[str] = (
            Counter()
        )  # Calls on connections of a former holder, by its application@version.

    def take(self, records: Sequence[Record]) -> None:
        """As they came.

        Above some thousand records a second only a share of those that went well is counted, whole requests with their
        calls, and each counts for as many as it stands for; calls that went badly always are.
        """
        share = self._share(len(records))
        now = self._clock()
        for one in records:
            chosen = share == 1 or _number(one.id) % share == 0
            if type(one) is RequestRecord:
                if chosen:
                    self._held.append((now, one, share))
            elif type(one) is CallRecord:
                well = 200 <= one.status < 300
                if chosen or not well:
                    self._add_call(one, share if well else 1, chosen=chosen)
        self._settle(now)

    def _settle(self, now: float) -> None:
        """Counts the requests whose calls have all been told of."""
        while self._held and (now - self._held[0][0] >= HOLD_S or len(self._held) > _MOST_PENDING):
            _, request, weight = self._held.popleft()
            self._add_request(request, weight)

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
        total = self._total(one)
        share = _share_of_calls(label, is_verified=one.refused not in UNVERIFIED)
        _cell(self._seconds, second, key, share, _SECONDS, Cell).add(one, total, weight)
        if second > self._newest:
            self._close(self._newest)
            self._newest = second
        if one.refused == FORMER_HOLDER and len(self.stale_calls) < MAX_STALE_CALLERS:
            self.stale_calls[label] += weight
        if chosen and one.id and one.refused in NOTHING:
            self._wait_for_request(one)

    def _total(self, one: CallRecord) -> Total:
        """What was refused before its service was known may name anything, and counts in no total."""
        if one.refused in UNVERIFIED:
            return Total()
        key = (one.service, one.name)
        total = self._totals.get(key)
        if total is None:
            total = self._totals.setdefault(key if len(self._totals) < _MOST_KEYS else ("other", "other"), Total())
        return total

    def _wait_for_request(self, one: CallRecord) -> None:
        pending = self._pending.get(one.id)
        if pending is None:
            pending = self._pending[one.id] = []
        if len(pending) < _MOST_CALLS:
            pending.append(one)
            self._pending_calls += 1
        while len(self._pending) > _MOST_PENDING or self._pending_calls > MAX_PENDING_CALLS:
            _, oldest = self._pending.popitem(last=False)
            self._pending_calls -= len(oldest)

    def _close(self, second: int) -> None:
        """A second is over: its minute has it now. What still comes for it is missing there: next to nothing."""
        for key, cell in self._seconds.get(second, {}).items():
            share = _share_of_calls(key[2], is_verified=not any(reason in cell.refused for reason in UNVERIFIED))
            _cell(self._minutes, second // 60, key, share, _MINUTES, Cell).merge(cell)
            self._ever.get_or_make(key, share, Cell).merge(cell)

    def _add_request(self, one: RequestRecord, weight: int) -> None:
        asked = self._pending.pop(one.id, ())
        self._pending_calls -= len(asked)
        label, endpoint = _endpoint(one.target, one.method, one.path)
        if not label:
            return
        share = _Share(label.partition("@")[0], MAX_ENDPOINTS_PER_APPLICATION, (label, one.stack, "other"))
        cell = _cell(self._fanout, one.end // 60_000_000, (label, one.stack, endpoint), share, _MINUTES, Fanout)
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
        self._settle(self._clock())
        found: dict[EndpointKey, Fanout] = {}
        first = int(self._clock()) // 60 - math.ceil(seconds / 60)
        for at, cells in self._fanout.items():
            for key, cell in cells.items() if at > first else ():
                found.setdefault(key, Fanout()).merge(cell)
        return found


class _Share(NamedTuple):
    """Whose share a new key is taken from, how many that has, and the key that stands for all further ones."""

    owner: str
    most: int
    folded: tuple[str, ...]


@lru_cache(4096)
def _share_of_calls(label: str, *, is_verified: bool) -> _Share:
    """What is refused before its service is known may name one that there is not."""
    application = label.partition("@")[0]
    if not is_verified:
        return _Share(f"{application}|refused", MAX_REFUSED_PER_APPLICATION, ("other", "other", label, "other"))
    return _Share(application, MAX_KEYS_PER_APPLICATION, ("other", "other", label, "other"))


class _Cells(dict[Key, Value]):
    """Cells by their keys; each owner has its share of them."""

    def __init__(self) -> None:
        super().__init__()
        self._owned: Counter[str] = Counter()

    def get_or_make(self, key: Any, share: _Share, kind: Callable[[], Value]) -> Value:
        cell = self.get(key)
        if cell is None:
            if self._owned[share.owner] >= share.most:
                key = share.folded
            if len(self) >= _MOST_KEYS and key not in self:
                key = tuple("other" for _ in key)
            self._owned[share.owner] += key not in self
            cell = self.setdefault(key, kind())
        return cell


def _cell(kept: OrderedDict[int, Any], at: int, key: Any, share: _Share, most: int, kind: Any) -> Any:
    cells = kept.get(at)
    if cells is None:
        cells = kept[at] = _Cells()
        while len(kept) > most:
            kept.pop(min(kept))
        if at not in kept:
            return kind()  # Older than everything that is kept.
    return cells.get_or_make(key, share, kind)


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
