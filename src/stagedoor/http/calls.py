"""Calls to services: what endpoints ask for, rehearsals, figures, and those from a developer's own sandbox.

The last go to the service of the catalogue by the same rules as a script's, marked as what they are.
"""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from stagedoor.control import calling, rehearsal, service_sight
from stagedoor.control.calling import Call, CallRefused
from stagedoor.control.platform import Platform
from stagedoor.http import bodies, metrics, services
from stagedoor.http.identity import WORD, bearer
from stagedoor.model.access import Identity
from stagedoor.model.errors import Invalid, Unauthenticated
from stagedoor.model.names import check_stack
from stagedoor.model.service_views import FanoutView

# What a service answers is shown to no browser as a page of ours.
_TARGET = re.compile(r"/v1/services/[^/]+/call(/.*)", re.DOTALL)
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
        return await _forward(platform, by, request, name)

    @router.put("/v1/applications/{application}/development", status_code=204)
    async def tell_development(by: Who, application: str, wish: bodies.DevelopmentWish) -> None:
        """Says what the manifest names that `stagedoor dev` runs; its calls are let through by that. An activity."""
        await calling.tell_manifest(platform, by, application, wish.team, tuple(wish.services))

    return router


async def _forward(platform: Platform, by: Identity, request: Request, name: str) -> Response:
    """The service's answer, or why the call is refused. Raises Missing, Forbidden, Invalid, Unavailable."""
    if not bearer(request):
        raise Unauthenticated("services are called with a token", hint="`stagedoor dev` sends yours")
    wanted = Call(
        name, request.headers.get("stagedoor-application", ""),
        check_stack(request.headers.get("stagedoor-stack", "test")), request.method, _path(request), request.url.query,
        {key: value for key, value in request.headers.items() if key != WORD}, await request.body(),
    )  # fmt: skip
    try:
        answer = await calling.call(platform, by, wanted)
    except CallRefused as error:
        # As the egress says it, so that a script in a sandbox sees the same failure.
        fields = {"stagedoor-refused": f"{error.reason} {error.message}"}
        return JSONResponse({"error": error.describe()}, error.status, fields)
    return Response(answer.content, answer.status, dict(answer.fields) | _SAFETY)


def _path(request: Request) -> str:
    """The path behind `call` as it was sent: decoded, it could lead elsewhere than what was granted."""
    sent = _TARGET.fullmatch(bytes(request.scope.get("raw_path", b"")).decode("latin-1"))
    if sent is None:
        raise Invalid("the address of the call is written oddly", hint="/v1/services/NAME/call/PATH")
    return sent[1]
