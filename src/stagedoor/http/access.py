"""Signing in, tokens, users and teams."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from stagedoor.control import people, sessions, tokens
from stagedoor.control.platform import Platform
from stagedoor.http import bodies
from stagedoor.http.identity import COOKIE, bearer
from stagedoor.model.access import Identity, Team, Token, User, hash_token
from stagedoor.model.errors import Forbidden, Invalid
from stagedoor.model.quantity import parse_time

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

    @router.get("/v1/users", tags=["access"])
    async def list_users(by: Who) -> list[User]:
        """Who may sign in at the console."""
        by.require_operator()
        return await platform.store.users()

    @router.put("/v1/users/{name}", tags=["access"])
    async def save_user(by: Who, name: str, wish: bodies.UserWish) -> User:
        """Adds a user, or changes their role."""
        return await people.save_user(platform, by, Identity(name, wish.role, wish.team))

    @router.delete("/v1/users/{name}", status_code=204, tags=["access"])
    async def remove_user(by: Who, name: str) -> None:
        """Removes a user and ends their sessions."""
        await people.remove_user(platform, by, name)

    @router.get("/v1/teams", tags=["access"])
    async def list_teams(by: Who) -> list[Team]:
        """All teams."""
        return await platform.store.teams()

    @router.put("/v1/teams/{name}", tags=["access"])
    async def save_team(by: Who, name: str, wish: bodies.TeamWish) -> Team:
        """Adds a team, or changes how it is reached."""
        return await people.save_team(platform, by, name, wish.contact)

    @router.delete("/v1/teams/{name}", status_code=204, tags=["access"])
    async def remove_team(by: Who, name: str) -> None:
        """Removes a team that owns nothing and has no users."""
        await people.remove_team(platform, by, name)

    return router


def _lifetime(text: str) -> float:
    try:
        return parse_time(text) if text else 0.0
    except ValueError as error:
        raise Invalid(f"expires = {text!r} is not allowed", hint=f"it is {error}") from None


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
