"""Signing in: links that work once, and the sessions they become."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from stagedoor.control import sessions
from stagedoor.control.platform import Platform
from stagedoor.http import bodies
from stagedoor.http.identity import COOKIE, bearer
from stagedoor.model.access import Identity, hash_token
from stagedoor.model.errors import Forbidden

# To the API's own paths alone; a browser sends it to every port of the host, so the edge takes it out there.
_COOKIE_PATH = "/v1"


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter()
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/whoami", tags=["access"])
    async def whoami(by: Who) -> Identity:
        """The holder of the token, or of the session."""
        return by

    @router.post("/v1/logins", status_code=201, tags=["access"])
    async def make_login(by: Who, request: Request) -> bodies.LoginView:
        """A link to the console that works once, for the holder of the token."""
        token = bearer(request)
        if not token:
            raise Forbidden("a link is made with a token, not from a session", hint="run `stagedoor open`")
        code = await sessions.make_link(platform, token=token)
        return bodies.LoginView(f"/console/login#{code}", platform.clock() + platform.settings.access.login)

    @router.post("/v1/session", tags=["access"])
    async def sign_in(request: Request, wish: bodies.SignInWish) -> Response:
        """Signs a browser in with the code of a link."""
        signed_in = await sessions.redeem(platform, wish.code)
        return session_answer(platform, request, signed_in, JSONResponse({"expires_at": signed_in.expires_at}))

    @router.get("/v1/session", tags=["access"])
    async def session(by: Who, request: Request) -> bodies.SessionView:
        """Who is signed in, until when, and the word that goes with changes (header `stagedoor-change`)."""
        secret = request.cookies.get(COOKIE, "")
        if bearer(request) or not secret:
            raise Forbidden("this is a token, not a session")
        _, expires_at = await sessions.identify(platform, secret)
        return bodies.SessionView(by.name, by.role, by.team, expires_at, sessions.change_word(secret))

    @router.delete("/v1/session", status_code=204, tags=["access"])
    async def sign_out(by: Who, request: Request) -> Response:
        """Ends the session."""
        await platform.store.end_session(hash_token(request.cookies.get(COOKIE, "")))
        answer = Response(status_code=204)
        answer.delete_cookie(COOKIE, path=_COOKIE_PATH)
        return answer

    return router


def is_secure(platform: Platform, request: Request) -> bool:
    """Whether the browser came by TLS, also when a proxy in front of us took it off."""
    return "https" in (request.url.scheme, platform.settings.access.address.partition(":")[0])


def session_answer(platform: Platform, request: Request, made: sessions.SignedIn, answer: Response) -> Response:
    """`answer` with the session's cookie: for the API alone, out of reach of scripts and of other sites."""
    answer.set_cookie(
        COOKIE, made.secret, max_age=int(made.expires_at - platform.clock()), path=_COOKIE_PATH, httponly=True,
        samesite="strict", secure=is_secure(platform, request),
    )  # fmt: skip
    return answer
