"""What a replay says of a new version: where its answers and calls differ from the old one's, and whether it does harm.

A place is where something differs: `status`, `header content-type`, `/rows/[]/title` (in a JSON body, as in RFC 6901,
with `[]` for every index), `body` (as a whole), `call discovery GET /rows`.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from stagedoor.model.judgement import OPEN
from stagedoor.model.views import ALL_SAID

CHANGED, ADDED, GONE = "changed", "added", "gone"
OWN_TIME, ERRORS, CALLS = "own time", "errors", "calls"


@dataclass(frozen=True, slots=True)
class Difference:
    """`left` and `right` are short: JSON for values, empty for what is not there."""

    place: str
    kind: str
    left: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A difference as the recording `id` shows it."""

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    id: str
    left: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One difference in `count` of the `of` recordings of its endpoint.

    `noise`: in how many two runs of the old version differ like this. `new`: neither noise nor accepted. `by` and
    `why` are of who accepted it.
    """

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    endpoint: str
    place: str
    kind: str
    count: int
    of: int
    noise: int = 0
    new: bool = False
    accepted: bool = False
    by: str = ""
    why: str = ""
    examples: list[Example] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A difference that somebody wants. `at` in seconds since the epoch."""

    application: str
    endpoint: str
    place: str
    kind: str
    by: str
    why: str
    at: float


@dataclass(frozen=True, slots=True)
class Paired:
    """Of one metric over pairs: one request, run with both versions.

    `effect`, `low` and `high`: own time as the share by which the new version is slower (0.1 is 10 %), errors as the
    share of requests that fail more, calls as how many more a request makes. `p`: chance of so much harm without any.
    `needed`: how many of these pairs had sufficed, of errors also until the first that fails each time it is run again;
    `unpaired`: requests of both versions together until a test without pairs sees this effect as often as not, at the
    same alpha. Both are 0 where no difference is sure.
    """

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    metric: str
    pairs: int = 0
    effect: float = 0.0
    low: float = 0.0
    high: float = 0.0
    p: float = 1.0
    needed: int = 0
    unpaired: int = 0
    verdict: str = OPEN
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Counts are of recordings. `same`: differ in nothing but noise. `diverged`: the new version asked for what is not
    recorded, though compared. `failed`: one of the runs had no answer, so not compared.
    """

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    compared: int
    same: int
    diverged: int
    failed: int
    groups: list[Group]
    own_time: Paired
    errors: Paired
    verdict: str
    reason: str
