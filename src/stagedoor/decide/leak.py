"""Whether an instance's memory grows until its limit: seen early enough to replace it before the kernel ends it.

The trend is the median of the slopes between all pairs of samples (Theil 1950, Sen 1968): one large answer, or a cache
that fills once, does not move it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from stagedoor.model.quantity import say_size, say_time

_LEAST_SAMPLES = 8
_MOST_SAMPLES = 60  # More make the pairs many and the trend no truer.
_LEAST_SHARE = 0.5  # Of the limit: below it nothing is urgent.
_HORIZON = 120.0  # Seconds before the limit at which a replacement begins.
_NEAR = 0.9  # Of the limit: growing and that near, it does not matter how slowly.


@dataclass(frozen=True, slots=True)
class Forecast:
    """`slope` in bytes a second; `seconds` until the limit, None when memory does not grow."""

    slope: float
    seconds: float | None
    replace: bool
    reason: str


def may_be_replaced(size: int, limit: int) -> bool:
    """Whether a forecast can ask for a replacement at this size. A trend costs 1,770 slopes; most need none."""
    return size > limit * _LEAST_SHARE


def forecast(samples: Sequence[tuple[float, int]], limit: int) -> Forecast:
    """`samples` are (time, bytes) of one instance in order, `limit` in bytes."""
    if len(samples) < _LEAST_SAMPLES:
        return Forecast(0.0, None, False, "too few samples for a trend")
    step = -(-len(samples) // _MOST_SAMPLES)
    points = [*samples[:-1:step], samples[-1]]
    slope = median(
        (later[1] - one[1]) / (later[0] - one[0])
        for number, one in enumerate(points)
        for later in points[number + 1 :]
        if later[0] > one[0]
    )
    now = samples[-1][1]
    grown = now - samples[0][1]
    if slope <= 0 or grown < limit * 0.02:
        return Forecast(slope, None, False, "memory does not grow")
    seconds = max(0.0, (limit - now) / slope)
    near = may_be_replaced(now, limit) and (now > limit * _NEAR or seconds < _HORIZON)
    reason = (
        f"{say_size(now)} of {say_size(limit)}, {say_size(slope * 60)} more each minute: full in {say_time(seconds)}"
    )
    return Forecast(slope, seconds, near, reason)
