"""A saved query's bound: which windows pass it, and how often it would have fired."""

from collections.abc import Iterable, Mapping

from stagedoor.decide.alert.hold import Alarm, Hold
from stagedoor.decide.alert.settings import DEFAULT, Settings
from stagedoor.decide.alert.verdict import SAVED, Subject, Verdict
from stagedoor.model.filters.fields import DURATION
from stagedoor.model.filters.windows import Query
from stagedoor.model.quantity import say_time
from stagedoor.model.saved import Bound, SavedQuery
from stagedoor.model.telemetry_views import Window, WindowRow

_TOLD = 5  # Groups that a verdict names.
_NOTHING = ("count", "rate", "sum")  # Figures that are 0 where there are no records.


def begins(now: float, every: int, *, above: bool, late: float, period: float, lag: float = DEFAULT.lag) -> list[int]:
    """Begins of the windows to be looked at, in microseconds; `every` as well.

    A record counts where its request began, and comes when that has ended, `late` seconds after at most. What is above
    a bound is so whatever comes; what is below may not stay so. Looks are `period` seconds apart.
    """
    last = newest(now - lag - (0 if above else late), every)
    first = newest(now - lag - late - 2 * period, every)
    return list(range(first + every, last + 1, every)) or [last]


def newest(now: float, every: int) -> int:
    """When the last window began that is whole by now, in microseconds."""
    return (int(now * 1e6) // every - 1) * every


def at(window: Window) -> int:
    """When it began, in microseconds: seconds are no key."""
    return round(window.at * 1e6)


def judge(saved: SavedQuery, query: Query, bound: Bound, window: Window) -> Verdict | None:
    """Whether a window passes the bound: by the first figure, of any group.

    A window without records has no figures, or 0 where records are counted and not grouped.
    """
    first = query.figures[0]
    rows = window.rows
    if not rows and not query.by and first.name in _NOTHING:
        rows = [WindowRow([], [0.0] * len(query.figures))]
    passed = sorted((one for one in rows if bound.passed(one.figures[0])), key=lambda one: one.figures[0])
    if not passed:
        return None
    passed = passed[::-1] if bound.above else passed
    worst, more = passed[0], len(passed) - 1
    of = f" of {' '.join(str(value) for value in worst.by)}" if worst.by else ""
    seen, within = _say(worst.figures[0], query.units[0]), say_time(window.every)
    reason = f"{first.title}{of} was {seen} in {within}, and the bound is {saved.bound}"
    reason += f"; {more} more passed it" if more else ""
    figures = {
        "figure": worst.figures[0], "limit": bound.limit, "at": window.at, "seconds": window.every,
        "groups": [{"by": one.by, "figure": one.figures[0]} for one in passed[:_TOLD]],
    }  # fmt: skip
    return Verdict(Subject(SAVED, saved.application, "", saved.name), "", reason, figures)


def _say(value: float, unit: str) -> str:
    if unit == DURATION:
        return say_time(value / 1e6)
    return f"{value:.0f}" if value == round(value) else f"{value:.3g}"


def replay(
    saved: SavedQuery, query: Query, bound: Bound, begun: Iterable[int], found: Mapping[int, Window],
    hold: Hold, settings: Settings = DEFAULT,
) -> list[Alarm]:  # fmt: skip
    """What would have fired in windows that began at `begun` (microseconds), had they been looked at when whole."""
    every, alarms = query.every / 1e6, []
    for one in begun:
        verdict = judge(saved, query, bound, found.get(one) or Window(one / 1e6, every, []))
        turned = hold.step(one / 1e6 + every + settings.lag, [verdict] if verdict else [])
        alarms += [turn.alarm for turn in turned if turn.alarm.fires and not turn.again]
    return alarms
