"""What instances used, stretch by stretch of time, both arms in pairs.

The coin that puts members into arms says little here: each arm has one or a few instances. What is assumed instead is
that without a difference each pair is as likely to differ by so much the one way as the other: Wilcoxon's signed-rank
test (Biometrics Bulletin 1, 1945), exact up to 80 pairs; pairs that follow another alike count as fewer.
"""

import math

import numpy as np
from scipy.special import ndtr

from stagedoor.decide.canary.sample import Floats
from stagedoor.decide.canary.settings import CPU, MEMORY

LEAST = {CPU: 18, MEMORY: 27}  # Pairs: with fewer no order of signs is rare enough for an early look's alpha.
LASTS = 10.0  # Seconds of a stretch, as planned.
_EXACT = 80
_MOST = 200  # Pairs: more are added up, since all pairs of pairs are looked at.


def fewer(values: Floats) -> Floats:
    """Neighbours added up until there are no more than _MOST rows."""
    wide = -(-len(values) // _MOST)
    if wide <= 1:
        return values
    return np.asarray(values[len(values) % wide :].reshape(-1, wide, 2).sum(axis=1))


def few(metric: str, count: int) -> str:
    return f"{count} of {LEAST[metric]} stretches of time were measured" if count else "was not measured"


def paired(differences: Floats, reach: float) -> tuple[float, float, float, float]:
    """(p that they are so much above 0 by chance, Hodges and Lehmann's middle, its low and high)."""
    away = differences[differences != 0]
    count = len(away)
    walsh = np.sort(((differences[:, None] + differences[None, :]) / 2)[np.triu_indices(len(differences))])
    middle = float(np.median(walsh))
    alike = _alike(differences)
    deviation = math.sqrt(max(1, len(differences)) ** 3 / 12 * alike)
    cut = int(np.clip(len(walsh) / 2 - reach * deviation, 0, len(walsh) // 2))
    low, high = float(walsh[cut]), float(walsh[-1 - cut])
    if not count:
        return 1.0, middle, low, high
    ranks = ranked(np.abs(away))
    plus = float(ranks[away > 0].sum())
    mean, variance = float(ranks.sum()) / 2, float((ranks**2).sum()) / 4
    p = float(ndtr(-(plus - mean) / math.sqrt(variance * alike)))
    if count <= _EXACT:
        p = max(p, exact(ranks, plus)) if alike > 1.05 else exact(ranks, plus)
    return p, middle, low, high


def ranked(values: Floats) -> Floats:
    _, place, many = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(many)
    return np.asarray(ends - (many - 1) / 2)[place]


def exact(ranks: Floats, plus: float) -> float:
    """Chance of a sum of at least `plus` when each rank counts with a half: by counting all sums."""
    doubled = np.round(ranks * 2).astype(np.int64)
    chances = np.zeros(int(doubled.sum()) + 1)
    chances[0] = 1.0
    for one in doubled:
        moved = np.zeros_like(chances)
        moved[one:] = chances[: len(chances) - one]
        chances = (chances + moved) / 2
    return float(min(1.0, chances[round(plus * 2) :].sum()))


def _alike(differences: Floats) -> float:
    """How many pairs count as one since one after another is alike: (1 + r) / (1 - r), as in a first-order process."""
    away = differences - differences.mean()
    whole = float((away * away).sum())
    if whole <= 0 or len(away) < 8:
        return 1.0
    r = min(0.9, max(0.0, float((away[1:] * away[:-1]).sum()) / whole))
    return (1 + r) / (1 - r)
