"""What is shown of alerts. Times in seconds since the epoch."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class AlertView:
    """`silenced`: why nobody is told of it, empty when somebody is."""

    id: int
    rule: str
    application: str
    stack: str
    endpoint: str
    version: str
    state: str
    began: float
    ended: float
    times: int
    reason: str
    silenced: str
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RuleView:
    """`backtest`: whether stored minutes can say how often it would have fired."""

    name: str
    help: str
    backtest: bool


@dataclass(frozen=True, slots=True)
class FiringView:
    """When a rule would have fired, and until when."""

    rule: str
    application: str
    stack: str
    endpoint: str
    began: float
    ended: float
    times: int
    reason: str


@dataclass(frozen=True, slots=True)
class BacktestView:
    """`minutes` of `endpoints` were looked at; `left_out` more endpoints had to be left out for time.

    `by_rule` counts. What began in a minute's midst is found at its end, so later than it would have been.
    """

    since: float
    until: float
    minutes: int
    endpoints: int
    left_out: int
    by_rule: dict[str, int]
    firings: list[FiringView]


@dataclass(frozen=True, slots=True)
class SavedTestView:
    """Of a saved query with a bound: so many `windows` were looked at, and it would have fired so many `times`."""

    windows: int
    times: int
    firings: list[FiringView]
