"""What is shown of the platform: put together from the nouns for people, the same for command line and console.

Times are seconds since the epoch, durations seconds, sizes bytes.
"""

from dataclasses import dataclass, field
from typing import Any

from stagedoor.model.scaling import ScaleStep

# Of a noun that is an answer as it is: its document says that every field is there, those with defaults as well.
ALL_SAID = {"json_schema_serialization_defaults_required": True}


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
class StageView:
    """A stage of a pipeline: `state` is done, running, failed, or ahead. `waits`: for somebody, or the time."""

    name: str
    state: str
    text: str
    waits: bool


@dataclass(frozen=True, slots=True)
class PublicationView:
    """One deploy, publish or release: what it was to do, how far it came, and what the version measured at its start.

    `stages` are those of its pipeline, none for a publish.
    """

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
    stages: list[StageView]


@dataclass(frozen=True, slots=True)
class ObjectiveView:
    """What the platform holds itself to. Times in seconds; `p99` is 0 while there are fewer than 100 `samples`.

    `warm` and `cold`: how often the former release ran, and how often it would have had to start first.
    """

    name: str
    bound: float
    met: bool
    samples: int
    p50: float
    p99: float
    warm: int
    cold: int
    at: float


@dataclass(frozen=True, slots=True)
class ProgramView:
    """One program of the platform, as the supervisor sees it.

    `crash_loop` says how often it ended lately while it ends again and again; it is empty while the program is well.
    `silent` says that it runs and answers nothing, with the time that it was given; it is empty while it answers.
    `memory_limit` is 0 where nothing limits it.
    """

    name: str
    pid: int
    restarts: int
    since: float
    last_end: str
    crash_loop: str = ""
    silent: str = ""
    memory_bytes: int = 0
    memory_limit: int = 0


@dataclass(frozen=True, slots=True)
class EdgeView:
    alive: bool
    uptime: str = ""
    connections: int = 0


@dataclass(frozen=True, slots=True)
class CapacityView:
    """Memory for instances in bytes, and the containers that wait ahead."""

    total: int
    promised: int
    used: int
    free: int
    waiting: dict[str, int]


@dataclass(frozen=True, slots=True)
class StatusView:
    """`pools`: of each, how many are given out and how many there are. `addresses`: of the edge's stacks, for links.

    `missing_isolation` says what this machine lacks with the operator's word, and what each costs.
    `disk_warning` says that the disk is nearly full, and what is kept for what.
    """

    version: str
    applications: list[ApplicationView]
    pools: dict[str, list[int]]
    edge: EdgeView
    programs: list[ProgramView]
    node: bool
    memory: CapacityView | None = None
    addresses: dict[str, str] = field(default_factory=dict)
    missing_isolation: list[str] = field(default_factory=list)
    disk_warning: str = ""


@dataclass(frozen=True, slots=True)
class InstanceView:
    """An instance as it is now. `phases` are the seconds of each part of its start; `cpu` are cores in use.

    `memory_bytes` is what counts against `memory_limit`; with `measure`, its share of the machine's memory instead.
    `forecast` says when its memory will be full, where it grows.
    """

    id: str
    deployment: str
    application: str
    version: str
    stack: str
    state: str
    door: int
    slot: int
    pid: int
    started_at: float
    ready_after: float
    phases: dict[str, float]
    restarts: int
    in_flight: int
    cpu: float
    cpu_limit: float
    memory_bytes: int
    memory_limit: int
    forecast: str
    full_in: float | None
    last_end: str


@dataclass(frozen=True, slots=True)
class EndView:
    """How an instance ended. `unwanted`: nobody asked it to."""

    instance: str
    application: str
    version: str
    stack: str
    door: int
    at: float
    age: float
    kind: str
    cause: str
    unwanted: bool


@dataclass(frozen=True, slots=True)
class InstanceDetail:
    """`memory` and `cpu` of late, as (time, bytes) and (time, cores); `ends` of those who stood on its door before."""

    instance: InstanceView
    memory: list[tuple[float, int]]
    cpu: list[tuple[float, float]]
    ends: list[EndView]


@dataclass(frozen=True, slots=True)
class ScaleView:
    """A deployment's instances and what decides about them. `points` of late are (time, instances, in flight)."""

    deployment: str
    version: str
    stack: str
    serving: bool
    instances: int
    min: int
    max: int
    concurrency: int
    idle: float
    fixed: int | None
    reason: str
    points: list[tuple[float, int, float]]


@dataclass(frozen=True, slots=True)
class ScalingView:
    """Of an application: its deployments, and the steps of late, the newest first."""

    deployments: list[ScaleView]
    steps: list[ScaleStep]
