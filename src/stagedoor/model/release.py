"""A release is the one pointer of a line in a stack; rolling back points at an earlier one."""

from dataclasses import dataclass, field
from typing import Any

from stagedoor.model.configuration import Configuration, Numbers
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
    """Numbered within its line; immutable. `routes` and `config` are of the moment it was made.

    `values` and `secrets` hold the number of each that was set for the stack; `config` is what came of it.
    """

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
    values: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, int] = field(default_factory=dict)

    @property
    def configuration(self) -> Configuration:
        return Configuration(self.config, self.secrets)

    @property
    def numbers(self) -> Numbers:
        return Numbers(self.values, self.secrets)


def rollback_target(releases: list[Release], current: int, to: int = 0) -> Release:
    """The release to go back to: `to`, else the newest before the current one that was something else.

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
        if number < start.number and not _same(by_number[number], current):
            return by_number[number]
    raise Missing(f"version {current.version} is the first of this line; there is no former one to go back to")


def _same(one: Release, other: Release) -> bool:
    return (one.version, one.config, one.secrets) == (other.version, other.config, other.secrets)
