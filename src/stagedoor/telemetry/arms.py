"""What both arms of a split answered, request by request: what a judge works on. Every request of an arm is here.

It is held in memory, within a bound: who judges comes for it every second and keeps it. What was forgotten begins anew,
under another `epoch`.
"""

import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from stagedoor.telemetry import records
from stagedoor.telemetry.records import CallRecord, RequestRecord

MOST = 200_000  # Requests of one split.
_ALL = 600_000  # Of all splits: beyond, what was used longest ago is forgotten.
_IDLE = 600.0  # Seconds without a request or a question after which a split is forgotten.
_COLD = 10  # Requests of an instance from its first on.
_INSTANCES = 1000  # What a container says of itself is bounded.
_AT_ONCE = 20_000

# (cohort, at, unit, endpoint, failed, degraded, took, size, calls, cold)
Row = tuple[str, float, int, str, bool, bool, int, int, int, bool]


class Split:
    """One split's requests in the order in which they were judged; `first` is the number of the oldest that is held."""

    def __init__(self, now: float) -> None:
        self.epoch = uuid.uuid4().hex
        self.rows: list[Row] = []
        self.first = 0
        self.used = now
        self.answered: dict[str, int] = {}
        self.served: Counter[tuple[str, str]] = Counter()

    def add(self, one: RequestRecord, took: int, calls: Sequence[CallRecord], endpoint: str) -> None:
        cohort = records.cohort(one.target)
        self.rows.append((
            cohort, one.end / 1e6, records.unit(one.target), endpoint, one.status >= 500 or one.status <= 0,
            one.degraded != "", took, one.bytes_out, len(calls), self._count(cohort, one.instance) < _COLD,
        ))  # fmt: skip
        if len(self.rows) > MOST:
            del self.rows[: MOST // 10]
            self.first += MOST // 10

    def _count(self, cohort: str, instance: str) -> int:
        """How many it had answered before."""
        if instance not in self.answered and len(self.answered) >= _INSTANCES:
            return _COLD
        before = self.answered.get(instance, 0)
        self.answered[instance] = before + 1
        self.served[cohort, instance] += 1
        return before


class Arms:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._splits: dict[str, Split] = {}

    def of(self, target: str) -> Split | None:
        """Where requests of this target are gathered; None when it is in no arm."""
        cohort = records.cohort(target)
        return self._used(cohort.partition(":")[0]) if cohort else None

    def _used(self, name: str) -> Split:
        now = self._clock()
        found = self._splits.get(name)
        if found is None:
            self._forget(now)
            found = self._splits[name] = Split(now)
        found.used = now
        return found

    def _forget(self, now: float) -> None:
        held = 0
        for name, one in sorted(self._splits.items(), key=lambda item: -item[1].used):
            held += len(one.rows)
            if held > _ALL or now - one.used > _IDLE:
                del self._splits[name]

    def told(self, name: str, after: int) -> dict[str, Any]:
        """{epoch, next, served, rows}: from number `after` on, as many as one answer holds.

        `served`: [cohort, instance, requests] since it began.
        """
        split = self._used(name)
        begin = max(0, after - split.first)
        rows = split.rows[begin : begin + _AT_ONCE]
        served = [[*key, count] for key, count in split.served.items()]
        return {"epoch": split.epoch, "next": split.first + begin + len(rows), "served": served, "rows": rows}
