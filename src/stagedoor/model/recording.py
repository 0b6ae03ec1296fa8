"""A recording: one request with every API answer it saw, and what it read of clock and chance. And what a replay of it
came to.

`head` are header lines as they came. Times of a call are microseconds since the request began.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

FORMAT = 1
NOT_RECORDED, DIFFERS, NOT_ASKED, READING = "not recorded", "differs", "not asked", "reading"  # Divergences.
NEVER = -1  # When a call ended that nobody waited for.


@dataclass(slots=True)
class Called:
    """A call with its answer. `turn`: those with one number ended in one turn of the event
    loop, in the order of `order`. A `status` of -1: its time was over.

    `error` is what stood in the place of an answer. `instant`: it had the answer at once, `reused`: another call
    brought it, maybe of another request.
    """

    service: str
    verb: str
    target: bytes
    head: bytes = b""
    body: bytes = b""
    at: int = 0
    ended: int = NEVER
    turn: int = 0
    order: int = 0
    status: int = 0
    answer_head: bytes = b""
    answer: bytes = b""
    error: str = ""
    instant: bool = False
    reused: bool = False


@dataclass(slots=True)
class Birth:
    """What every request of an instance has in common: its hash seed, and what it read and called before the first.

    `prepared` are modules that were imported before the container was anybody's.
    """

    seed: int = 0
    python: str = ""
    began: float = 0.0
    readings: dict[str, list[Any]] = field(default_factory=dict)
    calls: list[Called] = field(default_factory=list)
    prepared: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Recording:
    """`began` in seconds since the epoch, `took` in microseconds.

    `readings` by kind, in the order they were read. `causes`: what may make a replay differ. `lacking`: why it cannot
    be replayed at all.
    """

    id: str
    began: float
    method: str
    target: bytes
    head: bytes
    instance: str = ""
    body: bytes = b""
    prefix: bytes = b""
    took: int = 0
    status: int = 0
    answer_head: bytes = b""
    answer: bytes = b""
    calls: list[Called] = field(default_factory=list)
    readings: dict[str, list[Any]] = field(default_factory=dict)
    causes: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    birth: Birth = field(default_factory=Birth)
    format: int = FORMAT

    @property
    def outcome(self) -> "Outcome":
        """What it came to when it was recorded, to compare a replay with."""
        calls = tuple(Asked(call.service, call.verb, call.target, call.body) for call in self.calls)
        return Outcome(self.id, self.status, self.answer_head, self.answer, calls)


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording on the shelf. `reason`: why it is kept; `until`, in seconds since the epoch. `size` in bytes."""

    id: str
    at: float
    application: str
    version: str
    stack: str
    endpoint: str
    method: str
    path: str
    status: int
    duration: float
    device: str
    instance: str
    reason: str
    until: float
    size: int
    calls: int
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as a run asked it."""

    service: str
    verb: str
    target: bytes
    body: bytes = b""
    head: bytes = b""

    @property
    def place(self) -> str:
        """What it asks, without what it asks for: as `discovery GET /rows`."""
        return f"{self.service} {self.verb} {self.target.partition(b'?')[0].decode('latin-1')}"


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where a replay left its recording. `kind`: `not recorded`, `differs`, `not asked`, `reading`."""

    kind: str
    what: str
    recorded: str = ""
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of a recording came to. `cpu` in seconds of its own; `failed`: why there is no answer."""

    id: str
    status: int = 0
    head: bytes = b""
    body: bytes = b""
    calls: tuple[Asked, ...] = ()
    cpu: float = 0.0
    took: float = 0.0
    degraded: tuple[str, ...] = ()
    divergences: tuple[Divergence, ...] = ()
    failed: str = ""

    def is_same(self, other: "Outcome") -> bool:
        """Byte for byte: status, header lines and body."""
        mine, theirs = (self.status, self.head, self.body), (other.status, other.head, other.body)
        return mine == theirs and not self.failed and not other.failed

    @property
    def fields(self) -> list[tuple[str, str]]:
        return list(read_fields(self.head))


def read_fields(head: bytes) -> Iterable[tuple[str, str]]:
    """(name in lower case, value) of header lines."""
    for line in head.decode("latin-1").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), value.strip()
