"""What the edge is to do, in the platform's words: which deployment answers which address, who may call what."""

from dataclasses import dataclass, field

from stagedoor.model.route import RouteRule
from stagedoor.model.service import Service
from stagedoor.model.split import Part


@dataclass(frozen=True, slots=True)
class Target:
    """Where a line's requests go: a deployment's backend, and what records say about it.

    `splits` are asked first, by their names: who is in an arm of one goes there.
    """

    backend: str
    label: str
    release: int
    team: str = ""
    cohort: str = ""
    splits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arm:
    """A part of who asks, and where they go."""

    part: Part
    target: Target


@dataclass(frozen=True, slots=True)
class Upstream:
    """A backend that was given out, with the doors in it. `concurrency`: requests in flight for one instance."""

    backend: str
    doors: tuple[int, ...]
    concurrency: int


@dataclass(frozen=True, slots=True)
class StackTraffic:
    """`lines` by line key, `routes` by address without the leading slash, `rules` with the line they lead to.

    `splits` by the name by which targets of lines name them.
    """

    lines: dict[str, Target] = field(default_factory=dict)
    routes: dict[str, str] = field(default_factory=dict)
    rules: tuple[tuple[RouteRule, str], ...] = ()
    splits: dict[str, tuple[Arm, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Egress:
    """A service that scripts call, with its credential in the clear: what egress puts into each call."""

    service: Service
    credential: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a deployment may call of a service: `methods`, None for all that it has."""

    deployment: str
    service: str
    methods: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """`tokens` map a token's hash to its team, `*` for operators. `now` decides which faults have ended."""

    stacks: dict[str, StackTraffic] = field(default_factory=dict)
    upstreams: tuple[Upstream, ...] = ()
    services: tuple[Egress, ...] = ()
    grants: tuple[Grant, ...] = ()
    previews: dict[str, Target] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    now: float = 0.0
