"""Tokens: made here, shown once, kept as hashes."""

import secrets

from stagedoor.control.platform import Platform
from stagedoor.control.ports import Change
from stagedoor.model.access import DEVELOPER, OPERATOR, PREFIX, ROLES, Identity, hash_token
from stagedoor.model.errors import Invalid
from stagedoor.model.names import check_name, suggest


async def create(platform: Platform, by: Identity, wanted: Identity) -> str:
    """The new token. Raises Forbidden, Invalid."""
    by.require_operator()
    if wanted.role not in ROLES:
        raise Invalid(f"there is no role {wanted.role!r}", hint=suggest(wanted.role, ROLES))
    if (wanted.role == DEVELOPER) != bool(wanted.team):
        raise Invalid("a developer's token needs a team, and no other has one")
    if wanted.team:
        check_name("a team", wanted.team)
    return await _issue(platform, by.name, wanted)


async def issue_first(platform: Platform) -> str:
    """The operator's token of this machine: made by `stagedoor up` for who may read the data folder."""
    return await _issue(platform, "up", Identity("operator", OPERATOR))


async def _issue(platform: Platform, by: str, wanted: Identity) -> str:
    token = PREFIX + secrets.token_urlsafe(32)
    after = {"name": wanted.name, "role": wanted.role, "team": wanted.team}
    await platform.store.add_token(hash_token(token), wanted, Change(by, "token", "", wanted.name, None, after))
    await platform.apply_traffic()
    return token
