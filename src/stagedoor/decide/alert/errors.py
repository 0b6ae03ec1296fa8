"""Errors of an endpoint now against its own past: the last hour, and the same time of earlier days.

The past allows a rate: twice its mean, or what its worst minutes had; below a floor nothing is worth waking anybody.
Exactly as many errors as that rate makes by chance are none to speak of: the binomial tail says how many that are.
"""

from collections.abc import Iterable

from stagedoor.decide.alert import chance
from stagedoor.decide.alert.series import DAY, DAYS, HOUR, MINUTE, Cell, Series, Window
from stagedoor.decide.alert.settings import Settings
from stagedoor.decide.alert.verdict import ERRORS, Subject, Verdict

_GAP = 3 * MINUTE  # Between the past and now: a fault that began a while ago is none of the past.
_WORST = 0.97  # Of its minutes: a share of them may be worse without saying what is usual.
_MARGIN = 1.5


def judge(
    key: tuple[str, str, str], series: Series, found: Iterable[Window], until: int, s: Settings
) -> Verdict | None:
    """`until`: where the past ends, in seconds since the epoch; earlier than now while an alert goes on."""
    for window in found:
        if window.errors < s.least_errors or window.requests < s.least_requests:
            continue
        allowed, usual = _allowed(series, until, s)
        errors, requests = window.errors, window.requests
        if errors >= s.least_errors and chance.at_least(errors, requests, allowed) < s.chance:
            share = window.errors / window.requests
            reason = (
                f"{window.errors} of {window.requests} answers in {window.seconds:.0f} s were errors, {share:.1%}; "
                f"usual are {usual:.2%}, and up to {allowed:.1%} in its worst minutes"
            )
            figures = {"error_share": share, "usual_share": usual, "errors": window.errors, "requests": window.requests}
            return Verdict(Subject(ERRORS, *key), series.version, reason, figures)
    return None


def _allowed(series: Series, until: int, s: Settings) -> tuple[float, float]:
    """(share that is no surprise, usual share)."""
    end = until // MINUTE * MINUTE - _GAP
    cells = series.span(end - HOUR, end)
    for day in range(1, DAYS + 1):
        middle = until // MINUTE * MINUTE - day * DAY
        cells += series.span(middle - HOUR // 6, middle + HOUR // 6)
    requests, errors = sum(one.requests for one in cells), sum(one.errors for one in cells)
    usual = (errors + 0.5) / (requests + 50)
    return max(s.error_floor, 2 * usual, _MARGIN * chance.high(_shares(cells, s), _WORST)), errors / max(1, requests)


def _shares(cells: list[Cell], s: Settings) -> list[float]:
    """Of pieces large enough for a share: several minutes together where requests are few."""
    found, requests, errors = [], 0, 0
    for one in cells:
        requests, errors = requests + one.requests, errors + one.errors
        if requests >= 5 * s.least_requests:
            found.append(errors / requests)
            requests = errors = 0
    return found
