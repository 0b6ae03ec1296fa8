"""What is seen of a live instance while it serves: its CPU, its memory, its requests in flight.

Times are seconds, sizes bytes. All but what the kernel says comes from inside a container and is bounded outside.
"""

from dataclasses import dataclass

from stagedoor.model.flame import Frame, Hot, HotPath, Node

LONGEST = 60  # Seconds of a profile, and between two looks at memory.
RATE = 100  # Samples a second.


@dataclass(frozen=True, slots=True)
class Profile:
    """`samples` were taken; `busy` of them did not wait for events and are what the graph shows.

    `cores` is what the instance used meanwhile, by the kernel's account; `misses` are samples that could not be read.
    """

    instance: str
    seconds: float
    rate: int
    samples: int
    busy: int
    misses: int
    cores: float
    functions: list[Hot]
    paths: list[HotPath]
    tree: Node


@dataclass(frozen=True, slots=True)
class Holding:
    """Objects of one type; with a second look, by how much they grew between the two."""

    type: str
    count: int
    bytes: int
    count_growth: int
    bytes_growth: int


@dataclass(frozen=True, slots=True)
class MemoryShare:
    """What the kernel counts: all that is in use, of which `anonymous` is the program's own, and its limit."""

    used: int
    limit: int
    anonymous: int
    files: int
    kernel: int

    @property
    def has_room(self) -> bool:
        """Whether a look at the objects, which takes some memory itself, cannot end the instance."""
        return not self.limit or self.limit - self.used > self.used // 16 + 16_000_000


@dataclass(frozen=True, slots=True)
class ThreadStack:
    """A thread as the profiler saw it from outside: frames from the outermost to the innermost."""

    name: str
    active: bool
    frames: list[Frame]


@dataclass(frozen=True, slots=True)
class Blocked:
    """The script's event loop does not turn: why that is known, and where its threads stand."""

    reason: str
    threads: list[ThreadStack]


@dataclass(frozen=True, slots=True)
class Memory:
    """`looked` of `tracked` objects were counted; `apart` is the time between two looks, 0 for one.

    `reason` says why there are no types.
    """

    instance: str
    share: MemoryShare
    types: list[Holding]
    looked: int
    tracked: int
    took: float
    apart: float
    reason: str
    blocked: Blocked | None


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call whose answer is waited for. `method` is the catalogue's name, empty where it has none."""

    service: str
    method: str
    verb: str
    path: str
    age: float
    limit: float
    attempt: int


@dataclass(frozen=True, slots=True)
class InFlight:
    """A request that is being answered: a stack for each of its tasks, that of its endpoint first."""

    id: str
    method: str
    path: str
    age: float
    stacks: list[list[Frame]]
    calls: list[OpenCall]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The oldest first; `total` are in flight. `others` are the script's tasks that belong to no request."""

    instance: str
    requests: list[InFlight]
    total: int
    others: list[list[Frame]]
    blocked: Blocked | None
