"""Latency and size by ranks, and the tail of latency.

Latency: do the canary's requests rank higher within their endpoint (Mann and Whitney, Annals of Mathematical Statistics
18, 1947; with members as clusters: Rosner, Glynn and Lee, Biometrics 59, 2003)? The tail: are more of them above what 1
in 100 of the endpoint's requests in both arms exceeds (a quantile test: Conover, Practical Nonparametric Statistics,
1999, chapter 3)? So a p99 that grows shows although the median stays. Its bounds are those of quantiles by Woodruff
(Journal of the American Statistical Association 47, 1952).
"""

import math

import numpy as np

from stagedoor.decide.canary.look import Look, change, inside, main_stratum, span, verdict
from stagedoor.decide.canary.pool import LEAST_UNITS, Flip, Pool, centred, flip, midranks, weights
from stagedoor.decide.canary.ratio import factor
from stagedoor.decide.canary.sample import Floats, Ints
from stagedoor.decide.canary.settings import LATENCY, SIZE, TAIL
from stagedoor.model.judgement import FINE, HARM, NOTICE, Finding
from stagedoor.model.quantity import say_time

_HIGH = 0.99


def by_rank(metric: str, look: Look, pool: Pool, values: Ints) -> Finding:
    """Latency (microseconds) or size (bytes): figures are medians, the effect is the ratio canary to baseline."""
    weight = weights(pool, midranks(pool, values, np.ones(len(pool))))
    ranks = midranks(pool, values, weight)
    found = flip(pool, ranks, weight)
    ratio = factor(pool, values, weight, look.reach * found.deviation)
    excluded = found.units >= LEAST_UNITS and ratio[2] < 1 + look.rules.tolerance(metric)
    needed = look.needed(metric, found.design, excluded=excluded, samples=len(pool))
    p = found.p
    sure = p <= look.alpha
    worst = main_stratum(pool, pool.side * weight * ranks) if sure else -1
    large = ratio[0] - 1 >= look.rules.matters(metric) or _large_there(metric, look, pool, values, weight, worst)
    state = verdict(sure=sure, large=large, enough=len(pool) >= needed and found.units >= LEAST_UNITS)
    if metric == SIZE and state == FINE and ratio[2] < 1 - look.rules.matters(metric):
        state = NOTICE
    middle = [float(np.median(one)) for one in (values[: pool.canary], values[pool.canary :])]
    words, unit = _words(metric, ratio, state, found) + inside(look, worst), "us" if metric == LATENCY else "bytes"
    return Finding(
        metric, state, words, unit, middle[0], middle[1], *ratio, p=p, samples=len(pool), needed=needed,
        endpoint=look.endpoint(worst),
    )  # fmt: skip


def _large_there(metric: str, look: Look, pool: Pool, values: Ints, weight: Floats, worst: int) -> bool:
    """Whether the endpoint that most of it comes from is bad enough by itself, however the others dilute it."""
    if worst < 0:
        return False
    rows = pool.stratum == worst
    there = Pool(pool.side[rows], pool.unit[rows], pool.sign, pool.stratum[rows] * 0, pool.block[rows], 0)
    return factor(there, values[rows], weight[rows], 0.0)[0] - 1 >= look.rules.matters_there(metric)


def _words(metric: str, ratio: tuple[float, float, float], state: str, found: Flip) -> str:
    what = "answers take" if metric == LATENCY else "answers are"
    more, less = ("longer", "shorter") if metric == LATENCY else ("larger", "smaller")
    if found.units < LEAST_UNITS:
        return f"too few members to tell: {found.units} of {LEAST_UNITS}"
    bounds = f"({span(ratio[1], ratio[2])})"
    if state in (HARM, NOTICE):
        return f"{what} {change(ratio[0])} {more if ratio[0] >= 1 else less} {bounds}"
    return f"{what} as long as the baseline's {bounds}" if metric == LATENCY else f"{what} as large {bounds}"


def tail(look: Look, pool: Pool, took: Ints) -> Finding:
    """Figures are the p99 in microseconds, as if both arms had the same mix of endpoints; the effect is their ratio."""
    flat = np.ones(len(pool))
    ranks = midranks(pool, took, flat)
    far = (ranks > _HIGH - 0.5).astype(np.float64)
    weight = weights(pool, centred(pool, far, flat))
    scores = centred(pool, far, weight)
    found = flip(pool, scores, weight)
    high, ratio = _quantiles(pool, _alike(pool, took, ranks), weight, found.design, look.reach)
    needed = look.needed(TAIL, found.design)
    p = found.p
    sure = p <= look.alpha
    worst = main_stratum(pool, pool.side * weight * scores) if sure else -1
    large = ratio[0] - 1 >= look.rules.matters(TAIL)
    state = verdict(sure=sure, large=large, enough=len(pool) >= needed and len(pool.sign) >= LEAST_UNITS)
    words = f"1 in 100 takes {say_time(high[1] / 1e6)} and more, {say_time(high[0] / 1e6)} of the baseline's"
    words += f" ({span(ratio[1], ratio[2])})" if state in (HARM, NOTICE) else ""
    return Finding(
        TAIL, state, words + inside(look, worst), "us", high[0], high[1], *ratio, p=p, samples=len(pool),
        needed=needed, endpoint=look.endpoint(worst),
    )  # fmt: skip


def _alike(pool: Pool, took: Ints, ranks: Floats) -> Floats:
    """As if each endpoint had the p99 that all have together: a slow endpoint asked more often is no slower tail."""
    whole = float(np.quantile(took, _HIGH))
    highest = np.ones(int(pool.stratum.max()) + 1)
    below = ranks <= _HIGH - 0.5
    np.maximum.at(highest, pool.stratum[below], took[below])
    return took * (whole / highest[pool.stratum])


def _quantiles(
    pool: Pool, took: Floats, weight: Floats, design: float, reach: float
) -> tuple[tuple[float, float], tuple[float, float, float]]:
    """((baseline's, canary's) p99, (ratio, low, high))."""
    high, spread = [], 0.0
    for rows in (slice(0, pool.canary), slice(pool.canary, None)):
        order = np.argsort(took[rows])
        if not len(order):
            return (0.0, 0.0), (1.0, 1.0, 1.0)
        values, mass = took[rows][order], np.cumsum(weight[rows][order])
        away = reach * math.sqrt(_HIGH * (1 - _HIGH) * design / len(order))
        places = np.searchsorted(mass, np.clip([_HIGH, _HIGH - away, _HIGH + away], 0, 1) * mass[-1])
        at, low, top = (max(1.0, float(one)) for one in values[np.minimum(places, len(order) - 1)])
        high.append(at)
        spread += ((math.log(top) - math.log(low)) / 2) ** 2
    ratio, factor_ = high[1] / high[0], math.exp(math.sqrt(spread))
    return (high[0], high[1]), (ratio, ratio / factor_, ratio * factor_)
