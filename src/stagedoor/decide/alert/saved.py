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


def newest(now: float, every: float, lag: float = DEFAULT.lag) -> float:
    """When the last window began that is whole by now, in seconds since the epoch."""
    return ((now - lag) // every - 1) * every


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
    saved: SavedQuery, query: Query, bound: Bound, begins: Iterable[float], found: Mapping[float, Window],
    hold: Hold, settings: Settings = DEFAULT,
) -> list[Alarm]:  # fmt: skip
    """What would have fired in windows that begin at `begins`, as the loop would have looked at them."""
    every, alarms = query.every / 1e6, []
    for at in begins:
        verdict = judge(saved, query, bound, found.get(at) or Window(at, every, []))
        turned = hold.step(at + every + settings.lag, [verdict] if verdict else [])
        alarms += [one.alarm for one in turned if one.alarm.fires and not one.again]
    return alarms
