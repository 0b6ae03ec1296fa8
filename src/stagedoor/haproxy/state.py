"""What the edge must do, as a value: which servers stand in which backend, and what the maps say.

The same value is rendered to disk, compared with the running process, and held by tests against both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

LINES, ROUTES, RULES = "lines", "routes", "rules"
PREVIEWS, TOKENS, GRANTS = "previews", "tokens", "grants"
SLOTS = "slots"  # The one map that node writes; control writes all others.

# A server that is added at runtime begins without these, and would open a connection for each request.
_POOL = ("pool-max-conn 1000", "pool-low-conn 1000", "pool-purge-delay 1s")


@dataclass(frozen=True, slots=True)
class Server:
    """A server of a backend. `maxconn`: requests in flight, 0 for no bound."""

    name: str
    address: str
    maxconn: int = 0

    @property
    def options(self) -> str:
        bounds = [f"maxconn {self.maxconn}"] if self.maxconn else []
        return " ".join([self.address, *bounds, *_POOL])


Backends = Mapping[str, tuple[Server, ...]]
Maps = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class EdgeState:
    """`backends` holds only those with servers; `maps` is by file name without its ending."""

    backends: Backends = field(default_factory=dict)
    maps: Maps = field(default_factory=dict)


def map_name(kind: str, stack: str) -> str:
    return f"{kind}-{stack}"


def map_names(stacks: tuple[str, ...]) -> list[str]:
    names = [map_name(kind, stack) for stack in stacks for kind in (LINES, ROUTES, RULES)]
    return [*names, PREVIEWS, TOKENS, GRANTS, SLOTS]


def is_ordered(name: str) -> bool:
    """In a map of regular expressions the first match wins, so its order counts."""
    return name.partition("-")[0] == RULES
