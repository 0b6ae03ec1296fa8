"""What control needs of the edge and the egress."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from stagedoor.model.traffic import Traffic
from stagedoor.model.views import Load


@dataclass(frozen=True, slots=True)
class Probed:
    """An answer through the edge: its status (0 for none), the seconds it took, what a fallback stood in for."""

    status: int
    took: float
    degraded: str = ""


class Edge(Protocol):
    def prepare(self, traffic: Traffic) -> None: ...

    async def apply(self, traffic: Traffic) -> float: ...

    def forget(self) -> None: ...

    async def probe(self, backend: str, path: str, timeout: float) -> int: ...

    async def ask(self, backend: str, path: str, headers: Mapping[str, str], timeout: float) -> Probed:
        """A GET that goes the way of a device's request, with what only the platform may say of one."""
        ...

    async def info(self) -> dict[str, str]: ...

    async def silent(self) -> set[str]:
        """Which of the programs edge and egress do not answer in time."""
        ...

    async def in_flight(self, backends: Sequence[str]) -> dict[tuple[str, int], int]:
        """Requests in flight by (backend, door)."""
        ...

    async def counted(self) -> tuple[dict[str, int], int]:
        """({process of the worker: requests it counted}, requests under way)."""
        ...

    async def loads(self, backends: Sequence[str] | None = None) -> dict[str, Load]:
        """By backend: of these, or of all that were ever given a request."""
        ...


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the egress lets through of a method, or of a whole service: calls under way, 0 for no limit.

    `is_open`: its breaker is. `is_short`: its service is, so the least important calls go first.
    """

    limit: int = 0
    is_open: bool = False
    is_short: bool = False


class Live(Protocol):
    """What the adaptive loop tells the egress, and asks it."""

    async def set(self, limits: Mapping[str, Allowed]) -> None:
        """By `service/method`, and by `service` for all of it."""
        ...

    def forget(self) -> None: ...

    async def in_flight(self) -> dict[str, int]:
        """Calls under way by `service/method`."""
        ...

    async def endpoints(self) -> dict[str, list[tuple[str, str, str]]]:
        """(address, state, reason) of each service's endpoints, by backend."""
        ...
