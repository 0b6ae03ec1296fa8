"""Decides whether a platform may start on a machine that lacks parts of its isolation."""

from collections.abc import Collection
from dataclasses import dataclass

from stagedoor.model.isolation import PARTS, Part


@dataclass(frozen=True, slots=True)
class Decision:
    """`refused` stand in the way of a start; `accepted` are missing with the operator's word."""

    refused: tuple[Part, ...]
    accepted: tuple[Part, ...]


def decide(missing: Collection[str], accepted: Collection[str]) -> Decision:
    """Divides the missing parts by whether the operator named them. What is accepted and there changes nothing."""
    parts = [part for name, part in PARTS.items() if name in missing]
    return Decision(
        tuple(part for part in parts if part.name not in accepted),
        tuple(part for part in parts if part.name in accepted),
    )
