"""How many calls a method bears at once, from what is measured: throughput and latency.

The limit is what the best throughput of late needs (Little's law: calls a second times latency), at a latency that is
still fine: twice that of light load, or a tenth of the method's time. So it cannot grow without end: what does not come
back faster does not raise it. Nothing is probed by holding calls back, and a burst of some hundred is not held back
either, unless calls have been slow for a second. The latency of light load is learned only while there is no queue, so
that it cannot drift up with one that lasts; where calls are held back and it does not get quicker for that, the service
is slower, not fuller, and the latency it has now is the new one.

A limit from latencies is Netflix's idea (github.com/Netflix/concurrency-limits); the estimate is that of BBR (Cardwell
et al., ACM Queue 14-5, 2016), without its phases of probing.
"""

from dataclasses import dataclass, replace

BURST = 200  # While calls are quick, so many are always let through.
LEAST = 10
_GAIN = 2.0
_FINE = 0.1  # Of the method's time, and at most so many seconds.
_LIGHT = 0.8  # Of the best throughput: at less than that there is no queue, or it is no more than usual.
_MEMORY = 0.98  # Of the best throughput, each look; it is forgotten by half in some 30 looks.
_LEARNING = 0.1
_FEWEST = 5  # Answers in a look that say anything.
_CERTAIN = 4  # Slow looks after which it is more than a burst.
_PATIENCE = 20  # Slow looks after which the latency may be the service's own.
_FEWER = 0.7  # Of those that were under way at most ...
_NO_QUICKER = 0.85  # ... and it still takes nearly as long.


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen since the last one: answers, their mean latency in seconds, calls under way now."""

    seconds: float
    answers: int
    latency: float
    in_flight: float


@dataclass(frozen=True, slots=True)
class Limit:
    """`value` 0: none yet. `base` is the light-load latency, `best` the throughput; `slow_for` looks calls were slow.

    `most` were under way in that time, and took `at_most` then. `reason` says in words why the value is what it is.
    """

    value: int = 0
    base: float = 0.0
    best: float = 0.0
    slow_for: int = 0
    most: float = 0.0
    at_most: float = 0.0
    reason: str = "not enough calls to say"


def look_again(now: Limit, seen: Look, timeout: float) -> Limit:
    """The limit after another look; `timeout` in seconds is the method's."""
    if seen.answers < _FEWEST:
        return now
    rate = seen.answers / max(seen.seconds, 0.001)
    best = max(rate, now.best * _MEMORY)
    if not now.base:
        return _settle(replace(now, base=seen.latency, best=best), timeout)
    if seen.latency > bound(now, timeout):
        return _settle(_slow(replace(now, best=best), seen), timeout)
    base = now.base
    if seen.latency < base:
        base = seen.latency  # Down at once, up slowly.
    elif rate <= _LIGHT * best:
        base += _LEARNING * (seen.latency - base)
    return _settle(replace(now, base=base, best=best, slow_for=0, most=0.0), timeout)


def bound(now: Limit, timeout: float) -> float:
    """Seconds that are still fine."""
    return max(_GAIN * now.base, min(_FINE, _FINE * timeout))


def _slow(now: Limit, seen: Look) -> Limit:
    if seen.in_flight > now.most:
        now = replace(now, most=seen.in_flight, at_most=seen.latency)
    fewer = seen.in_flight <= _FEWER * now.most
    if now.slow_for >= _PATIENCE and fewer and seen.latency >= _NO_QUICKER * now.at_most:
        return replace(now, base=seen.latency, slow_for=0, most=0.0)
    return replace(now, slow_for=now.slow_for + 1)


def _settle(now: Limit, timeout: float) -> Limit:
    fine = bound(now, timeout)
    needed = now.best * fine
    least = LEAST if now.slow_for >= _CERTAIN else BURST
    value = max(least, round(needed))
    reason = f"{now.best:.3g} calls/s in {fine * 1000:.3g} ms are {needed:.3g} at once"
    if value > round(needed):
        reason += f"; {value} pass anyway"
    if now.slow_for >= _CERTAIN:
        reason += f"; calls are slower than that, usual are {now.base * 1000:.3g} ms"
    return replace(now, value=value, reason=reason)
