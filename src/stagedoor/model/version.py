"""Versions: semantic numbers, and what makes two versions the same."""

import re
from dataclasses import dataclass, field
from typing import Any, Self

from stagedoor.model.errors import Invalid
from stagedoor.model.quantity import say_time

BUMPS = ("patch", "minor", "major")
FIRST = "1.0.0"

_WORTH_NAMING = 0.002  # Seconds of a package's import.

_NUMBER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


@dataclass(frozen=True, order=True, slots=True)
class Number:
    """A semantic version number; its major names the line."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Self:
        match = _NUMBER.fullmatch(text)
        if not match:
            raise Invalid(f"{text!r} is no version number", hint="use three numbers, as in 1.4.2")
        return cls(*(int(part) for part in match.groups()))

    def bump(self, part: str) -> "Number":
        if part == "major":
            return Number(self.major + 1, 0, 0)
        if part == "minor":
            return Number(self.major, self.minor + 1, 0)
        if part == "patch":
            return Number(self.major, self.minor, self.patch + 1)
        raise Invalid(f"cannot bump {part!r}", hint=f"one of {', '.join(BUMPS)}")

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


@dataclass(frozen=True, slots=True)
class Start:
    """What the try at publish measured: seconds and bytes.

    `phases` are the parts of `seconds`; `imports` the dearest packages, each with seconds and bytes; `modules` is all
    that its code imports, its own modules aside.
    """

    seconds: float = 0.0
    import_seconds: float = 0.0
    warmup_seconds: float = 0.0
    memory_bytes: int = 0
    phases: dict[str, float] = field(default_factory=dict)
    imports: tuple[dict[str, Any], ...] = ()
    modules: tuple[str, ...] = ()

    def describe(self) -> str:
        """How long a start takes, and why."""
        dearest = [one for one in self.imports if one["seconds"] >= _WORTH_NAMING][:3]
        named = ", ".join(f"{one['package']} {say_time(one['seconds'])}" for one in dearest)
        imports = f"import {say_time(self.import_seconds)}" + (f": {named}" if named else "")
        return f"ready after {say_time(self.seconds)} ({imports}; warm-up {say_time(self.warmup_seconds)})"


@dataclass(frozen=True, slots=True)
class Version:
    """An immutable artefact. `digest` covers source, manifest without its number, and dependency lock."""

    application: str
    number: str
    digest: str
    source: str
    layer: str
    python: str
    manifest: dict[str, Any]
    published_by: str
    published_at: float
    start: Start = field(default_factory=Start)
    endpoints: tuple[dict[str, str], ...] = ()
    tests: str = ""

    @property
    def major(self) -> int:
        return Number.parse(self.number).major


def next_numbers(taken: list[str]) -> dict[str, str]:
    """For each bump the next free number after the newest."""
    if not taken:
        return dict.fromkeys(BUMPS, FIRST)
    newest = max(Number.parse(number) for number in taken)
    return {bump: str(newest.bump(bump)) for bump in BUMPS}


def choose_number(wanted: str, bump: str, taken: list[str]) -> str:
    """The number of a new version: the one wanted by the manifest, else the bump of the newest (patch by default)."""
    if wanted and bump:
        raise Invalid(
            f"the manifest says version {wanted} and the command says --bump {bump}",
            hint="keep one of the two",
        )
    return str(Number.parse(wanted)) if wanted else next_numbers(taken)[bump or "patch"]
