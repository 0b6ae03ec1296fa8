"""Of which sign more differences are: the sign test, which for errors is McNemar's (Psychometrika 12, 1947), exact.

Bounds of a share's difference are Tango's score interval (Statistics in Medicine 17, 1998), which holds when no pair
differs as well.
"""

import math

import numpy as np
from scipy.special import bdtrc

from stagedoor.decide.canary.pool import bound
from stagedoor.decide.canary.sample import Floats

_HALVINGS = 40


def chance(apart: Floats) -> float:
    """Of at least so many above 0 among those that are not 0, when each is above with a half."""
    more, less = int((apart > 0).sum()), int((apart < 0).sum())
    return float(bdtrc(more - 1, more + less, 0.5)) if more else 1.0


def mean(apart: Floats) -> float:
    return float(apart.mean())


def share_bounds(apart: Floats, alpha: float) -> tuple[float, float]:
    """Of the mean of what is -1, 0 or 1: (low, high), each passed with a chance of `alpha`."""
    more, less = int((apart > 0).sum()), int((apart < 0).sum())
    reach, count = bound(alpha), len(apart)
    return _share(more, less, count, reach), -_share(less, more, count, reach)


def mean_bounds(apart: Floats, alpha: float) -> tuple[float, float]:
    """By the normal approximation."""
    away = bound(alpha) * float(np.std(apart)) / math.sqrt(len(apart))
    return mean(apart) - away, mean(apart) + away


def _share(more: int, less: int, count: int, reach: float) -> float:
    """The lowest difference of shares that is not out of the question."""
    low, high = -1.0, (more - less) / count
    for _ in range(_HALVINGS):
        half = (low + high) / 2
        if _score(more, less, count, half) > reach:
            low = half
        else:
            high = half
    return (low + high) / 2


def _score(more: int, less: int, count: int, apart: float) -> float:
    """Tango's T, with the share of `less` that is most likely when the shares differ by `apart`."""
    b = -more - less + (2 * count - more + less) * apart
    root = math.sqrt(max(0.0, b * b + 8 * count * less * apart * (1 - apart)))
    fewer = (root - b) / (4 * count)
    variance = count * (2 * fewer + apart * (1 - apart))
    beyond = more - less - count * apart
    if variance <= 0:
        return math.inf if beyond > 0 else 0.0
    return beyond / math.sqrt(variance)
