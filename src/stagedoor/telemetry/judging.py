"""The judgement of requests, some seconds after their end, when the calls that they made are known as well.

All of them count in minutes. Those that are kept become rows with a reason and a weight, as `decide.keep` has it.
"""

import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from stagedoor.decide import keep
from stagedoor.model import tables
from stagedoor.model.filters import python
from stagedoor.model.minute import Minute
from stagedoor.model.sketch import bucket
from stagedoor.telemetry import records
from stagedoor.telemetry.arms import Arms, Split
from stagedoor.telemetry.endpoints import FOLDED, Endpoints
from stagedoor.telemetry.records import CallRecord, Record, RequestRecord

MINUTE = 60_000_000
_CALLS_HELD = 30
MAX_CALLED = 200  # Methods that one application's calls of a second are counted by.
MAX_CALLS_BYTES = 64 << 20
MAX_INSTANCES, MAX_APPLICATIONS = 2000, 2000
_NOBODY = ("-", "")  # Instances that are none.
# Of a request, beside its own columns.
_BESIDE = ("duration", "slow_over", "calls_retried", "calls_refused", "flagged")
JUDGED = ("calls", "kept", "weight")
REQUEST_COLUMNS = tuple(name for name in tables.REQUESTS if name not in JUDGED)
CALL_COLUMNS = tuple(tables.CALLS)

Row = dict[str, Any]
CallKey = tuple[int, str, str, str, str, str]  # Begin of the minute, application, version, stack, service, name.


@dataclass(slots=True)
class Held:
    """What one raw file told, until it is judged."""

    requests: list[RequestRecord] = field(default_factory=list)
    calls: list[CallRecord] = field(default_factory=list)

    def add(self, found: Iterable[Record]) -> None:
        for one in found:
            if type(one) is CallRecord:
                self.calls.append(one)
            elif type(one) is RequestRecord and not one.target.startswith("control|"):
                self.requests.append(one)


@dataclass(slots=True)
class Judged:
    """Rows of what is kept, and what all came to."""

    requests: list[Row]
    calls: list[Row]
    minutes: list[Minute]
    call_minutes: "dict[CallKey, CallSums]"


class CallSums:
    """Calls of one key in one minute, in the order of their table."""

    __slots__ = ("counts", "latencies")

    def __init__(self) -> None:
        self.counts = [0, 0, 0, 0, 0, 0]
        self.latencies: Counter[int] = Counter()

    def take(self, one: CallRecord) -> None:
        counts, refused = self.counts, one.refused not in records.NOTHING
        counts[0] += 1
        counts[1] += not refused and (one.status >= 500 or one.status <= 0)
        counts[2] += refused
        counts[3] += one.attempt != "0" and records.retries(one.attempt) > 0
        counts[4] += one.sent
        counts[5] += one.received
        self.latencies[bucket(one.us)] += 1

    def add(self, other: "CallSums") -> None:
        self.counts = [a + b for a, b in zip(self.counts, other.counts, strict=True)]
        self.latencies.update(other.latencies)


class _Place:
    """Requests of one endpoint of a version, each with its duration and its calls; by the reason to keep them as well.

    `kept` is shared by the endpoint's versions: so many are kept of all of them together. `instances`: of the
    application, those that have answered before.
    """

    __slots__ = ("cold", "instances", "kept", "key", "seen", "slow")

    def __init__(
        self,
        key: tuple[str, str, str, str],
        slow: int,
        kept: "defaultdict[str, list[_Seen]]",
        instances: set[str],
    ) -> None:
        self.key = key
        self.slow = slow
        self.kept = kept
        self.instances = instances
        self.seen: list[_Seen] = []
        self.cold: Counter[int] = Counter()

    def minutes(self) -> list[Minute]:
        times = {(one.end - took) // MINUTE for one, took, _ in self.seen}
        if len(times) == 1:
            return [self._minute(times.pop(), self.seen)]
        return [self._minute(at, [s for s in self.seen if (s[0].end - s[1]) // MINUTE == at]) for at in times]

    def _minute(self, at: int, seen: "list[_Seen]") -> Minute:
        them = [one for one, _, _ in seen]
        return Minute(
            at * 60, *self.key,
            requests=len(them), cold=self.cold[at], calls=sum([len(calls) for _, _, calls in seen]),
            errors=sum([one.status >= 500 or one.status <= 0 for one in them]),
            degraded=sum([one.degraded != "" for one in them]),
            refused=sum([one.status >= 400 and one.instance in _NOBODY for one in them]),
            bytes_in=sum([one.bytes_in for one in them]), bytes_out=sum([one.bytes_out for one in them]),
            latencies=Counter([bucket(took) for _, took, _ in seen]),
        )  # fmt: skip


_Seen = tuple[RequestRecord, int, Sequence[CallRecord]]


class _Calls:
    """Of requests that are not judged yet, by their ids; above a bound in bytes the oldest are forgotten first."""

    def __init__(self) -> None:
        self._by_id: defaultdict[str, list[CallRecord]] = defaultdict(list)
        self._files: deque[tuple[int, int, list[str]]] = deque()
        self._bytes = 0

    def add(self, number: int, calls: Sequence[CallRecord]) -> None:
        for one in calls:
            self._by_id[one.id].append(one)
        if calls:
            size = sum([records.measure(one) for one in calls])
            self._files.append((number, size, [one.id for one in calls]))
            self._bytes += size
            while self._bytes > MAX_CALLS_BYTES and len(self._files) > 1:
                self._forget_oldest()

    def take(self, identity: str) -> Sequence[CallRecord]:
        return self._by_id.pop(identity, ())

    def forget(self, upto: int) -> None:
        """Those whose request did not come: of an id the calls of older files stand first."""
        while self._files and self._files[0][0] <= upto:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        _, size, identities = self._files.popleft()
        self._bytes -= size
        for identity in identities:
            left = self._by_id.get(identity)
            if left is not None:
                del left[0]
                if not left:
                    del self._by_id[identity]


class Judge:
    """`flags`: devices whose requests are all kept. `slow`: by application, stack and endpoint, in microseconds.

    `set_aside` is told of each record that cannot be judged.
    """

    def __init__(self, endpoints: Endpoints, set_aside: Callable[[Record], None] = lambda record: None) -> None:
        self._endpoints = endpoints
        self._set_aside = set_aside
        self.arms = Arms()
        self._calls = _Calls()
        self._instances: dict[str, set[str]] = {}
        self.flags: frozenset[str] = frozenset()
        self.slow: dict[tuple[str, str, str], int] = {}
        reading = records.requests(endpoints)
        self._reason = keep.chooser(reading, _BESIDE)
        self.request_rows = python.compile_dicts(reading, REQUEST_COLUMNS)
        self.call_rows = python.compile_dicts(records.CALLS, CALL_COLUMNS)

    def hear(self, number: int, calls: Sequence[CallRecord]) -> None:
        """Of a file whose requests are judged later."""
        self._calls.add(number, calls)

    def judge(self, number: int, held: Held, seconds: float) -> Judged:
        """`seconds`: how long it took for all of it to come."""
        places, kept = self._look(held.requests)
        chosen, calls = list[Row](), list[CallRecord]()
        for those in kept.values():
            for reason, seen in those.items():
                some = _some(seen, int(keep.MOST[reason] * max(1.0, seconds)))
                chosen += self._rows(some, reason, len(seen) / len(some))
                calls += [call for _, _, theirs in some for call in theirs]
        self._calls.forget(number - _CALLS_HELD)
        minutes = [one for place in places if place.key[0] for one in place.minutes()]
        return Judged(chosen, self._call_rows(calls), minutes, self._call_minutes(held.calls))

    def _look(
        self, requests: Sequence[RequestRecord]
    ) -> tuple[Iterable[_Place], dict[tuple[str, str, str], defaultdict[str, list[_Seen]]]]:
        """(requests by where they belong, and by application, stack, endpoint and the reason to keep them)."""
        found: dict[tuple[str, str, str, str], tuple[_Place, Split | None]] = {}
        places: dict[tuple[str, str, str, str], _Place] = {}
        kept: defaultdict[tuple[str, str, str], defaultdict[str, list[_Seen]]] = defaultdict(lambda: defaultdict(list))
        fresh: dict[tuple[str, str], tuple[int, _Place]] = {}
        for one in requests:
            try:
                self._look_at(one, found, places, kept, fresh)
            except Exception:
                self._set_aside(one)
        self._meet(fresh)
        return places.values(), kept

    def _look_at(self, one: RequestRecord, found: Any, places: Any, kept: Any, fresh: Any) -> None:
        key = (one.target, one.stack, one.method, one.path)
        known_place = found.get(key)
        if known_place is None:
            known_place = found[key] = self._place(one, places, kept), self.arms.of(one.target)
        place, split = known_place
        took, calls = one.us, self._calls.take(one.id)
        if split is not None:
            split.add(one, took, calls, place.key[3])
        retried, refused = _troubles(calls) if calls else (0, 0)
        seen = (one, took, calls)
        place.seen.append(seen)
        reason = self._reason(one, took, place.slow, retried, refused, one.device in self.flags)
        place.kept[reason].append(seen)
        if one.instance not in place.instances:
            began = one.end - took
            instance = (place.key[0], one.instance)
            if instance not in fresh or began < fresh[instance][0]:
                fresh[instance] = (began, place)

    def _place(self, one: RequestRecord, places: dict[Any, _Place], kept: Any) -> _Place:
        (application, version), _, _ = records.target(one.target)
        endpoint = self._endpoints.of((application, version), one.method, one.path)
        key = (application, version, one.stack, endpoint)
        if key not in places:
            of_all = (application, one.stack, endpoint)
            known = self._instances.setdefault(application, set(_NOBODY))
            places[key] = _Place(key, self.slow.get(of_all, 0), kept[of_all], known)
        return places[key]

    def _meet(self, fresh: dict[tuple[str, str], tuple[int, _Place]]) -> None:
        """The first answer of an instance was a cold one. Who makes up names of instances costs itself alone."""
        for (application, instance), (time, place) in fresh.items():
            place.cold[time // MINUTE] += 1
            known = self._instances[application]
            known.add(instance)
            if len(known) > MAX_INSTANCES:
                self._instances[application] = set(_NOBODY)
        if len(self._instances) > MAX_APPLICATIONS:
            self._instances = {}

    def _rows(self, some: "list[_Seen]", reason: str, weight: float) -> Iterator[Row]:
        for one, row in self._make_rows(self.request_rows, some, lambda seen: seen[0]):
            row.update(calls=len(one[2]), kept=reason, weight=weight)
            yield row

    def _call_rows(self, calls: Sequence[CallRecord]) -> list[Row]:
        return [row for _, row in self._make_rows(self.call_rows, calls, lambda call: call)]

    def _make_rows(
        self, make: Callable[[list[Any]], list[Row]], items: Sequence[Any], record_of: Callable[[Any], Record]
    ) -> Iterator[tuple[Any, Row]]:
        """All at once; where that fails one by one, so that what cannot be a row is set aside alone."""
        try:
            rows = make([record_of(item) for item in items])
        except Exception:
            for item in items:
                try:
                    yield item, make([record_of(item)])[0]
                except Exception:
                    self._set_aside(record_of(item))
            return
        yield from zip(items, rows, strict=True)

    def _call_minutes(self, calls: Iterable[CallRecord]) -> dict[CallKey, CallSums]:
        found: defaultdict[CallKey, CallSums] = defaultdict(CallSums)
        names: Counter[tuple[int, str]] = Counter()
        for one in calls:
            try:
                key = _call_key(one)
                if key not in found:
                    names[key[:2]] += 1
                    if names[key[:2]] > MAX_CALLED:
                        key = (*key[:4], FOLDED, FOLDED)
                found[key].take(one)
            except Exception:
                self._set_aside(one)
        return found


def _troubles(calls: Sequence[CallRecord]) -> tuple[int, int]:
    """(how many of them were tried again, how many refused)."""
    retried = [one for one in calls if records.retries(one.attempt) > 0]
    return len(retried), len([one for one in calls if one.refused not in records.NOTHING])


def _some(seen: list[_Seen], most: int) -> list[_Seen]:
    """By a hash of their ids, which knows nothing of when they came."""
    return seen if len(seen) <= most else heapq.nsmallest(most, seen, key=lambda one: hash(one[0].id))


def _call_key(one: CallRecord) -> CallKey:
    application, version, _, stack = records.holder(one.holder)
    service, name = records.plain(one.service), records.plain(one.name)
    return (one.end - one.us) // MINUTE, application, version, stack, service, name
