"""Sign-in at the console by OpenID Connect: the authorization code flow with PKCE (RFC 7636), nothing else.

What the provider vouches for is a name; what that name may do stands in the platform's own users.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from stagedoor.control import sessions
from stagedoor.control.platform import Platform
from stagedoor.http.access import is_secure, session_answer
from stagedoor.model.errors import Failure, Forbidden, Missing, Unauthenticated, Unavailable
from stagedoor.model.settings import Access

_COOKIE = "stagedoor_sign_in"
_PATH = "/v1/oidc"
_MINUTES = 600
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
# What is signed with the provider's public keys; never "none", never a key that is shared.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One browser's way to the provider and back; kept in its cookie."""

    state: str
    nonce: str
    verifier: str


def build(platform: Platform) -> APIRouter:
    router = APIRouter()

    @router.get(f"{_PATH}/login", include_in_schema=False)
    async def login(request: Request) -> Response:
        """To the provider."""
        access = _settings(platform)
        provider = await _discover(access)
        attempt = _Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "client_id": access.client_id, "response_type": "code", "scope": "openid email profile",
            "redirect_uri": _back(platform, request), "state": attempt.state, "nonce": attempt.nonce,
            "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        answer = RedirectResponse(f"{provider['authorization_endpoint']}?{urlencode(query)}", status_code=303)
        kept = base64.urlsafe_b64encode(json.dumps([attempt.state, attempt.nonce, attempt.verifier]).encode()).decode()
        # Lax: the way back begins at the provider's site.
        answer.set_cookie(
            _COOKIE, kept, max_age=_MINUTES, path=_PATH, httponly=True, samesite="lax",
            secure=is_secure(platform, request),
        )  # fmt: skip
        return answer

    @router.get(f"{_PATH}/callback", include_in_schema=False)
    async def callback(request: Request) -> Response:
        """Back from the provider: a session, or the sign-in page with what went wrong."""
        try:
            name = await _who(platform, request)
            code = await sessions.make_link(platform, user=name)
            signed_in = await sessions.redeem(platform, code)
        except Failure as error:
            answer: Response = RedirectResponse(f"/console/login?problem={quote(error.message)}", status_code=303)
        else:
            answer = session_answer(platform, request, signed_in, RedirectResponse("/console/", status_code=303))
        answer.delete_cookie(_COOKIE, path=_PATH)
        return answer

    return router


def _settings(platform: Platform) -> Access:
    access = platform.settings.access
    if not access.issuer:
        raise Missing(
            "no provider is set for signing in", hint="set access.issuer in platform.toml, or `stagedoor open`"
        )
    return access


def _back(platform: Platform, request: Request) -> str:
    """Where the provider sends the browser back to: set by the operator, never taken from a header of the request."""
    base = platform.settings.access.address or platform.addresses.get("control", "")
    return f"{base.rstrip('/')}{_PATH}/callback"


async def _who(platform: Platform, request: Request) -> str:
    """The user's name. Raises Unauthenticated, Forbidden, Unavailable."""
    access = _settings(platform)
    query = request.query_params
    attempt = _read(request.cookies.get(_COOKIE, ""))
    if "error" in query:
        raise Unauthenticated(f"the provider refused: {query.get('error_description') or query['error']}"[:300])
    if attempt is None or not secrets.compare_digest(attempt.state.encode(), query.get("state", "").encode()):
        raise Unauthenticated("this sign-in was not begun here, or took too long; try again")
    provider = await _discover(access)
    claims = await _claims(platform, access, provider, attempt, query.get("code", ""), _back(platform, request))
    name = claims.get(access.claim)
    if not isinstance(name, str) or not name:
        raise Forbidden(f"the provider says no {access.claim!r} for you")
    if access.claim == "email" and claims.get("email_verified") is not True:
        raise Forbidden(f"the provider has not verified the address {name}")
    if name not in {one.name for one in await platform.store.users()}:
        raise Forbidden(f"{name} is no user here; ask an operator for `stagedoor user add {name}`")
    return name


def _read(cookie: str) -> _Attempt | None:
    try:
        return _Attempt(*json.loads(base64.urlsafe_b64decode(cookie)))
    except (ValueError, TypeError):
        return None


async def _claims(
    platform: Platform, access: Access, provider: dict[str, Any], attempt: _Attempt, code: str, back: str
) -> dict[str, Any]:
    """What the provider says of the user, proven by its signature."""
    from joserfc import jwk, jwt
    from joserfc.errors import JoseError

    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": back, "client_id": access.client_id,
        "code_verifier": attempt.verifier,
    }  # fmt: skip
    answer = await _ask("POST", provider["token_endpoint"], data=form, auth=_client_secret(access))
    keys = await _ask("GET", provider["jwks_uri"])
    try:
        token = jwt.decode(str(answer.get("id_token", "")), jwk.KeySet.import_key_set(keys), list(_ALGORITHMS))  # type: ignore[arg-type]
        wanted = jwt.JWTClaimsRegistry(
            now=lambda: int(platform.clock()), leeway=60, iss={"essential": True, "value": access.issuer},
            aud={"essential": True, "value": access.client_id}, exp={"essential": True},
            nonce={"essential": True, "value": attempt.nonce},
        )  # fmt: skip
        wanted.validate(token.claims)
        if token.claims.get("azp", access.client_id) != access.client_id:
            raise Unauthenticated("the provider's word is for somebody else")
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Unauthenticated(f"the provider's word cannot be trusted: {error}") from None
    return dict(token.claims)


def _client_secret(access: Access) -> httpx2.BasicAuth | None:
    if not access.client_secret:
        return None
    try:
        with open(access.client_secret) as file:
            return httpx2.BasicAuth(quote(access.client_id, safe=""), quote(file.read().strip(), safe=""))
    except OSError as error:
        raise Unavailable(f"the client's secret cannot be read: {error.strerror}") from None


async def _discover(access: Access) -> dict[str, Any]:
    found = await _ask("GET", access.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if missing := [name for name in _NEEDED if not isinstance(found.get(name), str)]:
        raise Unavailable(f"the provider's configuration has no {missing[0]}")
    if found.get("issuer") != access.issuer:
        raise Unavailable(f"the provider calls itself {found.get('issuer')!r}, access.issuer says {access.issuer!r}")
    return found


async def _ask(method: str, url: str, **more: Any) -> dict[str, Any]:
    try:
        async with httpx2.AsyncClient(timeout=10) as client:
            answer = await client.request(method, url, **more)
            content = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise Unavailable(f"the sign-in's provider does not answer: {type(error).__name__}") from None
    if answer.status_code >= 400:
        told = content if isinstance(content, dict) else {}
        said = told.get("error_description") or told.get("error") or f"status {answer.status_code}"
        raise Unauthenticated(f"the provider refused: {said}"[:300])
    if not isinstance(content, dict):
        raise Unavailable("the sign-in's provider answered no object")
    return content
