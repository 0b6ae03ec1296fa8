"""Tokens: made, listed, revoked."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from stagedoor.control import tokens
from stagedoor.control.platform import Platform
from stagedoor.http import bodies
from stagedoor.model.access import Identity, Token
from stagedoor.model.errors import Invalid
from stagedoor.model.quantity import parse_time


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter()
    Who = Annotated[Identity, Depends(who)]

    @router.post("/v1/tokens", status_code=201, tags=["access"])
    async def create_token(by: Who, wish: bodies.TokenWish) -> bodies.NewToken:
        """Makes a token; it is shown this once. `expires` as in "30d"; empty: never."""
        lifetime = _lifetime(wish.expires)
        secret, token = await tokens.create(platform, by, Identity(wish.name, wish.role, wish.team), lifetime)
        return bodies.NewToken(secret, token.id, token.name, token.role, token.team, token.expires_at)

    @router.get("/v1/tokens", tags=["access"])
    async def list_tokens(by: Who) -> list[Token]:
        """All tokens, without their secrets."""
        return await tokens.listed(platform, by)

    @router.delete("/v1/tokens/{token_id}", tags=["access"])
    async def revoke_token(by: Who, token_id: str) -> Token:
        """Revokes a token, and ends the sessions that began with it."""
        return await tokens.revoke(platform, by, token_id)

    return router


def _lifetime(text: str) -> float:
    try:
        return parse_time(text) if text else 0.0
    except ValueError as error:
        raise Invalid(f"expires = {text!r} is not allowed", hint=f"it is {error}") from None
