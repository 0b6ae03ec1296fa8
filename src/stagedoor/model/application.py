"""What one team owns: a set of endpoints with a name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Application:
    """`default_major` names the line that the address without a line goes to."""

    name: str
    team: str
    repository: str
    default_major: int
    created_at: float
