"""How much of an instance's output is read: a rate with a burst, so that a flood costs its own script alone."""

from dataclasses import dataclass

UNLIMITED_RATE = 10_000_000  # Bytes a second for one that has no limit of its own.
LINE_COST = 32  # Bytes that each line counts beside its own: a flood of short lines costs the reader most.
_BURST_S = 2.0


@dataclass(frozen=True, slots=True)
class Budget:
    """`left` in bytes at the time `at`; below zero nothing is read until it has been earned back."""

    left: float
    at: float


def begin(now: float, rate: int) -> Budget:
    return Budget(_BURST_S * (rate or UNLIMITED_RATE), now)


def earn(budget: Budget, now: float, rate: int) -> Budget:
    """Returns the budget at `now`; no more is saved up than a burst."""
    rate = rate or UNLIMITED_RATE
    return Budget(min(_BURST_S * rate, budget.left + max(0.0, now - budget.at) * rate), now)


def spend(budget: Budget, size: int, lines: int) -> Budget:
    return Budget(budget.left - size - lines * LINE_COST, budget.at)


def pause(budget: Budget, rate: int) -> float:
    """Seconds until something may be read again."""
    return max(0.0, -budget.left) / (rate or UNLIMITED_RATE)
