"""Names of applications, teams, services and stacks: what may stand in an address, a map and a folder."""

import re
from difflib import get_close_matches

from stagedoor.model.errors import Invalid

TEST, PROD = "test", "prod"
STACKS = (TEST, PROD)

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40
_ADDRESS_OF_A_LINE = re.compile(r"v\d+")


def check_name(kind: str, name: str) -> str:
    """`name` when it may be used. Raises Invalid."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise Invalid(
            f"{name!r} cannot be the name of {kind}",
            hint=f"use lower-case letters, digits and single hyphens, a letter first, {_LONGEST} characters at most",
        )
    if _ADDRESS_OF_A_LINE.fullmatch(name):
        raise Invalid(f"{name!r} cannot be the name of {kind}", hint="v and a number is the address of a line")
    return name


def check_stack(stack: str) -> str:
    if stack not in STACKS:
        raise Invalid(f"there is no stack {stack!r}", hint=suggest(stack, STACKS))
    return stack


def suggest(word: str, known: "tuple[str, ...] | list[str]") -> str:
    """A hint for a word that is not known: the nearest one, else all."""
    near = get_close_matches(word, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
