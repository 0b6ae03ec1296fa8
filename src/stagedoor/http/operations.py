"""Operations: what is under way and how it went, step by step."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse

from stagedoor.control.platform import Platform
from stagedoor.http import stream
from stagedoor.model.access import Identity
from stagedoor.model.errors import Missing
from stagedoor.model.operation import Operation


def build(platform: Platform, who: Any) -> APIRouter:
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
    async def watch_operation(by: Who, request: Request, number: int, after: int = 0) -> Response:
        """Its steps as server-sent events, from number `after` on; the last event is `end`."""
        await get_operation(by, number)
        return stream.events(_steps(platform, number, after), request, who, by)

    return router


async def _steps(platform: Platform, number: int, after: int) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    async for event in platform.operations.watch(number, after):
        yield ("end" if isinstance(event, Operation) else "step"), asdict(event)
