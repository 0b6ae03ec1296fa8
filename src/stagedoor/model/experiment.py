"""An experiment: members see one of several cells, each by a version of its own, until it ends."""

import re
from dataclasses import dataclass, field
from typing import ClassVar

from stagedoor.model.errors import Invalid
from stagedoor.model.judgement import Judgement, Looked, Plan
from stagedoor.model.names import check_name
from stagedoor.model.split import Part, apart
from stagedoor.model.views import ALL_SAID

PREPARING, RUNNING, ENDED = "preparing", "running", "ended"
_LONGEST = 90 * 86400.0
_MOST_CELLS = 8
_LEAST = 0.01  # Per cent: less than the edge can tell apart.
_ROLLOUT = re.compile(r"r\d+")


@dataclass(frozen=True, slots=True)
class Cell:
    """`share`: per cent of members; `version` empty: what the line runs, whatever that is at the time."""

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    name: str
    share: float
    version: str = ""


@dataclass(frozen=True, slots=True)
class Experiment:
    """The first cell is what the others are compared with. Its name is given once, ever: records say it.

    `deployments` by cell, `judgements`, `looked` and `seen` (requests that were ever looked at)
    by cell other than the first; times in seconds since the epoch.
    """

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    id: int
    name: str
    application: str
    major: int
    stack: str
    cells: list[Cell]
    by: str
    began_at: float
    ends_at: float
    state: str = PREPARING
    ended_at: float = 0.0
    reason: str = ""
    deployments: dict[str, str] = field(default_factory=dict)
    plan: Plan | None = None
    judgements: dict[str, Judgement] = field(default_factory=dict)
    looked: dict[str, Looked] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def line(self) -> str:
        return f"{self.application} ^{self.major} in {self.stack}"

    @property
    def control(self) -> Cell:
        """What the other cells are compared with."""
        return self.cells[0]

    @property
    def share(self) -> float:
        """Per cent of members in any of its cells."""
        return sum(one.share for one in self.cells)

    @property
    def split(self) -> str:
        return f"x{self.id}"

    def cohort(self, cell: str) -> str:
        return f"{self.name}:{cell}"

    def parts(self) -> list[Part]:
        """Who is in which cell: nobody while it is made ready, so that all begin together."""
        if self.state != RUNNING:
            return []
        return apart([(self.cohort(one.name), one.share / 100) for one in self.cells])

    def check(self, now: float) -> None:
        """Raises Invalid."""
        check_name("an experiment", self.name)
        if _ROLLOUT.fullmatch(self.name):
            raise Invalid(f"{self.name!r} cannot be the name of an experiment", hint="r and a number is a rollout's")
        names = [one.name for one in self.cells]
        for name in names:
            check_name("a cell", name)
        if not 2 <= len(self.cells) <= _MOST_CELLS or len(set(names)) != len(names):
            raise Invalid(f"an experiment has 2 to {_MOST_CELLS} cells, each with a name of its own")
        if not all(_LEAST <= one.share <= 100 for one in self.cells) or self.share > 100:
            shares = " + ".join(f"{one.share:g} %" for one in self.cells)
            raise Invalid(
                f"weights do not add up: {shares} = {self.share:g} %",
                hint=f"each is {_LEAST:g} or more, all are at most 100",
            )
        if max(one.share for one in self.cells) > 100 / len(self.cells):
            raise Invalid(
                f"a cell of {max(one.share for one in self.cells):g} % finds no place beside the others",
                hint=f"of {len(self.cells)} cells each has at most {100 / len(self.cells):g} %",
            )
        if all(not one.version for one in self.cells):
            raise Invalid("every cell runs what the line runs", hint="name a version for a cell, as in big=5.3.0:10")
        if not now < self.ends_at <= now + _LONGEST:
            raise Invalid("an experiment has an end in the future", hint="within 90 days, as in --days 14")
