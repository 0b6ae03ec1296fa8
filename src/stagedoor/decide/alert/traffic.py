"""Requests of an endpoint against what is expected at this time of day, too few and too many.

Expected is today's level, from the last half hour, times the shape of earlier days: how this minute stood to the half
hour before it on each of them, the median of all. So a weekend at half the level is no surprise, nor is a steep
morning. Without earlier days a robust trend of the last hour takes the shape's place. The noise is estimated with it:
how far minutes were from what was expected, and days from each other; counts vary more than Poisson's law says.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from stagedoor.decide.alert import chance
from stagedoor.decide.alert.series import DAY, DAYS, MINUTE, Series, Window
from stagedoor.decide.alert.settings import Settings
from stagedoor.decide.alert.verdict import TRAFFIC, Subject, Verdict

_LEVEL = 30  # Minutes of today's level.
_GAP = 3  # Minutes between it and now.
_AROUND = 2  # Minutes on both sides over which the shape of a day is smoothed.
_LEAST_SPREAD = 0.10  # Relative; no endpoint's clients are more regular than that for long.
_FEW_DAYS = 0.12  # Relative error of a shape that one day alone tells; less with more of them.
_TREND_SPREAD = 0.15  # Relative error of a trend that goes on.
_LEAST_LEVEL = 10  # Minutes.


@dataclass(frozen=True, slots=True)
class Expected:
    """Requests a minute at one time, the relative standard deviation beyond Poisson's, and days that tell the shape."""

    rate: float
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
        count = window.requests * window.share
        ratio = window.requests / expected if expected else 1.0
        if expected < s.least_expected or s.too_few < ratio < s.too_many:
            continue
        surprise = chance.surprise(count, expected * window.share, wanted.spread)
        if surprise >= s.surprise_many or surprise <= -s.surprise_few:
            return _verdict(key, series.version, window, wanted, expected)
    return None


def _verdict(key: tuple[str, str, str], version: str, window: Window, wanted: Expected, expected: float) -> Verdict:
    told = f"{wanted.days} earlier days" if wanted.days else "the hour before"
    much = "few" if window.requests < expected else "many"
    reason = (
        f"too {much} requests: {window.requests} in {window.seconds:.0f} s, {expected:.0f} were expected "
        f"from {told} (give or take {wanted.spread:.0%})"
    )
    figures = {"requests": window.requests, "expected_requests": round(expected, 1), "seconds": window.seconds}
    return Verdict(Subject(TRAFFIC, *key), version, reason, figures)


def expect(series: Series, at: int, until: int) -> Expected | None:
    """For the minute at `at`, from what was before `until`; None when too little is known."""
    known = series.cache.get(f"traffic {at % 120}")
    stamp = at + until / 1e11
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
    level = sum(lately) / len(lately)
    if shapes:
        middle = median(shapes)
        between = chance.spread_of(shapes, middle) / middle if len(shapes) > 2 and middle else 0.0
        doubt = max(between, _FEW_DAYS / math.sqrt(len(shapes)))
        return Expected(level * middle, _spread(lately, doubt), len(shapes))
    return _from_trend(series, at, end)


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


def _spread(counts: list[int], doubt: float) -> float:
    """Relative, beyond Poisson's: of minutes around their own line, and of the shape."""
    level = sum(counts) / len(counts)
    slope = _slope(counts)
    line = [level + slope * (place - (len(counts) - 1) / 2) for place in range(len(counts))]
    ratios = [count / wanted for count, wanted in zip(counts, line, strict=True) if wanted > 0]
    noise = chance.spread_of(ratios, 1.0) ** 2 - 1 / max(level, 1.0)
    return math.sqrt(max(_LEAST_SPREAD**2, 1.5 * noise) + doubt**2)


def _slope(counts: list[int]) -> float:
    """Of the counts, for each minute: the median over pairs that are half of them apart (Theil 1950, Sen 1968)."""
    half = len(counts) // 2
    return median((counts[place + half] - counts[place]) / half for place in range(len(counts) - half))


def _from_trend(series: Series, at: int, end: int) -> Expected | None:
    counts = [one.requests for one in series.span(end - 2 * _LEVEL * MINUTE, end)]
    level, slope = sum(counts) / len(counts), _slope(counts)
    ahead = (at - end) / MINUTE + len(counts) / 2
    rate = max(level / 2, level + slope * ahead)
    return Expected(rate, _spread(counts, _TREND_SPREAD), 0)
