"""How many calls a method or a service bears at once, from what is measured: throughput and latency.

The limit is what the best throughput of late needs without a queue (Little's law: calls a second times the latency
under light load), with as much again for growth. So it cannot grow without end: what does not come back faster does not
raise it. Nothing is probed by holding calls back. The light-load latency is learned only while the service is not full,
so that it cannot drift up with a queue that lasts; where calls are held back and it does not get quicker for that, the
service is slower, not fuller, and the latency it has now is the new one.

The idea of a limit from latencies is Netflix's (github.com/Netflix/concurrency-limits); the estimate is that of BBR
(Cardwell et al., ACM Queue 14-5, 2016), without its phases of probing.
"""

from dataclasses import dataclass, replace

LEAST = 20  # Below it nothing is limited: a burst of a few calls is no load.
_GAIN = 2.0
_LIGHT = 0.6  # Share of the limit in use up to which a latency counts as light load.
_MEMORY = 0.98  # Of the best throughput, each look; it is forgotten by half in some 30 looks.
_LEARNING = 0.1
_FEWEST = 5  # Answers in a look that say anything.
_STUCK = 0.85
_DEEP = 0.7
_PATIENCE = 20  # Looks for which a full service is watched before its latency is taken to be its own.


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen since the last one: answers, their mean latency in seconds, calls under way now."""

    seconds: float
    answers: int
    latency: float
    in_flight: float


@dataclass(frozen=True, slots=True)
class Limit:
    """`value` 0: none yet. `base` is the light-load latency, `best` the throughput; `full_at` is where it became full.

    `reason` says in words why the value is what it is.
    """

    value: int = 0
    base: float = 0.0
    best: float = 0.0
    full_for: int = 0
    full_latency: float = 0.0
    full_value: int = 0
    reason: str = "not enough calls to say"


def look_again(now: Limit, seen: Look) -> Limit:
    """The limit after another look."""
    if seen.answers < _FEWEST:
        return now
    rate = seen.answers / max(seen.seconds, 0.001)
    best = max(rate, now.best * _MEMORY)
    if not now.base:
        return _settle(replace(now, base=seen.latency, best=best))
    used = seen.in_flight / now.value if now.value else 0.0
    if used <= _LIGHT or seen.latency < now.base:
        # Down at once, up slowly.
        share = 1.0 if seen.latency < now.base else _LEARNING
        base = now.base + share * (seen.latency - now.base)
        return _settle(replace(now, base=base, best=best, full_for=0))
    return _settle(_full(replace(now, best=best), seen))


def _full(now: Limit, seen: Look) -> Limit:
    if not now.full_for:
        return replace(now, full_for=1, full_latency=seen.latency, full_value=now.value)
    held_back = now.value <= _DEEP * now.full_value
    no_quicker = seen.latency >= _STUCK * now.full_latency
    if now.full_for >= _PATIENCE and held_back and no_quicker:
        return replace(now, base=seen.latency, full_for=0)
    return replace(now, full_for=now.full_for + 1)


def _settle(now: Limit) -> Limit:
    needed = now.best * now.base
    value = max(LEAST, round(_GAIN * needed))
    reason = f"{now.best:.3g} calls/s at {now.base * 1000:.3g} ms need {needed:.3g} at once; the limit is " + (
        f"twice that, {value}" if value > LEAST else f"{LEAST}, the least"
    )
    return replace(now, value=value, reason=reason)
