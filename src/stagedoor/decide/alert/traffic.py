"""Requests of an endpoint against what is expected at this time of day, too few and too many.

Expected is today's level, from the last half hour, times the shape of earlier days: how this minute stood to the half
hour before it on each of them, the median of all. So a weekend at half the level is no surprise, nor is a steep
morning. Without earlier days a robust trend of the last hour takes the shape's place. The noise is estimated with it:
how far minutes were from what was expected, and days from each other; counts vary more than Poisson's law says. Unless
it is far beyond that noise, a count must be off the last minutes as well: noise drifts, and incidents step.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from stagedoor.decide.alert import chance
from stagedoor.decide.alert.series import DAY, DAYS, MINUTE, Series, Window
from stagedoor.decide.alert.settings import Settings
from stagedoor.decide.alert.verdict import TRAFFIC, Subject, Verdict

_LEVEL = 30  # Minutes of today's level.
_GAP = 3  # Minutes between it and now.
_NEAR = 5  # Minutes just before, one minute apart from what is judged.
_AROUND = 2  # Minutes on both sides over which the shape of a day is smoothed.
_LEAST_SPREAD = 0.10  # Relative; no endpoint's clients are more regular than that for long.
_FEW_DAYS = 0.12  # Relative error of a shape that one day alone tells; less with more of them.
_TREND_SPREAD = 0.15  # Relative error of a trend that goes on.
_LEAST_LEVEL = 10  # Minutes.


@dataclass(frozen=True, slots=True)
class Expected:
    """Requests a minute at one time, and in the minutes before it; the relative standard deviation beyond Poisson's;
    and how many days tell the shape.
    """

    rate: float
    lately: float
    spread: float
    days: int


def judge(
    key: tuple[str, str, str], series: Series, found: Iterable[Window], until: int, s: Settings
) -> Verdict | None:
    """`until`: where the past ends, in seconds since the epoch; earlier than now while an alert goes on."""
    for window in found:
        wanted = expect(series, window.at, until)
        if wanted is None:
            return None
        expected = wanted.rate * window.seconds / MINUTE
        surprise = _surprise(window, expected, wanted.spread, s)
        if abs(surprise) < s.no_doubt:
            # What drifts within its noise is off its curve, and not off what it was five minutes ago.
            near = _surprise(window, wanted.lately * window.seconds / MINUTE, wanted.spread, s)
            surprise = min(surprise, near, key=abs) if surprise * near > 0 else 0.0
        if surprise >= s.surprise_many or surprise <= -s.surprise_few:
            sure = abs(surprise) >= s.no_doubt
            return Verdict(Subject(TRAFFIC, *key), series.version, *_told(window, wanted, expected), sure)
    return None


def _surprise(window: Window, expected: float, spread: float, s: Settings) -> float:
    """In standard deviations; 0 for what is too little to be judged, or not far enough off to matter."""
    if expected < s.least_expected or s.too_few < window.requests / expected < s.too_many:
        return 0.0
    return chance.surprise(window.requests, expected, spread)


def _told(window: Window, wanted: Expected, expected: float) -> tuple[str, dict[str, Any]]:
    """(reason, figures)."""
    told = f"{wanted.days} earlier days" if wanted.days else "the hour before"
    much = "few" if window.requests < expected else "many"
    reason = (
        f"too {much} requests: {window.requests} in {window.seconds:.0f} s, {expected:.0f} were expected "
        f"from {told} (give or take {wanted.spread:.0%})"
    )
    return reason, {"requests": window.requests, "expected_requests": round(expected, 1), "seconds": window.seconds}


def expect(series: Series, at: int, until: int) -> Expected | None:
    """For the minute at `at`, from what was before `until`; None when too little is known."""
    known = series.cache.get(f"traffic {at % 120}")
    stamp = (at, until // MINUTE)
    if known is None or known[0] != stamp:
        known = series.cache[f"traffic {at % 120}"] = (stamp, _expect(series, at, until // MINUTE * MINUTE))
    assert known[1] is None or isinstance(known[1], Expected)
    return known[1]


def _expect(series: Series, at: int, until: int) -> Expected | None:
    end = until - _GAP * MINUTE
    lately = [one.requests for one in series.span(end - _LEVEL * MINUTE, end)]
    if len(lately) < _LEAST_LEVEL or not sum(lately):
        return None
    shapes = [one for day in range(1, DAYS + 1) if (one := _shape(series, at, end, day)) is not None]
    level, last = sum(lately) / len(lately), min(at, until) - MINUTE
    near = sum(one.requests for one in series.span(last - _NEAR * MINUTE, last)) / _NEAR
    if shapes:
        middle = median(shapes)
        between = chance.spread_of(shapes, middle) / middle if len(shapes) > 2 and middle else 0.0
        return Expected(level * middle, near, _spread(lately, between, _FEW_DAYS / math.sqrt(len(shapes))), len(shapes))
    return _from_trend(series, at, end, near)


def _shape(series: Series, at: int, end: int, day: int) -> float | None:
    """How the minute stood to the level before it, on an earlier day; None when it was not known then."""
    back = day * DAY
    since = end - _LEVEL * MINUTE - back
    if since < series.began:
        return None
    level = sum(one.requests for one in series.span(since, end - back))
    around = series.span(at - back - _AROUND * MINUTE, at - back + (_AROUND + 1) * MINUTE)
    if level < _LEVEL:
        return None
    return sum(one.requests for one in around) / len(around) / (level / _LEVEL)


def _spread(counts: list[int], between: float, doubt: float) -> float:
    """Relative, beyond Poisson's: of minutes around their line, or of days, whichever is more; and what is unknown."""
    level = sum(counts) / len(counts)
    slope = _slope(counts)
    line = [level + slope * (place - (len(counts) - 1) / 2) for place in range(len(counts))]
    ratios = [count / wanted for count, wanted in zip(counts, line, strict=True) if wanted > 0]
    noise = chance.spread_of(ratios, 1.0) ** 2 - 1 / max(level, 1.0)
    return math.sqrt(max(_LEAST_SPREAD**2, 1.5 * noise, between**2) + doubt**2)


def _slope(counts: list[int]) -> float:
    """Of the counts, for each minute: the median over pairs that are half of them apart (Theil 1950, Sen 1968)."""
    half = len(counts) // 2
    return median((counts[place + half] - counts[place]) / half for place in range(len(counts) - half))


def _from_trend(series: Series, at: int, end: int, near: float) -> Expected | None:
    counts = [one.requests for one in series.span(end - 2 * _LEVEL * MINUTE, end)]
    level, slope = sum(counts) / len(counts), _slope(counts)
    ahead = (at - end) / MINUTE + len(counts) / 2
    rate = max(level / 2, level + slope * ahead)
    return Expected(rate, near, _spread(counts, 0.0, _TREND_SPREAD), 0)
