"""What is shown of the platform: put together from the nouns for people, the same for command line and console.

Times are seconds since the epoch, durations seconds, sizes bytes.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class LineView:
    """A line in a stack, and what it points at. `instances` counts them by state."""

    line: str
    stack: str
    region: str
    release: int
    version: str
    released_by: str
    released_at: float
    address: str
    instances: dict[str, int]


@dataclass(frozen=True, slots=True)
class ApplicationView:
    name: str
    team: str
    repository: str
    default_line: str
    latest_version: str
    created_at: float
    lines: list[LineView]


@dataclass(frozen=True, slots=True)
class Load:
    """What a backend of the edge does now. `errors` are answers of 500 and above since the edge began."""

    requests_per_second: float
    in_flight: int
    queued: int
    requests: int
    errors: int
    average_seconds: float


@dataclass(frozen=True, slots=True)
class Rate(Load):
    """The load of a deployment."""

    deployment: str


@dataclass(frozen=True, slots=True)
class DeploymentView:
    """`serving`: a line's traffic goes to it. `release` is that line's number, 0 for one that is only kept warm."""

    id: str
    application: str
    line: str
    version: str
    stack: str
    region: str
    purpose: str
    serving: bool
    release: int
    instances: dict[str, int]
    wanted_instances: int
    created_at: float
    used_at: float
    address: str
    rate: Rate | None


@dataclass(frozen=True, slots=True)
class PublicationView:
    """One deploy or publish: what it was to do, how far it came, and what the version measured at its start."""

    operation: int
    kind: str
    application: str
    version: str
    stack: str
    by: str
    state: str
    began_at: float
    ended_at: float
    error: dict[str, Any] | None
    tests: str
    start_seconds: float
    import_seconds: float
    warmup_seconds: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class ProgramView:
    """One program of the platform, as the supervisor sees it."""

    name: str
    pid: int
    restarts: int
    since: float
    last_end: str


@dataclass(frozen=True, slots=True)
class EdgeView:
    alive: bool
    uptime: str = ""
    connections: int = 0


@dataclass(frozen=True, slots=True)
class StatusView:
    """`pools`: of each, how many are given out and how many there are. `addresses`: of the edge's stacks, for links."""

    version: str
    applications: list[ApplicationView]
    pools: dict[str, list[int]]
    edge: EdgeView
    programs: list[ProgramView]
    node: bool
    addresses: dict[str, str] = field(default_factory=dict)
