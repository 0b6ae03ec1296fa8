"""What a judge says of a canary: metric by metric, in words and with the numbers under them."""

from dataclasses import dataclass, field
from typing import ClassVar

from stagedoor.model.views import ALL_SAID

# Of a whole: it goes on looking; the canary is as good as its baseline; it does harm; nobody can say.
WATCHING, PASS, FAIL, INCONCLUSIVE = "watching", "pass", "fail", "inconclusive"
# Of one metric: not known yet; no harm that matters; harm; a difference that a person may want to know of.
OPEN, FINE, HARM, NOTICE = "open", "fine", "harm", "notice"
BASELINE, CANARY = "baseline", "canary"
SEQUENTIAL, KAYENTA = "sequential", "kayenta"
JUDGES = (SEQUENTIAL, KAYENTA)
# What is judged: what fails, what a fallback stood in for, answers' times and the slowest of them, calls of services,
# bytes, and what instances use.
ERRORS, CPU, MEMORY = "errors", "cpu", "memory"
METRICS = (ERRORS, "degraded", "latency", "tail", "calls", "size", CPU, MEMORY)


@dataclass(frozen=True, slots=True)
class Finding:
    """Of one metric. `baseline` and `canary` are its figures in `unit`; `effect` says what `low` and `high` bound.

    The bounds hold at all looks and for all metrics together with the promised chance; `p` is that of the last look.
    `samples` is what was counted on in both arms, `needed` what the announced effect needs.
    """

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    metric: str
    verdict: str
    words: str
    unit: str
    baseline: float
    canary: float
    effect: float
    low: float
    high: float
    p: float
    samples: int
    needed: int
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Distribution:
    """Of one metric in both arms, for a chart: requests in each class, whose bounds are `edges` (one more)."""

    metric: str
    unit: str
    edges: list[float]
    baseline: list[int]
    canary: list[int]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a judge keeps between two looks. `spent` is the part of its chance of a false alarm that is used up.

    A sample that began anew, since whoever held it died, has another `epoch`.
    """

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    epoch: int = 0
    looks: int = 0
    requests: int = 0
    spent: float = 0.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """`requests` and `units` (members, devices) of (baseline, canary)."""

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    verdict: str
    words: str
    at: float
    requests: tuple[int, int]
    units: tuple[int, int]
    looked: Looked
    findings: list[Finding] = field(default_factory=list)
    distributions: list[Distribution] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Visible:
    """An effect that will be seen with 95 per cent, once so many requests came in both arms together."""

    metric: str
    effect: str
    requests: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What was said before the start. `requests`: of both arms together, from which on it can pass.

    `alpha`: the promised chance of a false alarm. `enough`: the traffic brings them within `most` seconds.
    """

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    requests: int
    seconds: float
    least: float
    most: float
    alpha: float
    enough: bool
    words: str
    visible: list[Visible] = field(default_factory=list)
