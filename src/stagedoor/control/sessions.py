"""Signing in at the console: a link that works once becomes a session that expires.

A browser keeps the session's secret in a cookie that no script of a page can read. Changes need a second word, which
only a page of ours can have asked for: it is made of the secret, and follows from it alone.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from stagedoor.control.platform import Platform
from stagedoor.model.access import Identity, Session, hash_token
from stagedoor.model.errors import Forbidden, Unauthenticated

_HINT = "run `stagedoor open` for a new link"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`secret` is for the cookie alone."""

    secret: str
    expires_at: float


async def make_link(platform: Platform, *, token: str = "", user: str = "") -> str:
    """The code of a one-time link, for the holder of a token or for a user."""
    code = secrets.token_urlsafe(32)
    digest = hash_token(token) if token else ""
    login = Session(digest, user, platform.clock() + platform.settings.access.login)
    await platform.store.add_login(hash_token(code), login)
    return code


async def redeem(platform: Platform, code: str) -> SignedIn:
    """Signs in with the code of a link. Raises Unauthenticated for one that was used, or is too old."""
    secret = secrets.token_urlsafe(32)
    expires = platform.clock() + platform.settings.access.session
    if await platform.store.redeem(hash_token(code), hash_token(secret), expires) is None:
        raise Unauthenticated("this link was used already, or is too old", hint=_HINT)
    return SignedIn(secret, expires)


async def identify(platform: Platform, secret: str) -> tuple[Identity, float]:
    """Whose session it is, and until when. Raises Unauthenticated."""
    found = await platform.store.session(hash_token(secret))
    if found is None:
        raise Unauthenticated("the session has ended", hint=_HINT)
    identity, session = found
    return identity, session.expires_at


def change_word(secret: str) -> str:
    """What a page sends along with a change."""
    return hashlib.sha256(b"stagedoor change" + secret.encode()).hexdigest()


def check_change(secret: str, word: str) -> None:
    """Raises Forbidden unless the change comes from a page of ours."""
    if not hmac.compare_digest(change_word(secret).encode(), word.encode()):
        raise Forbidden("the change did not come from the console", hint="reload the page and try again")
