"""Who asks: by a token in the header, or by the cookie of a browser that signed in."""

import hmac
from collections.abc import Awaitable, Callable

from fastapi import Request

from stagedoor.control import sessions, tokens
from stagedoor.control.platform import Platform
from stagedoor.http.guard import IDENTITY
from stagedoor.model.access import Identity
from stagedoor.model.errors import Unauthenticated

COOKIE = "stagedoor_session"
WORD = "stagedoor-change"  # The header with which a page of ours asks for a change.

_READING = ("GET", "HEAD")


def bearer(request: Request) -> str:
    """The token of the request, or an empty string."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if hmac.compare_digest(scheme.lower().encode(), b"bearer") else ""


def identify(platform: Platform) -> Callable[[Request], Awaitable[Identity]]:
    """The dependency that every route but the open ones has. Raises Unauthenticated, Forbidden."""

    async def who(request: Request) -> Identity:
        if (known := request.scope.get(IDENTITY)) is not None:
            return known  # type: ignore[no-any-return]
        if token := bearer(request):
            return await tokens.identify(platform, token)
        secret = request.cookies.get(COOKIE, "")
        if not secret:
            raise Unauthenticated("a token is needed", hint="run `stagedoor login`, or send it as a bearer")
        identity, _ = await sessions.identify(platform, secret)
        if request.method not in _READING:
            sessions.check_change(secret, request.headers.get(WORD, ""))
        return identity

    return who
