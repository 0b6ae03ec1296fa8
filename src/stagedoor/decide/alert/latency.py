"""Latency of an endpoint now against its own last hour: does more than half take longer than half did, or more than one
in a hundred longer than one in a hundred did, by a margin and by more than chance? A sign test on sketches: it needs no
shape of the distribution (Conover, Practical Nonparametric Statistics, 1999, chapter 3: the quantile test).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from stagedoor.decide.alert import chance
from stagedoor.decide.alert.series import HOUR, MINUTE, Cell, Series, Window
from stagedoor.decide.alert.settings import Settings
from stagedoor.decide.alert.verdict import LATENCY, Subject, Verdict
from stagedoor.model import sketch
from stagedoor.model.quantity import say_time

_GAP = 3 * MINUTE
_KEPT = 5 * MINUTE  # For which the past is not reckoned anew.
_LEAST = 100  # Requests of the past, below which it says nothing.
_WORST = 0.95
_QUANTILES = ((0.5, 1.3, 1.1), (0.99, 1.5, 1.2))  # Share, margin over the hour, margin over its worst minutes.


@dataclass(frozen=True, slots=True)
class Usual:
    """Of one quantile, in seconds: what it was, and what is no surprise yet."""

    share: float
    value: float
    allowed: float


def judge(
    key: tuple[str, str, str], series: Series, found: Iterable[Window], until: int, s: Settings
) -> Verdict | None:
    """`until`: where the past ends, in seconds since the epoch; earlier than now while an alert goes on."""
    for window in found:
        if window.requests < s.least_slow:
            continue
        for usual in _usual(series, until, s):
            over, total = window.above(usual.allowed)
            if over >= s.least_slow and chance.at_least(over, total, 1 - usual.share) < s.latency_chance:
                return _verdict(key, series.version, window, usual)
    return None


def _verdict(key: tuple[str, str, str], version: str, window: Window, usual: Usual) -> Verdict:
    now, name = sketch.quantile(window.merged(), usual.share), f"p{usual.share * 100:.0f}"
    reason = (
        f"{name} of {window.requests} answers in {window.seconds:.0f} s is {say_time(now)}; in the hour before it was "
        f"{say_time(usual.value)}, and up to {say_time(usual.allowed)} is no surprise"
    )
    figures = {f"{name}_seconds": now, f"usual_{name}_seconds": usual.value, "requests": window.requests}
    return Verdict(Subject(LATENCY, *key), version, reason, figures)


def _usual(series: Series, until: int, s: Settings) -> list[Usual]:
    known = series.cache.get("latency")
    end = until // _KEPT * _KEPT
    if known is None or known[0] != end:
        known = series.cache["latency"] = (end, _reckon(series.span(end - _GAP - HOUR, end - _GAP), s))
    assert isinstance(known[1], list)
    return known[1]


def _reckon(cells: list[Cell], s: Settings) -> list[Usual]:
    merged: Counter[int] = Counter()
    for one in cells:
        merged.update(one.latencies)
    if merged.total() < _LEAST:
        return []
    enough = [one for one in cells if one.requests >= 2 * s.least_slow]
    found = []
    for number, (share, over_hour, over_minutes) in enumerate(_QUANTILES):
        value = sketch.quantile(merged, share)
        worst = chance.high([one.quantiles()[number] for one in enough], _WORST)
        allowed = max(value * over_hour, worst * over_minutes, value + s.slow_floor)
        found.append(Usual(share, value, allowed))
    return found
