"""What the engine needs of others: sockets that the supervisor holds, the edge's doors, the egress's slots."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class Sockets(Protocol):
    """Listening sockets outlive their users; who needs one takes a descriptor."""

    async def listener(self, number: int, deployment: str, *, renew: bool = False) -> int:
        """Returns a descriptor of a listener, which the caller closes; one that no other deployment had before.

        With `renew` it is one that nobody had. Whoever accepts at the former one is deaf from then on.
        """
        ...

    def door_path(self, number: int) -> Path: ...

    def slot_path(self, number: int) -> Path: ...

    async def network(self, number: int) -> str:
        """A path that is the slot's network namespace as long as this process lives."""
        ...


class Outputs(Protocol):
    """What instances print goes through pipes that outlive node, and that another program reads into logs.

    `application`, `rate` (bytes a second, 0 for no limit) and `born` are what that program is told of an instance.
    """

    async def make(self, instance: str) -> int:
        """Returns the end of a new pipe that writes, which the caller closes. Raises OSError."""
        ...

    async def assign(self, instance: str, application: str, rate: int, born: float) -> None:
        """From now on what the container writes belongs to an application, and is read."""
        ...

    async def drain(self, instance: str) -> None:
        """Waits, within a bound, until what was written is in the log."""
        ...

    async def finish(self, instance: str, application: str, rate: int, born: float) -> None:
        """The same for an instance of which nothing lives any more; then its pipe goes."""
        ...

    async def discard(self, instance: str) -> None:
        """The container became nobody."""
        ...

    async def keep(self, instances: Sequence[str]) -> None:
        """After a restart of node: these live, and no other."""
        ...


class Doors(Protocol):
    """Which doors take traffic. Every call is harmless when repeated, and says False when the edge is away."""

    async def open(self, backend: str, door: int) -> bool: ...

    async def close(self, backend: str, door: int) -> bool: ...

    async def open_doors(self) -> set[tuple[str, int]] | None:
        """(backend, door) of those open; None when the edge is away."""
        ...

    async def busy(self, backend: str, door: int) -> int:
        """Requests in flight at this door; 0 when the edge is away."""
        ...


class Slots(Protocol):
    """Who holds which slot, as the egress sees it."""

    async def hold(self, slot: int, holder: str) -> None:
        """Names the holder of a slot. Raises OSError when the egress is there and does not answer."""
        ...

    async def vacate(self, slot: int) -> None:
        """Names nobody and closes what the former holder left. Raises OSError while something of it is left."""
        ...

    async def recover(self, holders: dict[int, str]) -> None:
        """Makes exactly these slots held."""
        ...
