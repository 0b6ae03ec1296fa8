"""How fast an endpoint uses up the errors that its objective allows.

Several windows, after the Site Reliability Workbook (Beyer et al., 2018), chapter 5, "Multiwindow, Multi-Burn-Rate
Alerts": the long one says that it matters, the short one that it still goes on. A burn of 1 uses the allowance up in
30 days.
"""

from stagedoor.decide.alert import chance
from stagedoor.decide.alert.series import HOUR, MINUTE, Series
from stagedoor.decide.alert.settings import Settings
from stagedoor.decide.alert.verdict import BURN, Subject, Verdict
from stagedoor.model.quantity import say_time

# (seconds of the long window, of the short one, burn): 2 %, 5 % and 10 % of 30 days' allowance.
WINDOWS = ((HOUR, 5 * MINUTE, 14.4), (6 * HOUR, 30 * MINUTE, 6.0), (24 * HOUR, 2 * HOUR, 3.0))
_LEAST = 10  # Errors in the long window, and half of them in the short one.
_NEARLY, _SURE = 0.8, 1e-4  # Of the burn; at most so likely when the true rate were only that.


def judge(key: tuple[str, str, str], series: Series, now: float, objective: float, s: Settings) -> Verdict | None:
    """`objective`: the share of answers that must be good, as in 0.999."""
    allowance = 1 - objective
    present = int(now) // MINUTE * MINUTE
    if not sum(one.errors for one in series.span(present - 30 * MINUTE, present + MINUTE)):
        return None
    for long, short, burn in WINDOWS:
        requests, errors = _sums(series, present - short, present)
        if errors < _LEAST / 2 or errors <= burn * allowance * requests:
            continue
        requests, errors = _sums(series, present - long, present)
        if errors < _LEAST or errors <= burn * allowance * requests:
            continue
        if chance.at_least(errors, requests, _NEARLY * burn * allowance) < _SURE:
            rate = errors / requests / allowance
            times = f"{rate:.{1 if rate < 10 else 0}f}"
            reason = (
                f"{errors} of {requests} answers in {say_time(long)} were errors: {times} times what the objective of "
                f"{objective * 100:g} % allows; from {burn:g} on it is used up in {say_time(30 * 24 * HOUR / burn)}"
            )
            figures = {"burn": rate, "objective": objective, "errors": errors, "requests": requests, "seconds": long}
            return Verdict(Subject(BURN, *key), series.version, reason, figures)
    return None


def _sums(series: Series, since: int, present: int) -> tuple[int, int]:
    """(requests, errors), the present minute included."""
    cells = series.span(since, present + MINUTE)
    return sum(one.requests for one in cells), sum(one.errors for one in cells)
