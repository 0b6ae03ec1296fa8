"""Who may do what: three roles, teams, people, tokens and sessions. Of every secret only a hash is kept."""

import hashlib
from dataclasses import dataclass

from stagedoor.model.errors import Forbidden, Invalid
from stagedoor.model.names import check_name, suggest

VIEWER, DEVELOPER, OPERATOR = "viewer", "developer", "operator"
ROLES = (VIEWER, DEVELOPER, OPERATOR)
PREFIX = "sd_"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks. `team` is empty for viewers and operators."""

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

    def check(self) -> None:
        """Raises Invalid for a role that does not exist, or a team where none belongs."""
        if self.role not in ROLES:
            raise Invalid(f"there is no role {self.role!r}", hint=suggest(self.role, ROLES))
        if (self.role == DEVELOPER) != bool(self.team):
            raise Invalid("a developer needs a team, and no other role has one")
        if self.team:
            check_name("a team", self.team)


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token beside its secret. `expires_at` 0: never; `revoked_at` 0: not revoked."""

    id: str
    name: str
    role: str
    team: str
    made_by: str
    created_at: float
    expires_at: float = 0.0
    revoked_at: float = 0.0

    @property
    def identity(self) -> Identity:
        return Identity(self.name, self.role, self.team)

    def holds(self, now: float) -> bool:
        return not self.revoked_at and (not self.expires_at or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class User:
    """A person who signs in at the console. `name` is what the sign-in's provider vouches for, a mail address."""

    name: str
    role: str
    team: str
    created_at: float

    @property
    def identity(self) -> Identity:
        return Identity(self.name, self.role, self.team)


@dataclass(frozen=True, slots=True)
class Team:
    name: str
    contact: str
    created_at: float


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that signed in: by a token (its hash) or as a user, of which exactly one is set."""

    token: str
    user: str
    expires_at: float


def hash_token(token: str) -> str:
    """What is kept of a token. Tokens are 32 random bytes, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()
