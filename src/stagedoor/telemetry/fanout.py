"""What one request asked for: how many calls, which of them twice, and how long some waited for others."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class Asked(Protocol):
    """A call of a request. Times in microseconds; `hash` is the same for the same address."""

    @property
    def service(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def end(self) -> int: ...

    @property
    def us(self) -> int: ...

    @property
    def hash(self) -> str: ...

    @property
    def received(self) -> int: ...


class Measured(NamedTuple):
    """`serial`: time with calls under way beyond the longest call, which all side by side would not have taken.

    `chain`: the most calls that followed one another.
    """

    names: Counter[str]
    duplicates: int
    serial: int
    chain: int
    received: int


def measure(asked: Sequence[Asked]) -> Measured:
    names: Counter[str] = Counter([f"{one.service}.{one.name}" for one in asked])
    times = sorted([(one.end, one.end - one.us) for one in asked])
    covered, longest, chain, free, first = 0, 0, 0, 0, 0
    # From the last end back, so that what overlaps is counted once.
    for end, began in reversed(times):
        covered += max(0, (min(end, first) if first else end) - began)
        first = min(began, first) if first else began
        longest = max(longest, end - began)
    # The longest chain takes whoever ends first, as in planning rooms.
    for end, began in times:
        if began >= free:
            chain, free = chain + 1, end
    distinct = len({(one.name, one.hash) for one in asked})
    received = sum([one.received for one in asked])
    return Measured(names, len(asked) - distinct, max(0, covered - longest), chain, received)


@dataclass(slots=True)
class Fanout:
    """Requests of one endpoint, added up. Times in microseconds."""

    requests: int = 0
    failed: int = 0
    degraded: int = 0
    duplicates: int = 0
    serial: int = 0
    chain: int = 0
    took: int = 0
    received: int = 0
    names: Counter[str] = field(default_factory=Counter)
    asking: Counter[str] = field(default_factory=Counter)

    def count(self, took: int, weight: int, *, failed: bool, degraded: bool) -> None:
        """`weight`: how many requests this one stands for."""
        self.requests += weight
        self.took += weight * took
        if failed:
            self.failed += weight
        if degraded:
            self.degraded += weight

    def ask(self, one: Measured, weight: int) -> None:
        """What a request asked for that was counted."""
        self.duplicates += weight * one.duplicates
        self.serial += weight * one.serial
        self.chain = max(self.chain, one.chain)
        self.received += weight * one.received
        for name, count in one.names.items():
            self.names[name] += weight * count
            self.asking[name] += weight

    def merge(self, other: "Fanout") -> None:
        for name in ("requests", "failed", "degraded", "duplicates", "serial", "took", "received"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.chain = max(self.chain, other.chain)
        self.names.update(other.names)
        self.asking.update(other.asking)
