"""What the judge will be able to see with this traffic, and after how long: said before the start.

Each metric's effect, as its tolerance has it, is seen with 95 per cent at the alpha of the look at the planned number
of requests: by the normal approximation, with errors counted by the binomial. What is unknown before the start is
assumed, and corrected by what is measured (`Finding.needed`).
"""

import math
from collections.abc import Sequence

from scipy.special import bdtrc, ndtr

from stagedoor.decide.canary import memory
from stagedoor.decide.canary.look import DESIGN, MISSED, percent
from stagedoor.decide.canary.pool import bound
from stagedoor.decide.canary.settings import (
    BY_STRETCH,
    CALLS,
    CPU,
    DEGRADED,
    ERRORS,
    LATENCY,
    MEMORY,
    SIZE,
    TAIL,
    History,
    Rules,
)
from stagedoor.decide.canary.spend import FIRST, planned_part
from stagedoor.decide.canary.stretches import LASTS, LEAST
from stagedoor.model.judgement import KAYENTA, Plan, Visible
from stagedoor.model.quantity import say_time

NEVER = -1.0
_SPREAD = 0.8  # Standard deviation of log latency when nobody knows.
_FEWEST = 1e-4  # Share of errors that is assumed when there were none.
_KAYENTA_MINUTES = 30


def plan(rules: Rules, history: History) -> Plan:
    """Requests are of both arms together. `seconds` is -1 when there is no traffic."""
    rate = max(0.0, history.rate) * max(0.0, history.share) * 2
    visible = [_visible(one, rules, history, rate) for one in rules.judged()]
    counted = [one.requests for one in visible if one.metric not in BY_STRETCH]
    requests = max([2 * FIRST, *counted])
    seconds = NEVER if rate <= 0 else max([requests / rate, rules.least, *(one.seconds for one in visible)])
    if rules.judge == KAYENTA:
        seconds = max(seconds, 60.0 * _KAYENTA_MINUTES) if rate > 0 else NEVER
    enough = 0 <= seconds <= rules.most
    words = _words(rules, rate, seconds, enough, visible)
    return Plan(requests, seconds, rules.least, rules.most, rules.alpha, enough, words, visible)


def _visible(metric: str, rules: Rules, history: History, rate: float) -> Visible:
    alpha = rules.alpha / len(rules.judged()) * planned_part()
    reach = bound(alpha) + bound(MISSED)
    tolerance, spread = rules.tolerance(metric), history.spread or _SPREAD
    if metric in BY_STRETCH:
        least = LEAST[CPU] * LASTS if metric == CPU else memory.planned(tolerance, alpha)
        seconds = least if rate > 0 else NEVER
        return Visible(metric, _effect(metric, tolerance, 0.0), math.ceil(max(0.0, seconds) * rate), seconds)
    usual = max(_FEWEST, min(0.5, history.errors))
    if metric in (ERRORS, DEGRADED):
        needed = _rare(usual, min(1.0, usual + tolerance), alpha)
    elif metric == CALLS:
        needed = 4 * reach**2
    elif metric == TAIL:
        needed = _slow(tolerance, bound(alpha))
    else:
        won = float(ndtr(math.log1p(tolerance) / spread / math.sqrt(2))) - 0.5
        needed = reach**2 / (3 * won**2)
    requests = max(2 * FIRST, math.ceil(needed * DESIGN[metric]))
    return Visible(metric, _effect(metric, tolerance, usual), requests, requests / rate if rate > 0 else NEVER)


def _rare(usual: float, worse: float, alpha: float) -> float:
    """Requests until the errors among them tell the two shares apart."""
    canary = worse / (usual + worse)
    count = 4
    while count < 100_000:
        least = _critical(count, alpha)
        if least <= count and float(bdtrc(least - 1, count, canary)) >= 1 - MISSED:
            break
        count += max(1, count // 20)
    return (count + math.sqrt(count)) * 2 / (usual + worse)


def _critical(count: int, alpha: float) -> int:
    """The fewest of `count` whose chance with a half each is at most alpha; more than `count` when there is none."""
    low, high = count // 2, count + 1
    while low < high:
        middle = (low + high) // 2
        if float(bdtrc(middle - 1, count, 0.5)) <= alpha:
            high = middle
        else:
            low = middle + 1
    return low


def _slow(tolerance: float, reach: float) -> float:
    """As for errors, with answers above what 1 in 100 exceeds. A tail is taken to fall with the square of latency."""
    canary = 1 - 1 / (1 + (1 + tolerance) ** 2)
    count = ((reach * 0.5 + bound(MISSED) * math.sqrt(canary * (1 - canary))) / (canary - 0.5)) ** 2
    return count * 100


def _effect(metric: str, tolerance: float, usual: float) -> str:
    return {
        ERRORS: f"errors: {percent(usual)} becoming {percent(usual + tolerance)}",
        DEGRADED: f"degraded answers: {percent(tolerance)} more of all",
        LATENCY: f"all answers {percent(tolerance)} slower",
        TAIL: f"the slowest 1 in 100 {percent(tolerance)} slower",
        CALLS: f"{tolerance:g} more call{'' if tolerance == 1 else 's'} for each request",
        SIZE: f"answers {percent(tolerance)} larger",
        CPU: f"{percent(tolerance)} more CPU for each request",
        MEMORY: f"a leak of {percent(tolerance)} of its memory an hour, where it is steady",
    }[metric]


def _words(rules: Rules, rate: float, seconds: float, enough: bool, visible: Sequence[Visible]) -> str:
    if seconds < 0:
        return "No traffic is known of: it will wait for requests, and ask when none come"
    traffic = f"{rate:.3g} requests a second" if rate >= 0.1 else f"{rate * 3600:.3g} requests an hour"
    if rules.judge == KAYENTA:
        return f"With {traffic} in both arms Kayenta's judge decides after {say_time(seconds)}; it promises nothing"
    if not enough:
        last = max(visible, key=lambda one: one.seconds)
        soon = [one.effect for one in visible if 0 <= one.seconds <= rules.most]
        seen = f" Until then it sees {'; '.join(soon)}." if soon else ""
        return (
            f"With {traffic} in both arms it needs {say_time(seconds)} to see {last.effect}, and may look for "
            f"{say_time(rules.most)}: it will ask.{seen}"
        )
    effects = "; ".join(one.effect for one in visible)
    most = say_time(rules.most)
    return f"With {traffic} in both arms it sees after {say_time(seconds)}: {effects}. It may look for {most}"
