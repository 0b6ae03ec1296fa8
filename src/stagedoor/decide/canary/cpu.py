"""CPU for a request, held against what both arms together use for so many requests of such endpoints.

An instance uses some CPU for itself, and a member who asks a lot for an expensive endpoint is in one arm only: neither
is the version's doing. What a stretch of time should have taken is found from how each arm varies by itself: so much
for the instance, so much for each request, and more or less for each endpoint, by ridge regression (Hoerl and Kennard,
Technometrics 12, 1970), which needs proof before it believes that an endpoint differs. What was used beyond that is
compared pair by pair.

It is not fine before the announced effect is out of the question: before the bound that is passed with 5 per cent lies
below the tolerance.
"""

import math

import numpy as np

from stagedoor.decide.canary.look import MOST, Look, change, span, verdict
from stagedoor.decide.canary.sample import Floats, Ints, Sample
from stagedoor.decide.canary.settings import CPU
from stagedoor.decide.canary.stretches import LEAST, few, fewer, paired
from stagedoor.model.judgement import HARM, NOTICE, OPEN, Finding

_ENDPOINTS = 12  # The busiest; the others count as alike.
_UNSURE = 2.0  # Standard deviations of what endpoints cost, by which the arms' mix may mislead.
_ALIKE = 0.2  # Of requests: when so many are not in the stretch that was measured, their endpoints say nothing.


def judge(look: Look, sample: Sample) -> Finding:
    """Figures are microseconds for a request, the effect is the ratio canary to baseline."""
    blocks = sample.blocks
    spent, asked = fewer(blocks.cpu), fewer(blocks.requests)
    used = (asked > 0).all(axis=1) & (spent > 0).all(axis=1)
    spent, asked = spent[used], asked[used]
    if len(spent) < 2:
        return Finding(CPU, OPEN, few(CPU, len(spent)), "us", 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, len(spent), LEAST[CPU])
    usual, unsure = _usual(spent, asked, by_endpoint(sample)[used])
    each = np.log(spent / usual)
    apart = each[:, 1] - each[:, 0]
    _, middle, low, high = paired(apart, look.reach)
    p = paired(apart - unsure, look.reach)[0]
    ratio, least, most = (min(MOST, math.exp(one)) for one in (middle, low - unsure, high + unsure))
    most_likely = paired(apart, look.unlikely)[3]
    enough = len(spent) >= LEAST[CPU] and most_likely < math.log1p(look.rules.tolerance(CPU))
    state = verdict(sure=p <= look.alpha, large=ratio - 1 >= look.rules.matters(CPU), enough=enough)
    shown = [float(spent[:, arm].sum() / asked[:, arm].sum()) for arm in (0, 1)]
    words = f"{shown[1] / 1000:.3g} ms of CPU for a request, {shown[0] / 1000:.3g} of the baseline's"
    if state in (HARM, NOTICE):
        words = f"a request takes {change(ratio)} more CPU ({span(least, most)}): {words}"
    return Finding(CPU, state, words, "us", shown[0], shown[1], ratio, least, most, p, len(spent), LEAST[CPU])


def by_endpoint(sample: Sample) -> Floats:
    """How many requests of each busy endpoint beyond what both arms have of it, of shape (stretches, 2, endpoints)."""
    often = np.bincount(np.concatenate([sample.baseline.endpoint, sample.canary.endpoint]), minlength=1)
    busy = np.argsort(often)[::-1][:_ENDPOINTS]
    column = np.full(len(often), len(busy))
    column[busy] = np.arange(len(busy))
    best, fewest = np.zeros((len(sample.blocks), 2, len(busy) + 1)), _ALIKE * float(sample.blocks.requests.sum())
    for ends in (True, False):
        counted = _counted(sample, column, len(busy) + 1, ends=ends)
        apart = float(np.abs(counted.sum(axis=2) - sample.blocks.requests).sum())
        if apart < fewest:
            best, fewest = counted, apart
    whole = best.sum(axis=2, keepdims=True)
    share = best.sum(axis=(0, 1)) / max(1.0, float(whole.sum()))
    beyond = (best - share * whole)[:, :, : len(busy)]
    return np.stack([fewer(one) for one in np.moveaxis(beyond, 2, 0)], axis=2)


def _counted(sample: Sample, column: Ints, columns: int, *, ends: bool) -> Floats:
    """Requests of (stretch, arm, endpoint's column); `ends`: `Blocks.at` is where a stretch ends, else its begin."""
    at, count = sample.blocks.at, len(sample.blocks)
    counted = []
    for arm in (sample.baseline, sample.canary):
        place = np.searchsorted(at, arm.at, "left") if ends else np.searchsorted(at, arm.at, "right") - 1
        inside = (place >= 0) & (place < count)
        cells = place[inside] * columns + column[arm.endpoint[inside]]
        counted.append(np.bincount(cells, minlength=count * columns).reshape(count, columns))
    return np.stack(counted, axis=1).astype(np.float64)


def _usual(spent: Floats, asked: Floats, mix: Floats) -> tuple[Floats, float]:
    """(CPU that is usual in a stretch with so many requests of such endpoints, from how each arm varies by itself; how
    far, in logarithms, one arm may be off against the other since what an endpoint costs is not known well).
    """
    load = _by_load(spent, asked)
    rest, x = _within(spent - load).ravel(), _within(mix).reshape(-1, mix.shape[2])
    each = float(spent.sum() / asked.sum())
    doubt = float((rest * rest).mean()) / each**2
    known = x.T @ x + max(doubt, 1e-9) * np.eye(x.shape[1])
    more = np.linalg.solve(known, x.T @ rest)
    left = rest - x @ more
    uneven = (mix[:, 1] - mix[:, 0]).mean(axis=0)
    error = math.sqrt(max(0.0, float(uneven @ np.linalg.solve(known, uneven)) * float((left * left).mean())))
    return np.asarray(np.maximum(load + mix @ more, load / 10)), _UNSURE * error / float(load.mean())


def _by_load(spent: Floats, asked: Floats) -> Floats:
    x, y = _within(asked), _within(spent)
    slope = max(0.0, float((x * y).sum()) / max(float((x * x).sum()), 1e-9))
    base = float(spent.mean()) - slope * float(asked.mean())
    if base < 0:
        base, slope = 0.0, float(spent.mean() / asked.mean())
    return np.asarray(base + slope * asked)


def _within(values: Floats) -> Floats:
    """Less the mean of each arm: what an arm uses more than the other is not what its requests cost."""
    return np.asarray(values - values.mean(axis=0, keepdims=True))
