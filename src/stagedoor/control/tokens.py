"""Tokens: made here, shown once, kept as hashes; they expire, and can be revoked."""

import secrets
from dataclasses import replace

from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.model.access import OPERATOR, PREFIX, Identity, Token, hash_token
from stagedoor.model.errors import Conflict, Invalid, Missing, Unauthenticated

_LONGEST_NAME = 80


async def create(platform: Platform, by: Identity, wanted: Identity, lifetime: float = 0.0) -> tuple[str, Token]:
    """The new token's secret and what is kept of it. `lifetime` in seconds, 0: for ever. Raises Forbidden, Invalid."""
    by.require_operator()
    wanted.check()
    if not wanted.name.strip() or len(wanted.name) > _LONGEST_NAME:
        raise Invalid("a token needs a name", hint=f"who holds it; {_LONGEST_NAME} characters at most")
    if lifetime < 0:
        raise Invalid("a token cannot expire before it is made")
    return await _issue(platform, by.name, wanted, lifetime)


async def issue_first(platform: Platform) -> str:
    """The operator's token of this machine: made by `stagedoor up` for who may read the data folder."""
    secret, _ = await _issue(platform, "up", Identity("operator", OPERATOR), 0.0)
    return secret


async def _issue(platform: Platform, by: str, wanted: Identity, lifetime: float) -> tuple[str, Token]:
    secret = PREFIX + secrets.token_urlsafe(32)
    now = platform.clock()
    token = Token(
        f"t-{secrets.token_hex(4)}", wanted.name, wanted.role, wanted.team, by, now, now + lifetime if lifetime else 0.0
    )
    after = {"id": token.id, "role": token.role, "team": token.team, "expires_at": token.expires_at}
    await platform.store.add_token(hash_token(secret), token, Change(by, "token", "", token.name, None, after))
    await platform.apply_traffic()
    return secret, token


async def listed(platform: Platform, by: Identity) -> list[Token]:
    """All tokens, the oldest first. Raises Forbidden."""
    by.require_operator()
    return await platform.store.tokens()


async def revoke(platform: Platform, by: Identity, token_id: str) -> Token:
    """From now on it opens nothing, nor does a session that began with it. Raises Forbidden, Missing, Conflict."""
    by.require_operator()
    known = await platform.store.tokens()
    token = next((one for one in known if one.id == token_id), None)
    if token is None:
        raise Missing(f"there is no token {token_id!r}", hint="`stagedoor token list` shows their ids")
    if token.revoked_at:
        raise Conflict(f"token {token_id} of {token.name} is revoked already")
    now = platform.clock()
    if token.role == OPERATOR and not any(
        one.role == OPERATOR and one.holds(now) and one.id != token.id for one in known
    ):
        raise Conflict("it is the last operator's token; nobody could make another", hint="create one first")
    ended = replace(token, revoked_at=now)
    await platform.store.end_token(ended, Change(by.name, "revoke", "", token.name, {"id": token.id}, None))
    await platform.apply_traffic()
    return ended


async def identify(platform: Platform, secret: str) -> Identity:
    """Whose token it is. Raises Unauthenticated."""
    token = await platform.store.token(hash_token(secret))
    hint = "run `stagedoor login` with a new one"
    if token is None:
        raise Unauthenticated("the token is not known", hint=hint)
    if token.revoked_at:
        raise Unauthenticated(f"the token {token.id} was revoked", hint=hint)
    if not token.holds(platform.clock()):
        raise Unauthenticated(f"the token {token.id} has expired", hint=hint)
    return token.identity
