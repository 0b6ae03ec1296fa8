"""Both arms together, and who is in which: the base of every test by sign flips.

Members are put into arms by a fair coin, so under the null hypothesis each member's sum of scores is as likely to come
with one sign as with the other, whatever its requests have to do with each other (Fisher, The Design of Experiments,
1935: the randomisation test). T = sum over the canary's members - sum over the baseline's; its variance is the sum of
the squares. Its normal approximation errs to the safe side far out: such a sum has lighter tails than a normal one, and
never more than 3.2 times its tail (Bentkus and Dzindzalieta, Bernoulli 21, 2015).

Something that befalls an arm's instance for a moment (a pause of its collector, a neighbour) hits many members at once,
which the coin knows nothing of. So the variance is at least that between stretches of 10 s.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from stagedoor.decide.canary.sample import Arm, Bools, Floats, Ints

LEAST_UNITS = 30  # Members below which a test by the normal approximation says nothing.
_STRETCH = 10.0  # Seconds.
_LAST_STRETCH = 200_000  # What comes more than three weeks after the first one falls into it.
_BITS = 42  # Of a key for sorting: values are cut at 2^42.


@dataclass(slots=True)
class Pool:
    """Rows are requests, the baseline's first. `side`: -1 baseline, +1 canary. `unit`: index into `sign`."""

    side: Floats
    unit: Ints
    sign: Floats
    stratum: Ints
    block: Ints
    canary: int  # Row from which on it is the canary's.

    def __len__(self) -> int:
        return len(self.side)


@dataclass(frozen=True, slots=True)
class Flip:
    """`z` is T over its standard deviation; `deviation` that one; `design` how many requests count as one.

    `units`: members whose sum is not 0, or all where all are alike.
    """

    z: float
    total: float
    deviation: float
    design: float
    units: int

    @property
    def p(self) -> float:
        """Chance of at least so large a T when the canary is like its baseline; 1 with too few members."""
        return float(ndtr(-self.z)) if self.units >= LEAST_UNITS else 1.0


def pool(baseline: Arm, canary: Arm, keep: tuple[Bools, Bools] | None = None) -> Pool:
    """`keep`: the rows of each arm that count."""
    picked = keep or (np.ones(len(baseline), np.bool_), np.ones(len(canary), np.bool_))
    units, codes = [], []
    for arm, rows in zip((baseline, canary), picked, strict=True):
        known, code = np.unique(arm.unit[rows], return_inverse=True)
        units.append(len(known))
        codes.append(code.astype(np.int64))
    counts = [len(one) for one in codes]
    at = np.concatenate([baseline.at[picked[0]], canary.at[picked[1]]])
    stretch = (
        np.minimum((at - at.min()) / _STRETCH, _LAST_STRETCH).astype(np.int64) if len(at) else np.zeros(0, np.int64)
    )
    return Pool(
        side=np.repeat([-1.0, 1.0], counts),
        unit=np.concatenate([codes[0], codes[1] + units[0]]),
        sign=np.repeat([-1.0, 1.0], units),
        stratum=np.concatenate([baseline.endpoint[picked[0]], canary.endpoint[picked[1]]]).astype(np.int64),
        block=stretch,
        canary=counts[0],
    )


def weights(pool: Pool, scores: Floats) -> Floats:
    """How much each request counts, so that a member who asks a hundred times does not weigh a hundred.

    1 / (1 + (m - 1) rho) for each of the m requests of a member, where rho is how alike requests of one member are: the
    weight with the smallest variance (Rosner, Glynn and Lee, Biometrics 59, 2003, weigh clusters alike). Found from
    both arms together, so it does not know which is which.
    """
    size = np.bincount(pool.unit, minlength=len(pool.sign)).astype(np.float64)
    sums = np.bincount(pool.unit, scores, minlength=len(pool.sign))
    squares = _dot(scores, scores)
    pairs = _dot(size, size - 1)
    if squares <= 0 or pairs <= 0:
        return np.ones(len(pool))
    rho = min(1.0, max(0.0, (_dot(sums, sums) - squares) / pairs / (squares / len(pool))))
    return np.asarray(1 / (1 + (size - 1) * rho))[pool.unit]


def midranks(pool: Pool, values: Ints, weight: Floats) -> Floats:
    """Of each request within its endpoint, from -1/2 to 1/2; equal values share the middle one.

    Their sum over an endpoint, each times its weight, is 0.
    """
    key = (pool.stratum << _BITS) | np.clip(values, 0, (1 << _BITS) - 1)
    order = np.argsort(key)
    ordered = key[order]
    total = np.concatenate([[0.0], np.cumsum(weight[order])])
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    last = np.append(first[1:], len(ordered))
    middle = np.repeat((total[first] + total[last]) / 2, last - first)
    stratum = ordered >> _BITS
    opens = np.flatnonzero(np.concatenate([[True], stratum[1:] != stratum[:-1]]))
    ends = np.append(opens[1:], len(ordered))
    base = np.repeat(total[opens], ends - opens)
    whole = np.repeat(total[ends] - total[opens], ends - opens)
    ranks = np.empty(len(ordered))
    ranks[order] = (middle - base) / whole - 0.5
    return ranks


def centred(pool: Pool, scores: Floats, weight: Floats) -> Floats:
    """Less their mean within the endpoint."""
    mass = np.bincount(pool.stratum, weight)
    mean = np.bincount(pool.stratum, weight * scores) / np.where(mass > 0, mass, 1)
    return np.asarray(scores - mean[pool.stratum])


def flip(pool: Pool, scores: Floats, weight: Floats) -> Flip:
    """`scores` are centred: their sum, each times its weight, is 0 in each endpoint."""
    weighed = scores * weight
    sums = np.bincount(pool.unit, weighed, minlength=len(pool.sign))
    total = _dot(pool.sign, sums)
    variance = max(_dot(sums, sums), _between(pool, weighed, total))
    units = int(np.count_nonzero(np.abs(sums) > 1e-12))
    if variance <= 1e-18:
        return Flip(0.0, 0.0, 0.0, 1.0, len(pool.sign))
    each = _dot(weighed, scores) / float(weight.sum())
    design = len(pool) * variance / (float(weight.sum()) ** 2 * each)
    return Flip(total / math.sqrt(variance), total, math.sqrt(variance), max(1.0, design), units)


def _between(pool: Pool, weighed: Floats, total: float) -> float:
    """Variance of T by what differs between stretches of time."""
    parts = np.bincount(pool.block, pool.side * weighed)
    seen = np.bincount(pool.block) > 0
    count = int(seen.sum())
    if count < 8:
        return 0.0
    away = parts[seen] - total / count
    return _dot(away, away) * count / (count - 1)


def bound(alpha: float) -> float:
    """How many standard deviations cut off `alpha` on one side."""
    return -float(ndtri(max(alpha, 1e-300)))


def _dot(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """Without BLAS, whose threads cost more here than they bring."""
    return float((one * other).sum())
