"""Asks a service of the catalogue for who is no instance: where it was found, with its credential, saying for whom."""

from collections.abc import Mapping

from stagedoor.control.platform import Platform
from stagedoor.control.ports.services import Answered
from stagedoor.model import odd
from stagedoor.model.errors import Unavailable
from stagedoor.model.service import Service, credential_owner

_DROPPED = frozenset(
    (
        "authorization", "connection", "content-length", "cookie", "host", "keep-alive", "set-cookie",
        "transfer-encoding",
    )
)  # fmt: skip


async def ask(
    platform: Platform, service: Service, caller: str, stack: str, verb: str, target: str, *,
    fields: Mapping[str, str], body: bytes,
) -> Answered:  # fmt: skip
    """`caller`: whom the service is told, as `dev:ann`. Raises Unavailable."""
    if odd.is_odd_path(target.partition("?")[0]):
        raise Unavailable(f"{service.name} is not asked for {target!r}: a path like that is refused")
    sent = {
        name: value for name, value in fields.items() if name.lower() not in _DROPPED and not odd.is_odd_field(name)
    }
    sent |= {"stagedoor-application": caller, "stagedoor-stack": stack, "host": service.host}
    if service.credential:
        sent[service.credential_field] = platform.vault.open(credential_owner(service.name), service.credential)
    # Where it was looked up and found allowed, not where its name leads by now.
    origin = f"{'https' if service.tls else 'http'}://{service.addresses[0]}"
    answered = await platform.ask(origin, service.host.partition(":")[0], verb, target, sent, body)
    kept = tuple((name, value) for name, value in answered.fields if name not in _DROPPED)
    return Answered(answered.status, kept, answered.content)
