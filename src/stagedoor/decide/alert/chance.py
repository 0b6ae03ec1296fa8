"""How likely a count is by chance alone: tails of distributions, without a library."""

import math
from collections.abc import Sequence
from statistics import median


def at_least(count: float, of: float, share: float) -> float:
    """Probability of `count` or more among `of` when each is one with the probability `share`: the exact binomial."""
    k, n = math.floor(count), max(math.ceil(of), math.floor(count))
    if k <= n * share:
        return 1.0
    # Terms fall from `k` on, each by more than the one before.
    log = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    term = math.exp(log + k * math.log(share) + (n - k) * math.log1p(-share))
    total, odds = 0.0, share / (1 - share)
    while term > total * 1e-6 and k <= n:
        total += term
        term *= (n - k) / (k + 1) * odds
        k += 1
    return total


def surprise(count: float, expected: float, spread: float) -> float:
    """How many standard deviations a count is from what is expected; below 0 for too few.

    `spread` is the relative standard deviation beyond Poisson's, so the count is negative binomial; the transformation
    that makes its variance 1 is Anscombe's (Biometrika 35, 1948).
    """
    had, wanted = math.sqrt(count + 0.375), math.sqrt(expected + 0.375)
    if spread < 1e-6:
        return 2 * (had - wanted)
    return 2 / spread * (math.asinh(spread * had) - math.asinh(spread * wanted))


def spread_of(values: Sequence[float], middle: float) -> float:
    """Standard deviation by the median distance from `middle`: a few values that are far off do not move it."""
    return 1.4826 * median(abs(one - middle) for one in values) if values else 0.0


def high(values: Sequence[float], share: float) -> float:
    """The value that so large a share does not exceed; 0 without any."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
