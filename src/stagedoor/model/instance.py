"""An instance: one container of a deployment, on one door, in one slot; and how it ended."""

from dataclasses import dataclass, field

STARTING, READY, STOPPING = "starting", "ready", "stopping"

# Why instances end. The first five are deaths: nobody wanted them.
OUT_OF_MEMORY, HUNG, SIGNAL, EXIT, SHUT_LISTENER = "out of memory", "hung", "signal", "exit", "shut listener"
NOT_STARTED, STOPPED = "not started", "stopped"
DEATHS = (OUT_OF_MEMORY, HUNG, SIGNAL, EXIT, SHUT_LISTENER)


@dataclass(slots=True)
class Instance:
    """Times are seconds since the epoch. `phases` are the seconds of each part of its start, in order."""

    id: str
    deployment: str
    application: str
    version: str
    stack: str
    door: int
    slot: int
    state: str = STARTING
    pid: int = 0
    pid_started: int = 0
    started_at: float = 0.0
    ready_after: float = 0.0
    phases: dict[str, float] = field(default_factory=dict)
    memory_bytes: int = 0
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """The end of an instance: `kind` is one of the causes above, `cause` says it in words."""

    number: int
    instance: str
    deployment: str
    application: str
    version: str
    stack: str
    door: int
    at: float
    age: float
    kind: str
    cause: str

    @property
    def unwanted(self) -> bool:
        return self.kind in DEATHS


@dataclass(frozen=True, slots=True)
class Usage:
    """What an instance uses: bytes of memory that count against its limit, seconds of CPU since its start."""

    instance: str
    memory: int
    cpu: float


@dataclass(frozen=True, slots=True)
class Attendance:
    """A deployment as node has it. `posts` says of each door what stands there: an instance's state, or nothing."""

    deployment: str
    instances: int
    posts: dict[int, str]
    woken: int
    refused: str


@dataclass(frozen=True, slots=True)
class Capacity:
    """Memory of the machine for instances, in bytes: all there is, what their limits promise, and what the machine has
    left. `leaving` is the part of the promised that is about to be given back.
    """

    total: int
    promised: int
    free: int
    leaving: int
