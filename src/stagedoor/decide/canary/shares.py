"""Errors and degraded answers: how many members had one, in the canary and in the baseline.

A member is in either arm by a fair coin, so of the members who had an error half are the canary's: the exact binomial
test, with bounds by Clopper and Pearson (Biometrika 26, 1934). A member whose every request fails counts once. When
most members had one there is nothing to count: then it is the requests' errors, summed by member, under sign flips.
Which of the two is chosen by both arms together.
"""

import numpy as np
from scipy.special import bdtrc, betaincinv

from stagedoor.decide.canary.look import MOST, Look, inside, main_stratum, percent, verdict
from stagedoor.decide.canary.pool import LEAST_UNITS, Flip, Pool, centred, flip, weights
from stagedoor.decide.canary.sample import Bools, Floats
from stagedoor.decide.canary.settings import ERRORS
from stagedoor.model.judgement import Finding

_SATURATED = 0.2  # Of all members: from there on those who had an error are no longer rare.
_MANY = 4.0


def judge(metric: str, look: Look, pool: Pool, bad: Bools) -> Finding:
    """`bad`: of each request. The figures are shares of requests, the effect is the ratio canary to baseline."""
    flags = bad.astype(np.float64)
    scores = centred(pool, flags, np.ones(len(pool)))
    weight = weights(pool, scores)
    members = _members(pool, flags)
    if len(pool.sign) >= LEAST_UNITS and sum(members) > _SATURATED * len(pool.sign):
        found = flip(pool, centred(pool, flags, weight), weight)
        p, design = found.p, found.design
        ratio = _by_requests(pool, flags, weight, found, look.reach)
    else:
        p, design = _chance(*members), _repeated(pool, flags)
        ratio = _by_members(members, pool, look.alpha / 2)
    shares = _shares(pool, flags, np.ones(len(pool)))
    fair = _shares(pool, flags, weight)
    needed = look.needed(metric, design)
    sure = p <= look.alpha
    state = verdict(sure=sure, large=fair[1] - fair[0] >= look.rules.matters(metric), enough=len(pool) >= needed)
    worst = main_stratum(pool, pool.side * flags) if sure else -1
    words = _words(metric, shares, members) + inside(look, worst)
    return Finding(
        metric, state, words, "share", shares[0], shares[1], *ratio, p=p, samples=len(pool), needed=needed,
        endpoint=look.endpoint(worst),
    )  # fmt: skip


def _members(pool: Pool, flags: Floats) -> tuple[int, int]:
    """(of the baseline, of the canary) who had at least one."""
    had = np.bincount(pool.unit, flags, minlength=len(pool.sign)) > 0
    return int(np.count_nonzero(had & (pool.sign < 0))), int(np.count_nonzero(had & (pool.sign > 0)))


def _repeated(pool: Pool, flags: Floats) -> float:
    """How many a member has who has any; one who fails always says nothing of the others, and counts as a few."""
    had = np.bincount(pool.unit, flags, minlength=len(pool.sign))
    return float(np.minimum(had[had > 0], _MANY).mean()) if had.any() else 1.0


def _chance(baseline: int, canary: int) -> float:
    """Of `canary` or more among all of them, each with a half."""
    return float(bdtrc(canary - 1, baseline + canary, 0.5)) if canary else 1.0


def _by_members(members: tuple[int, int], pool: Pool, alpha: float) -> tuple[float, float, float]:
    baseline, canary = members
    units = float(np.count_nonzero(pool.sign < 0)), float(np.count_nonzero(pool.sign > 0))
    scale = units[0] / units[1] if all(units) else 1.0
    low = float(betaincinv(canary, baseline + 1, alpha)) if canary else 0.0
    high = float(betaincinv(canary + 1, baseline, 1 - alpha)) if baseline else 1.0
    middle = (canary + 0.5) / (baseline + 0.5)
    return (
        _capped(middle * scale),
        _capped(low / max(1 - low, 1e-9) * scale),
        _capped(high / max(1 - high, 1e-9) * scale),
    )


def _by_requests(pool: Pool, flags: Floats, weight: Floats, found: Flip, reach: float) -> tuple[float, float, float]:
    """By what the baseline's share must be multiplied, with the difference's bounds."""
    baseline, canary = _shares(pool, flags, weight)
    away = reach * found.deviation * 2 / float(weight.sum())
    base = max(baseline, 1e-6)
    middle, low, high = canary / base, (canary - away) / base, (canary + away) / base
    return _capped(middle), _capped(max(0.0, low)), _capped(high)


def _capped(ratio: float) -> float:
    return min(ratio, MOST)


def _shares(pool: Pool, flags: Floats, weight: Floats) -> tuple[float, float]:
    weighed, cut = flags * weight, pool.canary
    parts = [(weighed[:cut].sum(), weight[:cut].sum()), (weighed[cut:].sum(), weight[cut:].sum())]
    baseline, canary = (float(bad / all_) if all_ else 0.0 for bad, all_ in parts)
    return baseline, canary


def _words(metric: str, shares: tuple[float, float], members: tuple[int, int]) -> str:
    what = "fail" if metric == ERRORS else "are degraded"
    of = [f"{one} member{'' if one == 1 else 's'}" for one in members]
    return f"{percent(shares[1])} of requests {what} ({of[1]}), {percent(shares[0])} of the baseline's ({of[0]})"
