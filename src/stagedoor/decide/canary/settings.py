"""What a canary is judged by, and what is known of the traffic before it starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stagedoor.model.judgement import JUDGES, SEQUENTIAL

ERRORS, DEGRADED, LATENCY, TAIL = "errors", "degraded", "latency", "tail"
CALLS, SIZE, CPU, MEMORY = "calls", "size", "cpu", "memory"
METRICS: tuple[str, ...] = (ERRORS, DEGRADED, LATENCY, TAIL, CALLS, SIZE, CPU, MEMORY)
BY_STRETCH = (CPU, MEMORY)
COLD = "cold"  # A finding of its own, without a verdict.

# What effect matters. Errors and degraded answers: points of the share of requests. Latency, tail, size and CPU: how
# much more, as a share. Calls: how many more for each request. Memory: growth an hour, as a share of what is in use.
TOLERANCES: Mapping[str, float] = {
    ERRORS: 0.009, DEGRADED: 0.02, LATENCY: 0.10, TAIL: 0.50, CALLS: 1.0, SIZE: 0.25, CPU: 0.25, MEMORY: 1.0,
}  # fmt: skip
_MATTERS = 0.25  # Of a tolerance: an effect below it is told, and does no harm however sure it is.
_MATTERS_THERE = 0.5


@dataclass(frozen=True, slots=True)
class Rules:
    """`alpha`: chance of a false alarm over all metrics, looks and restarts together. `most`, `least`: in seconds.

    `metrics`: those that are judged; empty means all. `tolerances`: those that differ from TOLERANCES.
    Raises ValueError for a metric, a judge or a bound that does not exist.
    """

    alpha: float = 0.05
    most: float = 1800.0
    least: float = 60.0
    judge: str = SEQUENTIAL
    metrics: tuple[str, ...] = ()
    tolerances: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = [one for one in (*self.metrics, *self.tolerances) if one not in METRICS]
        if unknown:
            raise ValueError(f"no metric is called {unknown[0]!r}; there are {', '.join(METRICS)}")
        if self.judge not in JUDGES:
            raise ValueError(f"no judge is called {self.judge!r}; there are {', '.join(JUDGES)}")
        if not 0 < self.alpha < 1:
            raise ValueError("alpha is a chance above 0 and below 1")
        if any(one <= 0 for one in self.tolerances.values()):
            raise ValueError("a tolerance is above 0")

    def judged(self) -> tuple[str, ...]:
        return tuple(one for one in METRICS if one in self.metrics) or METRICS

    def tolerance(self, metric: str) -> float:
        return self.tolerances.get(metric, TOLERANCES[metric])

    def matters(self, metric: str) -> float:
        """From which estimate on a difference that is no chance does harm."""
        return self.tolerance(metric) * _MATTERS

    def matters_there(self, metric: str) -> float:
        """The same for a single endpoint that most of it comes from, when the others dilute it."""
        return self.tolerance(metric) * _MATTERS_THERE


@dataclass(frozen=True, slots=True)
class History:
    """Of the line before the canary. `rate`: requests a second; `share`: of each arm, 0 to 1; `errors`: their share.

    `spread`: standard deviation of the logarithm of latency within endpoints, 0 when unknown. `requests`: how many
    all this is from.
    """

    rate: float
    share: float
    errors: float
    spread: float
    requests: int
