"""By how much one of a pair is larger: Wilcoxon's signed-rank test (Biometrics Bulletin 1, 1945), exact up to 80 pairs
and by the normal approximation above, with ties as they are.

The estimate is Hodges and Lehmann's (Annals of Mathematical Statistics 34, 1963): the shift at which the test sees no
difference. Its bounds are the shifts at which it would just see one. Both are found by halving, since the statistic
falls as the shift grows.
"""

import math

import numpy as np
from scipy.special import ndtr

from stagedoor.decide.canary.pool import bound
from stagedoor.decide.canary.sample import Floats
from stagedoor.decide.canary.stretches import exact, ranked

_EXACT = 80
_HALVINGS = 40


def chance(apart: Floats) -> float:
    """Of differences that are at least so far above 0, when each is as likely to be above as below."""
    away = apart[apart != 0]
    if not len(away):
        return 1.0
    if len(away) > _EXACT:
        return float(ndtr(-_z(away)))
    placed = ranked(np.abs(away))
    return exact(placed, float(placed[away > 0].sum()))


def middle(apart: Floats) -> float:
    return _shift(apart, 0.0)


def bounds(apart: Floats, alpha: float) -> tuple[float, float]:
    """(low, high), each passed with a chance of `alpha`."""
    reach = bound(alpha)
    return _shift(apart, reach), _shift(apart, -reach)


def _z(apart: Floats) -> float:
    """Standard deviations by which those above 0 outweigh those below."""
    away = apart[apart != 0]
    placed = ranked(np.abs(away))
    variance = float((placed * placed).sum())
    return float((placed * np.sign(away)).sum()) / math.sqrt(variance) if variance else 0.0


def _shift(apart: Floats, target: float) -> float:
    """At which the statistic passes `target`; the least or largest difference when it never does."""
    low, high = float(apart.min()), float(apart.max())
    for _ in range(_HALVINGS):
        half = (low + high) / 2
        if _z(apart - half) > target:
            low = half
        else:
            high = half
    return (low + high) / 2
