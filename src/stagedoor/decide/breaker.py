"""Whether a method is called at all: not while most of its calls fail, or while none comes back.

While it is open a few calls a second go through to see; when enough of them are answered in a row, it closes.
"""

from dataclasses import dataclass

PROBES = 4  # Calls a second while it is open.
_FEWEST = 10
_SHARE = 0.5
_HUNG = 10  # Calls under way without one answer.
_QUICK = 0.25  # Seconds: a method that was quicker than that hangs when nothing comes back for a second.
_WELL = 3


@dataclass(frozen=True, slots=True)
class Breaker:
    """`answered` counts answers in a row since it opened."""

    opened_at: float = 0.0
    answered: int = 0
    reason: str = ""

    @property
    def is_open(self) -> bool:
        return self.opened_at > 0


@dataclass(frozen=True, slots=True)
class Look:
    """`calls` and `failures` of the last seconds that ended; `new` of both since the last look; `usual` latency.

    `silent` are the seconds since an answer of any kind came; calls that were given up, and 429, count nowhere.
    """

    now: float
    calls: int
    failures: int
    new_answers: int
    new_failures: int
    in_flight: int
    silent: float
    usual: float


def look_again(breaker: Breaker, seen: Look) -> Breaker:
    return _while_open(breaker, seen) if breaker.is_open else _while_closed(breaker, seen)


def _while_closed(breaker: Breaker, seen: Look) -> Breaker:
    if seen.calls >= _FEWEST and seen.failures >= _SHARE * seen.calls:
        return Breaker(seen.now, 0, f"{seen.failures} of the last {seen.calls} calls failed")
    if seen.in_flight >= _HUNG and seen.silent >= 1.0 and 0 < seen.usual < _QUICK:
        return Breaker(
            seen.now, 0, f"{seen.in_flight} calls are under way, and none was answered for {seen.silent:.1f} s"
        )
    return breaker


def _while_open(breaker: Breaker, seen: Look) -> Breaker:
    if seen.new_failures:
        return Breaker(breaker.opened_at, 0, breaker.reason)
    answered = breaker.answered + seen.new_answers
    return Breaker() if answered >= _WELL else Breaker(breaker.opened_at, answered, breaker.reason)
