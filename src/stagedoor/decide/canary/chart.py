"""How many requests of each arm fall into which class, for a chart."""

import numpy as np

from stagedoor.decide.canary.sample import Arm
from stagedoor.model.judgement import Distribution

_CLASSES = 30


def distributions(baseline: Arm, canary: Arm) -> list[Distribution]:
    """Of latency, calls and size, in classes of equal width in logarithms; without cold requests."""
    warm = [(~one.cold) for one in (baseline, canary)]
    if not all(one.any() for one in warm):
        return []
    found = []
    for metric, unit, column in (("latency", "us", "took"), ("calls", "calls", "calls"), ("size", "bytes", "size")):
        values = [
            np.asarray(getattr(arm, column)[rows], np.int64) for arm, rows in zip((baseline, canary), warm, strict=True)
        ]
        low, high = (float(end(one(part) for part in values)) for end, one in ((min, np.min), (max, np.max)))
        edges = _whole(low, high) if high - low < _CLASSES else np.geomspace(max(1.0, low), high + 1, _CLASSES + 1)
        edges[0] = min(edges[0], low)
        counted = [np.histogram(part, edges)[0].tolist() for part in values]
        found.append(Distribution(metric, unit, [float(one) for one in edges], *counted))
    return found


def _whole(low: float, high: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """A class for each whole number."""
    return np.arange(low, high + 2, dtype=np.float64)
