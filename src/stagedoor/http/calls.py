"""Calls to services: what endpoints ask for, rehearsals, figures, and those from a developer's own sandbox.

The last are sent to the service of the catalogue, marked as what they are.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from stagedoor.control import asking, rehearsal, service_sight
from stagedoor.control.platform import Platform
from stagedoor.http import bodies, metrics, services
from stagedoor.http.identity import WORD, bearer
from stagedoor.model.access import OPERATOR, VIEWER, Identity
from stagedoor.model.errors import Forbidden, Missing, Unauthenticated
from stagedoor.model.names import check_stack, suggest
from stagedoor.model.service_views import FanoutView

# What a service answers is shown to no browser as a page of ours.
_SAFETY = {"content-security-policy": "sandbox; default-src 'none'", "x-content-type-options": "nosniff"}


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter(tags=["services"])
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/applications/{application}/fanout")
    async def show_fanout(by: Who, application: str, seconds: int = 3600) -> FanoutView:
        """What each endpoint asks for: calls per request, duplicates, calls that could run side by side."""
        return await service_sight.fanout(platform, application, services.window(seconds))

    @router.post("/v1/applications/{application}/rehearsals")
    async def rehearse(by: Who, application: str, wish: bodies.RehearsalWish) -> rehearsal.Rehearsal:
        """Fails each call of each endpoint of a version in turn; says which endpoints do not stand it."""
        wanted = rehearsal.Wish(wish.version, tuple(wish.paths), wish.member, wish.device, tuple(wish.kinds))
        return await rehearsal.rehearse(platform, by, application, wanted)

    @router.get("/v1/metrics", response_class=Response)
    async def read_metrics(by: Who) -> Response:
        """Figures of calls, for Prometheus; it sends a viewer's token as a bearer."""
        return Response(await metrics.render(platform), media_type="text/plain; version=0.0.4")

    @router.api_route(
        "/v1/services/{name}/call/{rest:path}",
        methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        include_in_schema=False,
    )
    async def call_service(by: Who, request: Request, name: str, rest: str) -> Response:
        """A call of `stagedoor dev`, by the developer's token."""
        return await _forward(platform, by, request, name, rest)

    return router


async def _forward(platform: Platform, by: Identity, request: Request, name: str, rest: str) -> Response:
    """The service's answer. Raises Missing, Forbidden, Unavailable."""
    if not bearer(request):
        raise Unauthenticated("services are called with a token", hint="`stagedoor dev` sends yours")
    stack = check_stack(request.headers.get("stagedoor-stack", "test"))
    if by.role == VIEWER:
        raise Forbidden(f"{by.name} is a viewer and may not call services")
    if stack == "prod" and by.role != OPERATOR:
        raise Forbidden(f"{by.name} may call services of prod only from what runs there", hint="leave out --stack prod")
    known = {one.name: one for one in (await platform.store.world()).services}
    if name not in known:
        raise Missing(f"there is no service {name!r}", hint=suggest(name, list(known)))
    headers = {key: value for key, value in request.headers.items() if key != WORD}
    target = f"/{rest}{f'?{request.url.query}' if request.url.query else ''}"
    answer = await asking.ask(
        platform, known[name], f"dev:{by.name}", stack, request.method, target, fields=headers,
        body=await request.body(),
    )  # fmt: skip
    return Response(answer.content, answer.status, dict(answer.fields) | _SAFETY)
