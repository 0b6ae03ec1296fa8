"""Who may do what: three roles, and tokens of which only a hash is kept."""

import hashlib
from dataclasses import dataclass

from stagedoor.model.errors import Forbidden

VIEWER, DEVELOPER, OPERATOR = "viewer", "developer", "operator"
ROLES = (VIEWER, DEVELOPER, OPERATOR)
PREFIX = "sd_"


@dataclass(frozen=True, slots=True)
class Identity:
    """The holder of a token. `team` is empty for viewers and operators."""

    name: str
    role: str
    team: str = ""

    def require_change(self, team: str) -> None:
        """Raises Forbidden unless the holder may change what `team` owns."""
        if self.role == OPERATOR or (self.role == DEVELOPER and self.team == team):
            return
        raise Forbidden(
            f"{self.name} ({self.role}{' of ' + self.team if self.team else ''}) may not change what team {team} owns",
            hint="ask an operator, or use a token of that team",
        )

    def require_developer(self) -> None:
        """Raises Forbidden for a viewer: before anything of an upload is taken in."""
        if self.role == VIEWER:
            raise Forbidden(f"{self.name} is a viewer and may change nothing", hint="use a developer's token")

    def require_operator(self) -> None:
        if self.role != OPERATOR:
            raise Forbidden(f"{self.name} is no operator", hint="use an operator's token")


def hash_token(token: str) -> str:
    """What is kept of a token. Tokens are 32 random bytes, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()
