"""What can be looked at: logs, requests."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse

from stagedoor.control.platform import Platform
from stagedoor.http import stream
from stagedoor.model.access import Identity
from stagedoor.model.errors import Invalid, Missing

_INSTANCE = re.compile(r"i[0-9a-f]{8}")


def build(platform: Platform, who: Any) -> APIRouter:
    """Routes that change nothing; any role may use them."""
    router = APIRouter()
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/applications/{application}/logs", tags=["instances"], response_class=StreamingResponse)
    async def read_logs(
        by: Who, request: Request, application: str, instance: str = "", lines: int = 100, follow: bool = False
    ) -> Response:
        """Log lines as JSON lines; with `follow` also those to come."""
        if await platform.store.application(application) is None:
            raise Missing(f"there is no application {application!r}")
        if instance and not _INSTANCE.fullmatch(instance):
            raise Invalid(f"{instance!r} names no instance", hint="`stagedoor instances` lists them")
        found = platform.engine.logs(application, instance, min(lines, 100_000), follow=follow)
        return stream.json_lines(found, request, who, by)

    @router.get("/v1/requests", tags=["requests"], response_class=StreamingResponse)
    async def requests(
        by: Who,
        request: Request,
        limit: Annotated[int, Query(le=10_000)] = 50,
        follow: bool = False,
        kind: str = "request",
    ) -> Response:
        """Records as JSON lines; any other query parameter is a field that must have that value."""
        filters = {key: value for key, value in request.query_params.items() if key not in ("limit", "follow")}
        found = platform.records.read(filters | {"kind": kind}, limit, follow=follow, by=by)
        await anext(found, None)  # Raises what is wrong, before the answer begins.
        return stream.json_lines(found, request, who, by)

    return router
