"""What is shown of recordings and replays. Times in seconds since the epoch, durations in seconds."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from stagedoor.model.comparison import Comparison, Difference
from stagedoor.model.recording import Divergence, Kept, Outcome
from stagedoor.model.views import ALL_SAID


@dataclass(frozen=True, slots=True)
class RecordingView:
    """`har`: all of it, as HAR 1.2 with what Stagedoor adds in `_stagedoor`. `config` is what its version runs
    with now; `secrets` are names.
    """

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    kept: Kept
    har: dict[str, Any]
    config: dict[str, Any]
    secrets: list[str]


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """What a run came to. `calls` as `discovery GET /rows`; `cpu`: its own time; `failed`: why there is no answer."""

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    status: int
    head: str
    body: str
    calls: list[str]
    cpu: float
    took: float
    degraded: list[str]
    failed: str


@dataclass(frozen=True, slots=True)
class ReplayView:
    """`same`: byte for byte what was recorded. `causes`: what may have made it differ."""

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    kept: Kept
    version: str
    same: bool
    outcome: OutcomeView
    differences: list[Difference]
    divergences: list[Divergence]
    causes: list[str]


@dataclass(frozen=True, slots=True)
class ReportView:
    """Recordings run with two versions, or a shadow's requests. `kind`: replay or shadow.

    `exact`: in how many the old version came to what was recorded, byte for byte; `inexact`: the causes of the others.
    `skipped`: recordings that could not be replayed, by why.
    """

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    id: int
    application: str
    stack: str
    kind: str
    old: str
    new: str
    at: float
    by: str
    took: float
    recordings: int
    exact: int
    inexact: dict[str, int]
    comparison: Comparison
    skipped: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FailureTrial:
    """One call of a recording that failed in one way. `stands`: the answer was a usable one, in time."""

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    recording: str
    endpoint: str
    call: str
    number: int
    kind: str
    stands: bool
    found: str
    status: int
    took: float


@dataclass(frozen=True, slots=True)
class FailureReport:
    """`missing`: calls without a usable answer when they fail, the worst first."""

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    application: str
    version: str
    recordings: int
    took: float
    trials: list[FailureTrial]
    missing: list[str]


def outcome_view(one: Outcome) -> OutcomeView:
    return OutcomeView(
        one.status, one.head.decode("latin-1"), one.body.decode("utf-8", "replace"), [call.place for call in one.calls],
        one.cpu, one.took, list(one.degraded), one.failed,
    )  # fmt: skip
