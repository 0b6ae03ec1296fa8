"""An operation: something that takes a while and is watched step by step (a publish, a release, a rollback)."""

from dataclasses import dataclass, field
from typing import Any

RUNNING, DONE, FAILED = "running", "done", "failed"
PUBLISHING = ("deploy", "publish")


@dataclass(frozen=True, slots=True)
class Step:
    """One event of an operation. `seconds` is the step's own time, once it ended."""

    seq: int
    at: float
    name: str
    state: str
    text: str = ""
    seconds: float = 0.0
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """`goal` is what a restarted control needs to finish it."""

    id: int
    kind: str
    application: str
    line: str
    state: str
    by: str
    began_at: float
    goal: dict[str, Any]
    ended_at: float = 0.0
    error: dict[str, Any] | None = None

    @property
    def publishes(self) -> bool:
        return self.kind in PUBLISHING
