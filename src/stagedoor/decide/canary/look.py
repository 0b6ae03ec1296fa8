"""What every metric's test is given at a look, and the words they share."""

from dataclasses import dataclass

import numpy as np

from stagedoor.decide.canary.pool import Pool, bound
from stagedoor.decide.canary.sample import Floats
from stagedoor.decide.canary.settings import Rules
from stagedoor.model.judgement import FINE, HARM, NOTICE, OPEN

MISSED = 0.05  # Chance to miss what was announced.
MOST = 1000.0  # A ratio to nothing is said as this: JSON knows no infinity.
_MOST_OF_IT = 0.6


@dataclass(frozen=True, slots=True)
class Look:
    """`alpha`: of each metric at this look. `needs`: requests of both arms by metric, as planned."""

    rules: Rules
    needs: dict[str, int]
    alpha: float
    endpoints: tuple[str, ...]

    @property
    def reach(self) -> float:
        """Standard deviations on each side of a bound."""
        return bound(self.alpha / 2) if self.alpha > 0 else 6.0

    @property
    def unlikely(self) -> float:
        """Standard deviations that are passed with the chance of missing what was announced."""
        return bound(MISSED)

    def needed(self, metric: str, design: float, *, excluded: bool = False, samples: int = 0) -> int:
        """Requests of both arms. `design`: how many of them count as one; `excluded`: bounds already leave it out."""
        needed = int(np.ceil(self.needs.get(metric, 0) * max(1.0, design / DESIGN.get(metric, 1.0))))
        return min(needed, samples) if excluded else needed

    def endpoint(self, number: int) -> str:
        return self.endpoints[number] if 0 <= number < len(self.endpoints) else ""


# How many requests count as one, since those of one member are alike: what a plan assumes before it is measured.
DESIGN = {"latency": 5.0, "tail": 1.2, "size": 1.2, "errors": 1.2, "degraded": 1.2, "calls": 1.2}


def verdict(*, sure: bool, large: bool, enough: bool) -> str:
    """`sure`: no chance; `large`: matters; `enough`: what was announced would have been seen."""
    if sure:
        return HARM if large else NOTICE
    return FINE if enough else OPEN


def main_stratum(pool: Pool, parts: Floats) -> int:
    """The endpoint that most of a difference comes from; -1 when it is in no single one, or there is but one.

    `parts`: what each request adds to the difference.
    """
    sums = np.bincount(pool.stratum, parts)
    whole = float(np.maximum(sums, 0).sum())
    if whole <= 0 or np.count_nonzero(np.bincount(pool.stratum)) < 2:
        return -1
    most = int(np.argmax(sums))
    return most if sums[most] > _MOST_OF_IT * whole else -1


def inside(look: Look, number: int) -> str:
    name = look.endpoint(number)
    return f", most of it in {name}" if name else ""


def percent(share: float) -> str:
    """0.0012 as "0.12 %"; small ones with two digits that say something."""
    value = share * 100
    if value == 0 or value >= 10:
        return f"{value:.0f} %"
    return f"{value:.1f} %" if value >= 0.95 else f"{value:.2g} %"


def change(ratio: float) -> str:
    """1.12 as "12 %"; 3.4 as "3.4 times"."""
    if ratio >= 2:
        return f"{ratio:.2g} times" if ratio < MOST else f"more than {MOST:.0f} times"
    return f"{abs(ratio - 1) * 100:.2g} %" if abs(ratio - 1) < 0.1 else f"{abs(ratio - 1) * 100:.0f} %"


def span(low: float, high: float) -> str:
    """Bounds of a ratio as what is more or less: "5 to 20 %"."""
    return f"{(low - 1) * 100:+.0f} to {(high - 1) * 100:+.0f} %"
