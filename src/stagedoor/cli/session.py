"""Which platform a command speaks to, and as whom.

In this order: `--context`; STAGEDOOR_URL with STAGEDOOR_TOKEN; STAGEDOOR_CONTEXT; the current context. A token is sent
to the platform that it belongs to and to no other: STAGEDOOR_URL without STAGEDOOR_TOKEN takes the token of a context
with the same address, or none, and STAGEDOOR_TOKEN alone is refused.
"""

import os
from dataclasses import replace

from stagedoor.cli import contexts
from stagedoor.cli.contexts import Context
from stagedoor.http.client import Client, normalize
from stagedoor.model.errors import Invalid, Unauthenticated
from stagedoor.model.text import quote

DEFAULT_URL = "http://127.0.0.1:7070"
_chosen = ""
_quoted = True


def choose(context: str) -> None:
    """Makes this command speak to the platform of a context, whatever the environment says. Raises Invalid."""
    global _chosen  # noqa: PLW0603  One command is one process.
    _chosen = contexts.check_name(context)


def keep_exact() -> None:
    """Leaves values of the platform as they are, for a command that prints JSON."""
    global _quoted  # noqa: PLW0603  One command is one process.
    _quoted = False


def resolve() -> Context:
    """Returns the platform of this command; its token is "" when none is known. Raises Missing, Invalid."""
    if _chosen:
        return contexts.read().get(_chosen)
    url, token = os.environ.get("STAGEDOOR_URL", ""), os.environ.get("STAGEDOOR_TOKEN", "")
    if url:
        return _of_url(normalize(url), token)
    named = os.environ.get("STAGEDOOR_CONTEXT", "")
    known = contexts.read()
    if token and not named:
        raise Invalid(
            "STAGEDOOR_TOKEN is set, and nothing says which platform it is for",
            hint="set STAGEDOOR_URL or STAGEDOOR_CONTEXT as well, or unset it to use the current context",
        )
    name = named or known.current
    context = known.get(name) if name else Context("", DEFAULT_URL, "")
    return replace(context, token=token or context.token, ca=_authority(context))


def _of_url(url: str, token: str) -> Context:
    context = contexts.read().of_url(url) or Context("", url, "")
    return replace(context, token=token or context.token, ca=_authority(context))


def _authority(context: Context) -> str:
    return os.environ.get("STAGEDOOR_CA", "") or context.ca


def connect(*, exact: bool = False) -> Client:
    """Returns a client whose values hold nothing that steers a terminal, or with `exact` are what was sent.

    Raises Unauthenticated when there is no token.
    """
    context = resolve()
    if not context.token:
        raise Unauthenticated(
            f"there is no token for {context.url}",
            hint="run `stagedoor login`, or set STAGEDOOR_URL and STAGEDOOR_TOKEN",
        )
    return Client(context.url, context.token, context.ca, quote if _quoted and not exact else None)
