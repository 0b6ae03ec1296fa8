"""Calls of services for each request: one more of every request shows after some dozens, however fast it is.

Two scores, each with half of the chance: ranks within the endpoint, which see one more call of all requests, and the
counts themselves, which see hundreds more of a few (an N+1 on long lists only).
"""

import numpy as np

from stagedoor.decide.canary.look import Look, inside, main_stratum, verdict
from stagedoor.decide.canary.pool import LEAST_UNITS, Flip, Pool, centred, flip, midranks, weights
from stagedoor.decide.canary.sample import Floats, Ints
from stagedoor.decide.canary.settings import CALLS
from stagedoor.model.judgement import HARM, NOTICE, Finding

_BUSY = 0.01  # Of all requests: an endpoint with fewer is not looked at alone.


def judge(look: Look, pool: Pool, calls: Ints) -> Finding:
    """Figures are means, the effect is how many more calls a request of the same endpoint makes."""
    counts = calls.astype(np.float64)
    flat = np.ones(len(pool))
    weight = weights(pool, centred(pool, counts, flat))
    scores = centred(pool, counts, weight)
    by_count = flip(pool, scores, weight)
    by_rank = _by_rank(pool, calls)
    p = min(1.0, 2 * min(by_count.p, by_rank.p))
    more, low, high = _more(scores, weight, by_count, pool, look.reach)
    sure = p <= look.alpha
    worst = main_stratum(pool, pool.side * weight * scores) if sure else -1
    large = more >= look.rules.matters(CALLS) or _there(pool, scores, weight, worst) >= look.rules.matters_there(CALLS)
    needed = look.needed(CALLS, by_rank.design)
    units = min(len(pool.sign), max(by_count.units, by_rank.units)) if by_rank.units else len(pool.sign)
    state = verdict(sure=sure, large=large, enough=len(pool) >= needed and units >= LEAST_UNITS)
    means = [float(one.mean()) if len(one) else 0.0 for one in (counts[: pool.canary], counts[pool.canary :])]
    words = f"{means[1]:.2f} calls for a request, {means[0]:.2f} of the baseline's"
    if state in (HARM, NOTICE):
        words += f": {more:+.2f} at the same endpoint ({low:+.2f} to {high:+.2f})"
    return Finding(
        CALLS, state, words + inside(look, worst), "calls", means[0], means[1], more, low, high, p=p,
        samples=len(pool), needed=needed, endpoint=look.endpoint(worst),
    )  # fmt: skip


def _by_rank(pool: Pool, calls: Ints) -> Flip:
    weight = weights(pool, midranks(pool, calls, np.ones(len(pool))))
    return flip(pool, midranks(pool, calls, weight), weight)


def _more(scores: Floats, weight: Floats, found: Flip, pool: Pool, reach: float) -> tuple[float, float, float]:
    cut = pool.canary
    mass = float(weight[:cut].sum()), float(weight[cut:].sum())
    if not all(mass):
        return 0.0, 0.0, 0.0
    weighed = weight * scores
    more = float(weighed[cut:].sum()) / mass[1] - float(weighed[:cut].sum()) / mass[0]
    away = reach * found.deviation * (1 / mass[0] + 1 / mass[1]) / 2
    return more, more - away, more + away


def _there(pool: Pool, scores: Floats, weight: Floats, stratum: int) -> float:
    """How many more at one endpoint."""
    if stratum < 0:
        return 0.0
    rows = pool.stratum == stratum
    if rows.sum() < _BUSY * len(pool):
        return 0.0
    means = [
        float((weight * scores)[rows & (pool.side == side)].sum() / max(1e-9, weight[rows & (pool.side == side)].sum()))
        for side in (-1.0, 1.0)
    ]
    return means[1] - means[0]
