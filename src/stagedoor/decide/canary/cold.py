"""The first requests of an instance, which load what later ones find: told apart, never judged."""

import numpy as np

from stagedoor.decide.canary.sample import Arm
from stagedoor.decide.canary.settings import COLD
from stagedoor.model.judgement import FINE, NOTICE, OPEN, Finding
from stagedoor.model.quantity import say_time

_LEAST = 5  # In each arm.
_LONGER = 1.5


def cold(baseline: Arm, canary: Arm) -> Finding:
    """Figures are medians in microseconds, the effect is their ratio. It has no bounds and no p."""
    took = [one.took[one.cold] for one in (baseline, canary)]
    count = sum(map(len, took))
    if min(map(len, took)) < 1:
        return Finding(COLD, OPEN, "no first requests to compare", "us", 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, count, 0)
    middle = [max(1.0, float(np.median(one))) for one in took]
    ratio = middle[1] / middle[0]
    told = ratio >= _LONGER and min(map(len, took)) >= _LEAST
    words = f"first requests take {say_time(middle[1] / 1e6)}, {say_time(middle[0] / 1e6)} of the baseline's"
    return Finding(
        COLD, NOTICE if told else FINE, words, "us", middle[0], middle[1], ratio, ratio, ratio, 1.0, count, 0
    )
