"""Running recordings again: what node is asked, and how a call is to fail in one."""

from dataclasses import dataclass, field
from typing import Any

from stagedoor.model.deployment import Sandbox
from stagedoor.model.recording import Birth, Recording


@dataclass(frozen=True, slots=True)
class Job:
    """`faults`: kinds of failures by the number of a call in the recording."""

    recording: Recording
    faults: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replay:
    """Recordings of one birth, on one version. `pace`: 0 at once, 1 as recorded. `timeout` in seconds for each.
    `fresh`: each as the first of its instance; else one after another in one process, which keeps what it keeps."""

    sandbox: Sandbox
    boot: dict[str, Any]
    birth: Birth
    jobs: tuple[Job, ...]
    pace: float = 0.0
    timeout: float = 30.0
    fresh: bool = True
