"""What control needs to ask a service itself, for who is no instance: a developer's sandbox, a shadow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answered:
    """`fields` in their order, names in lower case."""

    status: int
    fields: tuple[tuple[str, str], ...]
    content: bytes


class Ask(Protocol):
    """Asks an origin, whose certificate is to bear `name`. Raises Unavailable."""

    async def __call__(
        self, origin: str, name: str, verb: str, target: str, fields: Mapping[str, str], body: bytes
    ) -> Answered: ...
