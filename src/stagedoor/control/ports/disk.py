"""The disk of the data folder: what may still be written, and the reserve for changes when it is full."""

from typing import Protocol


class Disk(Protocol):
    """Every call looks at the disk as it is now."""

    def require_room(self) -> None:
        """For what makes the data grow. Raises Unavailable with what is free when that goes into the reserve."""
        ...

    def make_room(self) -> bool:
        """For changes that free space, go back or configure: gives a part of the reserve to them when little is free.

        Returns whether it gave anything.
        """
        ...

    def refill(self) -> None:
        """Sets the reserve aside again, once there is room."""
        ...

    def warning(self) -> str:
        """Says what is not written any more, and why; empty while there is room."""
        ...


class Endless:
    """A disk without an end, for a platform that keeps nothing."""

    def require_room(self) -> None:
        pass

    def make_room(self) -> bool:
        return False

    def refill(self) -> None:
        pass

    def warning(self) -> str:
        return ""
