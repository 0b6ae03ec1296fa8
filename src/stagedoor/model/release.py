"""A release is the one pointer of a line in a stack; rolling back points at an earlier one."""

from dataclasses import dataclass
from typing import Any

from stagedoor.model.errors import Conflict, Missing


@dataclass(frozen=True, slots=True)
class Line:
    """All versions of one major in a stack. `release` is the number it points at, 0 before the first."""

    application: str
    major: int
    stack: str
    release: int = 0

    @property
    def name(self) -> str:
        return f"{self.application} ^{self.major} in {self.stack}"


@dataclass(frozen=True, slots=True)
class Release:
    """Numbered within its line; immutable. `routes` and `config` are of the moment it was made."""

    application: str
    major: int
    stack: str
    number: int
    version: str
    config: dict[str, Any]
    routes: list[dict[str, Any]]
    made_by: str
    made_at: float
    cause: str
    restores: int = 0


def rollback_target(releases: list[Release], current: int, to: int = 0) -> Release:
    """The release to go back to: `to`, else the newest before the current one that ran something else.

    Raises Missing when there is none, Conflict when it is the one that runs.
    """
    by_number = {release.number: release for release in releases}
    if current not in by_number:
        raise Missing("nothing is released here, so there is nothing to roll back")
    if to:
        if to not in by_number:
            raise Missing(f"there is no release {to}", hint=f"known: {', '.join(str(n) for n in sorted(by_number))}")
        if to == current:
            raise Conflict(f"release {to} is the one that runs")
        return by_number[to]
    return _former(by_number, by_number[current])


def _former(by_number: dict[int, Release], current: Release) -> Release:
    # A release that restored an earlier one stands for it: going back twice goes back two steps, not to and fro.
    start = current
    while start.restores in by_number:
        start = by_number[start.restores]
    for number in sorted(by_number, reverse=True):
        if number < start.number and by_number[number].version != current.version:
            return by_number[number]
    raise Missing(f"version {current.version} is the first of this line; there is no former one to go back to")
