"""By what factor the canary's values are larger: Hodges and Lehmann's estimate (Annals of Mathematical Statistics 34,
1963), in logarithms: the factor by which the canary must be divided for the rank test to see no difference, and its
bounds those at which the test would just see one.

Values are put into classes 1 % wide, so that a factor is a shift by classes and takes no sorting.
"""

import numpy as np

from stagedoor.decide.canary.pool import Pool
from stagedoor.decide.canary.sample import Floats, Ints

_WIDTH = 0.01
_FARTHEST = 460  # Classes: a factor of 100.
_STRATA = 40  # Endpoints, the busiest; more do not move an estimate.


class Shifted:
    """The rank statistic T as a function of the shift, in classes."""

    def __init__(self, pool: Pool, values: Ints, weight: Floats) -> None:
        mass = np.bincount(pool.stratum, weight)
        kept = np.argsort(mass)[::-1][:_STRATA]
        place = np.full(len(mass), -1, np.int64)
        place[kept] = np.arange(len(kept))
        row = place[pool.stratum]
        classes = np.floor(np.log(np.maximum(values, 1)) / _WIDTH).astype(np.int64)
        classes -= classes.min()
        self._width = int(classes.max()) + 1
        cells = row * self._width + classes
        halves = []
        for side in (-1.0, 1.0):
            rows = (pool.side == side) & (row >= 0)
            counted = np.bincount(cells[rows], weight[rows], minlength=len(kept) * self._width)
            halves.append(counted.reshape(len(kept), self._width))
        baseline, self._canary = halves
        self._below = np.cumsum(baseline, axis=1) - baseline / 2
        self._both = baseline.sum(axis=1), self._canary.sum(axis=1)
        self._mass = np.maximum(self._both[0] + self._both[1], 1e-12)

    def __call__(self, shift: int) -> float:
        """T when the canary's values are `shift` classes smaller."""
        if shift >= self._width or shift <= -self._width:
            won = np.zeros(len(self._mass)) if shift > 0 else self._both[0] * self._both[1]
        elif shift >= 0:
            won = (self._canary[:, shift:] * self._below[:, : self._width - shift]).sum(axis=1)
        else:
            won = (self._canary[:, :shift] * self._below[:, -shift:]).sum(axis=1)
            won += self._canary[:, shift:].sum(axis=1) * self._both[0]
        return float((2 * (won - self._both[0] * self._both[1] / 2) / self._mass).sum())


def factor(pool: Pool, values: Ints, weight: Floats, reach: float) -> tuple[float, float, float]:
    """(estimate, low, high) of canary over baseline; `reach` is how large a T the test would not yet see."""
    shifted = Shifted(pool, values, weight)
    found = [float(np.exp(_root(shifted, target) * _WIDTH)) for target in (0.0, reach, -reach)]
    return found[0], min(found[1], found[0]), max(found[2], found[0])


def _root(shifted: Shifted, target: float) -> float:
    """The shift at which T, which falls, passes `target`: between two classes by a straight line."""
    low, high = -_FARTHEST, _FARTHEST
    at_low, at_high = shifted(low), shifted(high)
    if at_low <= target:
        return float(low)
    if at_high >= target:
        return float(high)
    while high - low > 1:
        middle = (low + high) // 2
        value = shifted(middle)
        if value > target:
            low, at_low = middle, value
        else:
            high, at_high = middle, value
    return low + (at_low - target) / (at_low - at_high)
