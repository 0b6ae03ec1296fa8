"""What the adaptive loop knows of each method and service: figures in, entries of the live map out.

Decisions are `decide.limit` and `decide.breaker`; the loop itself is `control.governing`.
"""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from stagedoor.decide import breaker as breakers
from stagedoor.decide import limit as limits
from stagedoor.decide.breaker import PROBES, Breaker
from stagedoor.decide.limit import Limit
from stagedoor.model.service import Service
from stagedoor.model.service_views import Governing

PAUSE = 0.25
_REMEMBERED = 480
_RARELY = 5.0


@dataclass(slots=True)
class Governed:
    """One method, or a whole service: what was seen, what was decided, and the limits of late."""

    limit: Limit = field(default_factory=Limit)
    breaker: Breaker = field(default_factory=Breaker)
    good: int = 0
    failures: int = 0
    busy: int = 0
    looked_at: float = 0.0
    answered_at: float = 0.0
    in_flight: int = 0
    series: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def remember(self, now: float) -> None:
        if not self.series or self.series[-1][1] != self.limit.value or now - self.series[-1][0] > _RARELY:
            self.series.append((now, self.limit.value))

    def view(self, *, adaptive: bool) -> Governing:
        reason = self.breaker.reason or (self.limit.reason if adaptive else "not adaptive")
        value = self.limit.value if adaptive else 0
        return Governing(value, "open" if self.breaker.is_open else "closed", reason, float(self.in_flight))


class Governor:
    """By `service/method`, and by `service`. Kept in memory: a restart learns anew, from what is in force."""

    def __init__(self) -> None:
        self.governed: dict[str, Governed] = {}

    @property
    def is_needed(self) -> bool:
        """Whether something is to be watched even while no call is under way."""
        return any(one.breaker.is_open for one in self.governed.values())

    def of(self, key: str) -> Governed:
        return self.governed.setdefault(key, Governed())

    def look(
        self, now: float, services: list[Service], cells: list[dict[str, Any]], in_flight: dict[str, int]
    ) -> tuple[dict[str, str], list[tuple[str, Breaker]]]:
        """(entries of the live map, breakers that opened or closed)."""
        figures = _by_key(cells)
        entries: dict[str, str] = {}
        turned = []
        for service in services:
            names = [f"{service.name}/{name}" for name in service.method_names]
            for key in names:
                policy = service.policy.of(key.partition("/")[2])
                one, before = self.of(key), self.of(key).breaker.is_open
                self._look_at(one, now, figures.get(key, Counter()), in_flight.get(key, 0), breaker=policy.breaker)
                if one.breaker.is_open != before:
                    turned.append((key, one.breaker))
                allowed = _least(policy.in_flight, one.limit.value if policy.adaptive else 0)
                probes = f"|{PROBES}" if one.breaker.is_open else ""
                if allowed or probes:
                    entries[key] = f"{allowed}{probes}"
            whole = self.of(service.name)
            adaptive = all(service.policy.of(name).adaptive for name in service.method_names)
            methods = [self.of(key) for key in names] if adaptive else []
            self._add_up(whole, now, methods, in_flight.get(service.name, 0))
            places = _least(service.policy.in_flight, whole.limit.value)
            if places:
                entries[service.name] = str(places)
        known = {f"{one.name}/{name}" for one in services for name in one.method_names} | {one.name for one in services}
        self.governed = {key: one for key, one in self.governed.items() if key in known}
        return entries, turned

    def _look_at(self, one: Governed, now: float, seen: Counter[str], in_flight: int, *, breaker: bool) -> None:
        """`seen` are sums of a window and running totals, whose growth is what is new."""
        good = max(0, seen["total_good"] - one.good)
        failures = max(0, seen["total_failures"] - one.failures)
        busy = max(0, seen["total_busy"] - one.busy) / 1e6
        elapsed = now - one.looked_at if one.looked_at else PAUSE
        one.good, one.failures, one.busy = seen["total_good"], seen["total_failures"], seen["total_busy"]
        one.in_flight, one.looked_at = in_flight, now
        if good:
            one.answered_at = now
            one.limit = limits.look_again(one.limit, limits.Look(elapsed, good, busy / good, in_flight))
        silent = now - one.answered_at if one.answered_at else 0.0
        look = breakers.Look(
            now, seen["good"] + seen["failures"], seen["failures"], good, failures, in_flight, silent, one.limit.base
        )
        one.breaker = breakers.look_again(one.breaker, look) if breaker else Breaker()
        one.remember(now)

    def _add_up(self, whole: Governed, now: float, methods: list[Governed], in_flight: int) -> None:
        """A service bears what its methods need at once, twice over; unknown while one of them is not adaptive."""
        whole.in_flight = in_flight
        needed = sum(one.limit.best * one.limit.base for one in methods)
        whole.limit = Limit()
        if any(one.limit.base for one in methods):
            value = max(limits.LEAST * 2, round(2 * needed))
            whole.limit = Limit(value, reason=f"its methods need {needed:.3g} at once; the limit is {value}")
        whole.remember(now)


def _least(*values: int) -> int:
    """The smallest limit there is; 0 for none."""
    return min((one for one in values if one), default=0)


def _by_key(cells: list[dict[str, Any]]) -> dict[str, Counter[str]]:
    names = ("good", "failures", "total_good", "total_failures", "total_busy")
    return {one["key"]: Counter({name: one[name] for name in names}) for one in cells}
