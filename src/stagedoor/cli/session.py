"""Which platform a command speaks to, and as whom.

In this order: `--context`; STAGEDOOR_URL with STAGEDOOR_TOKEN; STAGEDOOR_CONTEXT; the current context. A token is sent
to the platform that it belongs to and to no other: STAGEDOOR_URL without STAGEDOOR_TOKEN takes the token of a context
with the same address, or none.
"""

import os

from stagedoor.cli import contexts
from stagedoor.cli.contexts import Context
from stagedoor.http.client import Client
from stagedoor.model.errors import Unauthenticated

DEFAULT_URL = "http://127.0.0.1:7070"
_chosen = ""


def choose(context: str) -> None:
    """Makes this command speak to the platform of a context, whatever the environment says."""
    global _chosen  # noqa: PLW0603  One command is one process.
    _chosen = context


def resolve() -> Context:
    """Returns the platform of this command; its token is "" when none is known. Raises Missing, Invalid."""
    if _chosen:
        return contexts.read().get(_chosen)
    if url := os.environ.get("STAGEDOOR_URL", ""):
        return _from_environment(url)
    known = contexts.read()
    name = os.environ.get("STAGEDOOR_CONTEXT", "") or known.current
    context = known.get(name) if name else Context("", DEFAULT_URL, "")
    if token := os.environ.get("STAGEDOOR_TOKEN", ""):
        return Context(context.name, context.url, token, _authority(context))
    return context


def _from_environment(url: str) -> Context:
    token = os.environ.get("STAGEDOOR_TOKEN", "")
    known = None if token else contexts.read().of_url(url)
    context = known or Context("", url, token)
    return Context(context.name, url, context.token, _authority(context))


def _authority(context: Context) -> str:
    return os.environ.get("STAGEDOOR_CA", "") or context.ca


def connect() -> Client:
    """Raises Unauthenticated when there is no token."""
    context = resolve()
    if not context.token:
        raise Unauthenticated(
            f"there is no token for {context.url}", hint="run `stagedoor login`, or set STAGEDOOR_TOKEN"
        )
    return Client(context.url, context.token, context.ca)
