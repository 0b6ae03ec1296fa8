"""What the edge must do, as a value: which servers stand in which backend, and what the maps say.

The same value is rendered to disk, compared with the running process, and held by tests against both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Proxy(StrEnum):
    """The two HAProxy processes: each has its own configuration, user, maps, and bounds on connections.

    Devices come in at the edge and scripts call out by the egress, so neither can use up what the other needs.
    """

    EDGE = "edge"
    EGRESS = "egress"


LINES, ROUTES, RULES, SPLITS = "lines", "routes", "rules", "splits"
PREVIEWS, TOKENS = "previews", "tokens"
# Of the egress: who may call which service, which of its methods; callers with rules of their own;
# what is asked of an endpoint to see whether it is well; faults; credentials; the curve of what is refused first.
GRANTS, GRANTED, CALLERS = "grants", "granted", "callers"
CHECKS, FAULTS, CREDENTIALS, CURVE = "checks", "faults", "credentials", "curve"
LIVE = "live"  # What the adaptive loop sets, on its own.
SLOTS = "slots"  # The one map that node writes; control writes all others.
_EDGE_KINDS = (LINES, ROUTES, RULES, SPLITS)
_OF_EDGE = (PREVIEWS, TOKENS)
_OF_EGRESS = (GRANTS, GRANTED, CALLERS, CHECKS, FAULTS, CREDENTIALS, CURVE)

# A server that is added at runtime begins without these, and would open a connection for each request.
_POOL = ("pool-max-conn 1000", "pool-low-conn 1000", "pool-purge-delay 1s")


@dataclass(frozen=True, slots=True)
class Server:
    """A server of a backend. `maxconn`: requests in flight, 0 for no bound; `extra` is as HAProxy wants it."""

    name: str
    address: str
    maxconn: int = 0
    extra: str = ""

    @property
    def options(self) -> str:
        bounds = [f"maxconn {self.maxconn}"] if self.maxconn else []
        extra = [self.extra] if self.extra else []
        return " ".join([self.address, *bounds, *extra, *_POOL])

    @property
    def is_checked(self) -> bool:
        return "check " in f"{self.extra} "


Backends = Mapping[str, tuple[Server, ...]]
Maps = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class EdgeState:
    """`backends` holds only those with servers; `maps` is by file name without its ending."""

    backends: Backends = field(default_factory=dict)
    maps: Maps = field(default_factory=dict)

    def of(self, proxy: Proxy) -> "EdgeState":
        """Returns the part of one process."""
        return EdgeState(
            {name: servers for name, servers in self.backends.items() if backend_owner(name) is proxy},
            {name: entries for name, entries in self.maps.items() if map_owner(name) is proxy},
        )


def map_name(kind: str, stack: str) -> str:
    return f"{kind}-{stack}"


KINDS = ("reads", "others", "patterns")


def methods_map(backend: str, kind: str) -> str:
    """What may be asked of a service: reads by exact path, others by method and path, paths with parameters."""
    return f"{kind}-{backend}"


def map_names(proxy: Proxy, stacks: tuple[str, ...], services: int) -> list[str]:
    """Returns the names of the maps of one process that control writes; node and the adaptive loop write the others."""
    if proxy is Proxy.EDGE:
        return [*(map_name(kind, stack) for stack in stacks for kind in _EDGE_KINDS), *_OF_EDGE]
    return [*(methods_map(f"s{number}", kind) for number in range(services) for kind in KINDS), *_OF_EGRESS]


def map_owner(name: str) -> Proxy:
    """Returns the process that reads a map."""
    return Proxy.EDGE if name in _OF_EDGE or name.partition("-")[0] in _EDGE_KINDS else Proxy.EGRESS


def backend_owner(name: str) -> Proxy:
    """Returns the process that has a backend: those of services are the egress's."""
    return Proxy.EGRESS if name.startswith("s") else Proxy.EDGE


def is_ordered(name: str) -> bool:
    """In a map of regular expressions the first match wins, so its order counts."""
    return name.partition("-")[0] in (RULES, "patterns")
