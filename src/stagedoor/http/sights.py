"""What can be looked at: operations, instances, logs, requests, activities."""

import re
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse

from stagedoor.control.platform import Platform
from stagedoor.http import stream
from stagedoor.model.access import Identity
from stagedoor.model.activity import Activity
from stagedoor.model.errors import Invalid, Missing
from stagedoor.model.operation import Operation

_INSTANCE = re.compile(r"i[0-9a-f]{8}")


def build(platform: Platform, who: Any) -> APIRouter:
    """Routes that change nothing; any role may use them."""
    router = APIRouter()
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/operations", tags=["operations"])
    async def list_operations(
        by: Who, application: str = "", limit: Annotated[int, Query(le=1000)] = 50
    ) -> list[Operation]:
        """The newest operations first."""
        return await platform.store.operations(application, limit)

    @router.get("/v1/operations/{number}", tags=["operations"])
    async def get_operation(by: Who, number: int) -> Operation:
        """One operation."""
        found = await platform.store.operation(number)
        if found is None:
            raise Missing(f"there is no operation {number}")
        return found

    @router.get("/v1/operations/{number}/events", tags=["operations"], response_class=StreamingResponse)
    async def watch(by: Who, request: Request, number: int, after: int = 0) -> Response:
        """Its steps as server-sent events, from number `after` on; the last event is `end`."""
        await get_operation(by, number)
        return stream.events(_steps(platform, number, after), lambda: who(request))

    @router.get("/v1/applications/{application}/logs", tags=["instances"], response_class=StreamingResponse)
    async def logs(
        by: Who, request: Request, application: str, instance: str = "", lines: int = 100, follow: bool = False
    ) -> Response:
        """Log lines as JSON lines; with `follow` also those to come."""
        if await platform.store.application(application) is None:
            raise Missing(f"there is no application {application!r}")
        if instance and not _INSTANCE.fullmatch(instance):
            raise Invalid(f"{instance!r} names no instance", hint="`stagedoor instances` lists them")
        found = platform.engine.logs(application, instance, min(lines, 100_000), follow=follow)
        return stream.json_lines(found, lambda: who(request))

    @router.get("/v1/requests", tags=["requests"], response_class=StreamingResponse)
    async def requests(
        by: Who,
        request: Request,
        limit: Annotated[int, Query(le=100_000)] = 50,
        follow: bool = False,
        kind: str = "request",
    ) -> Response:
        """Records as JSON lines; any other query parameter is a field that must have that value."""
        filters = {key: value for key, value in request.query_params.items() if key not in ("limit", "follow")}
        found = platform.records.read(filters | {"kind": kind}, limit, follow=follow)
        return stream.json_lines(found, lambda: who(request))

    @router.get("/v1/activities", tags=["activity"])
    async def activities(
        by: Who, application: str = "", limit: Annotated[int, Query(le=10_000)] = 50
    ) -> list[Activity]:
        """Who changed what, the newest first."""
        return await platform.store.activities(application, limit)

    return router


async def _steps(platform: Platform, number: int, after: int) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    async for event in platform.operations.watch(number, after):
        yield ("end" if isinstance(event, Operation) else "step"), asdict(event)
