"""A slow leak: whether the canary's memory grows, and goes on growing, faster than the baseline's.

What grows in both, as while warming up, is no leak. The mean of the difference in each of nine windows of time takes
out what comes and goes with a collector; Student's t-test of the eight steps between them asks whether it goes on and
on, so that one cache that filled is no leak either. Steps between averages of something that wanders are alike by a
quarter (Working, Econometrica 28, 1960), for which their variance is taken half as large again.

It is not fine before the announced leak is out of the question: before the bound that is passed with 5 per cent lies
below the tolerance.
"""

import math

import numpy as np
from scipy.special import stdtr, stdtrit

from stagedoor.decide.canary.look import MISSED, Look, verdict
from stagedoor.decide.canary.sample import Blocks, Floats
from stagedoor.decide.canary.settings import MEMORY
from stagedoor.decide.canary.stretches import LASTS, LEAST, few
from stagedoor.model.judgement import HARM, NOTICE, OPEN, Finding
from stagedoor.model.quantity import say_size

_WINDOWS = 9
_WANDERS = 1.5  # Times the variance of a step.
_VARIES = 0.005  # As assumed before anything is measured.
_STILL = 0.0005  # Of what is in use: steps are taken to vary by no less.
_LEAST_LEAK = 2048.0  # Bytes a stretch.


def judge(look: Look, blocks: Blocks) -> Finding:
    """Figures are bytes that each arm grows by in a minute, the effect is their difference."""
    held = blocks.memory[(blocks.memory > 0).all(axis=1)]
    wide = len(held) // _WINDOWS
    if not wide:
        none = 0.0
        words = few(MEMORY, len(held))
        return Finding(MEMORY, OPEN, words, "bytes/min", none, none, none, none, none, 1.0, len(held), LEAST[MEMORY])
    lasts = float(np.median(np.diff(blocks.at)))
    minute = 60.0 / (lasts * wide)
    means = held[len(held) % _WINDOWS :].reshape(_WINDOWS, wide, 2).mean(axis=1)
    grown = np.diff(means, axis=0)
    usual = float(np.median(held[:, 0]))
    p, middle, low, high = _goes_on(grown[:, 1] - grown[:, 0], usual * _STILL, look.alpha)
    large = middle * minute * 60 >= look.rules.matters(MEMORY) * usual and middle / wide >= _LEAST_LEAK
    most_likely = _goes_on(grown[:, 1] - grown[:, 0], usual * _STILL, 2 * MISSED)[3] * minute * 60
    enough = len(held) >= LEAST[MEMORY] and most_likely < look.rules.tolerance(MEMORY) * usual
    state = verdict(sure=p <= look.alpha, large=large, enough=enough)
    shown = [float(grown[:, arm].mean()) * minute for arm in (0, 1)]
    words = f"memory grows by {_size(shown[1])} a minute, the baseline's by {_size(shown[0])}"
    if state in (HARM, NOTICE):
        words += f": {_size(middle * minute)} more ({_size(low * minute)} to {_size(high * minute)})"
    return Finding(
        MEMORY, state, words, "bytes/min", shown[0], shown[1], middle * minute, low * minute, high * minute, p,
        len(held), LEAST[MEMORY],
    )  # fmt: skip


def _goes_on(steps: Floats, still: float, alpha: float) -> tuple[float, float, float, float]:
    """(p that the mean step is so far above 0 by chance, the mean, its low and high)."""
    count = len(steps)
    mean = float(steps.mean())
    deviation = math.sqrt(max(float(steps.var(ddof=1)), still**2) * _WANDERS / count)
    away = -float(stdtrit(count - 1, max(alpha, 1e-12) / 2)) * deviation
    return float(stdtr(count - 1, -mean / deviation)), mean, mean - away, mean + away


def planned(tolerance: float, alpha: float) -> float:
    """Seconds until the announced leak is seen, when steps vary by half a per cent of what is in use."""
    apart = -float(stdtrit(_WINDOWS - 2, alpha)) - float(stdtrit(_WINDOWS - 2, MISSED))
    seconds = apart * math.sqrt(_WANDERS / (_WINDOWS - 1)) * _VARIES * _WINDOWS * 3600 / tolerance
    return max(LEAST[MEMORY] * LASTS, seconds)


def _size(size: float) -> str:
    return f"-{say_size(-size)}" if size < 0 else say_size(size)
