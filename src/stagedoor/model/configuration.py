"""Configuration and secrets of an application in a stack: set one by one, numbered, and never changed in place."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from stagedoor.model.errors import Invalid, TooLarge
from stagedoor.model.quantity import say_size

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,79}")
_LARGEST = 65_536


@dataclass(frozen=True, slots=True)
class Value:
    """One value under its name. `content` is JSON, or sealed when `secret`; empty once it was removed.

    `dropped`: nothing started with it, so it counts as never set. Its number is not given again.
    """

    application: str
    stack: str
    secret: bool
    name: str
    number: int
    content: str
    set_by: str
    set_at: float
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Numbers:
    """Which values a release holds: the number of each, by name."""

    values: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a deployment runs with: the values themselves, and of the secrets only their numbers."""

    values: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, int] = field(default_factory=dict)


def owner(application: str, stack: str, name: str) -> str:
    """What a secret is sealed for: it opens nowhere else."""
    return f"{application}/{stack}/{name}"


def newest(known: list[Value]) -> Numbers:
    """The newest of each name; what was removed is not there."""
    last: dict[tuple[bool, str], Value] = {}
    for one in sorted((one for one in known if not one.dropped), key=lambda one: one.number):
        last[one.secret, one.name] = one
    kept = [one for one in last.values() if one.content]
    return Numbers(
        {one.name: one.number for one in kept if not one.secret},
        {one.name: one.number for one in kept if one.secret},
    )


def apply(manifest: dict[str, Any], numbers: Numbers, known: list[Value]) -> Configuration:
    """What the manifest says, under what was set for the stack."""
    contents = {(one.name, one.number): one.content for one in known if not one.secret}
    values = {name: json.loads(contents[name, number]) for name, number in numbers.values.items()}
    return Configuration({**manifest, **values}, dict(numbers.secrets))


def check_value(name: str, content: str) -> None:
    """Raises Invalid, TooLarge; the content is not repeated in either."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"{name!r} cannot be the name of a value",
            hint="letters, digits, _ . and -; a letter or _ first; 80 characters at most",
        )
    if not content:
        raise Invalid(f"the value of {name} is empty", hint="give it on standard input")
    if len(content.encode()) > _LARGEST:
        raise TooLarge(f"the value of {name} is larger than {say_size(_LARGEST)}", hint="keep large data in a service")


def read_value(text: str) -> Any:
    """What was given on a command line: JSON where it is JSON, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text
