"""What the adaptive loop knows of each method and service: figures in, entries of the live map out.

Decisions are `decide.limit` and `decide.breaker`; the loop itself is `control.governing`.
"""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from stagedoor.control.ports.edge import Allowed
from stagedoor.decide import breaker as breakers
from stagedoor.decide import limit as limits
from stagedoor.decide.breaker import Breaker
from stagedoor.decide.limit import BURST, Limit
from stagedoor.model.policy import MethodPolicy
from stagedoor.model.service import Service
from stagedoor.model.service_views import Governing

PAUSE = 0.25
_COUNTED = ("good", "failures", "total_good", "total_failures", "total_busy")
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
    ) -> tuple[dict[str, Allowed], list[tuple[str, Breaker]]]:
        """(what the egress lets through, breakers that opened or closed)."""
        figures = {one["key"]: Counter({name: one[name] for name in _COUNTED}) for one in cells}
        allowed: dict[str, Allowed] = {}
        turned: list[tuple[str, Breaker]] = []
        for service in services:
            keys = {name: f"{service.name}/{name}" for name in service.method_names}
            for name, key in keys.items():
                one = self.of(key)
                before = one.breaker.is_open
                self._look_at(one, now, figures.get(key, Counter()), in_flight.get(key, 0), service.policy.of(name))
                if one.breaker.is_open != before:
                    turned.append((key, one.breaker))
            allowed |= self._allow(service, keys, now)
        self.governed = {key: one for key, one in self.governed.items() if _is_of(key, services)}
        return allowed, turned

    def _allow(self, service: Service, keys: dict[str, str], now: float) -> dict[str, Allowed]:
        """Each method's own limit; while the service is short, that of all together, and that it is."""
        methods = {key: self.of(key) for key in keys.values()}
        adaptive = {key: service.policy.of(name).adaptive for name, key in keys.items()}
        whole = self.of(service.name)
        whole.in_flight = sum(one.in_flight for one in methods.values())
        together = sum(one.limit.value for one in methods.values()) if all(adaptive.values()) else 0
        places = _least(service.policy.in_flight, together)
        whole.limit = Limit(places, reason=f"what its methods may have together is {together}")
        whole.remember(now)
        is_short = bool(service.policy.in_flight) or any(one.limit.slow_for for one in methods.values())
        found = {}
        for key, one in methods.items():
            limit = one.limit.value if adaptive[key] and (one.limit.slow_for or one.in_flight > BURST // 4) else 0
            if limit or one.breaker.is_open or is_short:
                found[key] = Allowed(limit, one.breaker.is_open, is_short)
        return found | ({service.name: Allowed(places)} if is_short and places else {})

    def _look_at(self, one: Governed, now: float, seen: Counter[str], in_flight: int, policy: MethodPolicy) -> None:
        """`seen` are sums of a window and running totals, whose growth is what is new."""
        good = max(0, seen["total_good"] - one.good)
        failures = max(0, seen["total_failures"] - one.failures)
        busy = max(0, seen["total_busy"] - one.busy) / 1e6
        elapsed = now - one.looked_at if one.looked_at else PAUSE
        one.good, one.failures, one.busy = seen["total_good"], seen["total_failures"], seen["total_busy"]
        one.in_flight, first, one.looked_at = in_flight, not one.looked_at, now
        if first:
            return  # What was before this process is no growth of a quarter of a second.
        if good:
            one.answered_at = now
            one.limit = limits.look_again(one.limit, limits.Look(elapsed, good, busy / good, in_flight), policy.timeout)
        silent = now - one.answered_at if one.answered_at else 0.0
        look = breakers.Look(
            now, seen["good"] + seen["failures"], seen["failures"], good, failures, in_flight, silent, one.limit.base
        )
        one.breaker = breakers.look_again(one.breaker, look) if policy.breaker else Breaker()
        one.remember(now)


def _is_of(key: str, services: list[Service]) -> bool:
    name, _, method = key.partition("/")
    return any(one.name == name and (not method or method in one.method_names) for one in services)


def _least(*values: int) -> int:
    """The smallest limit there is; 0 for none."""
    return min((one for one in values if one), default=0)
