"""Calls from a developer's own sandbox: sent to the service of the catalogue, marked as what they are."""

import httpx
from fastapi import Request, Response

from stagedoor.control.platform import Platform
from stagedoor.http.identity import WORD, bearer
from stagedoor.model.access import OPERATOR, VIEWER, Identity
from stagedoor.model.errors import Forbidden, Missing, Unauthenticated, Unavailable
from stagedoor.model.names import check_stack, suggest
from stagedoor.model.service import credential_owner

_DROPPED = (
    "authorization", "connection", "content-length", "cookie", "host", "keep-alive", "set-cookie", WORD,
    "transfer-encoding",
)  # fmt: skip
# What a service answers is shown to no browser as a page of ours.
_SAFETY = {"content-security-policy": "sandbox; default-src 'none'", "x-content-type-options": "nosniff"}


async def forward(platform: Platform, by: Identity, request: Request, name: str, rest: str) -> Response:
    """The service's answer. Raises Missing, Forbidden, Unavailable."""
    if not bearer(request):
        raise Unauthenticated("services are called with a token", hint="`stagedoor dev` sends yours")
    stack = check_stack(request.headers.get("stagedoor-stack", "test"))
    if by.role == VIEWER:
        raise Forbidden(f"{by.name} is a viewer and may not call services")
    if stack == "prod" and by.role != OPERATOR:
        raise Forbidden(f"{by.name} may call services of prod only from what runs there", hint="leave out --stack prod")
    services = {one.name: one for one in (await platform.store.world()).services}
    if name not in services:
        raise Missing(f"there is no service {name!r}", hint=suggest(name, list(services)))
    service = services[name]
    headers = {key: value for key, value in request.headers.items() if key not in _DROPPED}
    headers |= {"stagedoor-application": f"dev:{by.name}", "stagedoor-stack": stack, "host": service.host}
    if service.credential:
        headers[service.credential_field] = platform.vault.open(credential_owner(name), service.credential)
    query = f"?{request.url.query}" if request.url.query else ""
    try:
        async with httpx.AsyncClient(timeout=30) as client:
            # Where it was looked up and found allowed, not where its name leads by now.
            url = f"{'https' if service.tls else 'http'}://{service.addresses[0]}/{rest}{query}"
            asked = client.build_request(request.method, url, headers=headers, content=await request.body())
            asked.extensions["sni_hostname"] = service.host.partition(":")[0]
            answer = await client.send(asked)
    except httpx.TransportError as error:
        raise Unavailable(f"the service {name} does not answer: {error}") from None
    kept = {key: value for key, value in answer.headers.items() if key not in (*_DROPPED, "content-encoding")}
    return Response(answer.content, answer.status_code, kept | _SAFETY)
