"""Rollouts: what moves, how it is judged, and what people ask of it."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse

from stagedoor.control.platform import Platform
from stagedoor.control.rollout import asking, rehearsing
from stagedoor.control.rollout.asking import Asked
from stagedoor.http import bodies, stream
from stagedoor.model.access import Identity
from stagedoor.model.names import check_stack
from stagedoor.model.rollout import Rollout
from stagedoor.model.views import ObjectiveView


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter(tags=["rollouts"])
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/rollouts")
    async def list_rollouts(
        by: Who, application: str = "", stack: str = "", limit: Annotated[int, Query(ge=1, le=200)] = 30
    ) -> list[Rollout]:
        """Every move of a line to a release, the newest first; `glances` and `distributions` only of a single one."""
        return await asking.listed(platform, application, stack, limit)

    @router.get("/v1/objectives")
    async def list_objectives(by: Who) -> list[ObjectiveView]:
        """What the platform holds itself to: how long going back takes, as rehearsed all the time in test."""
        return [rehearsing.objective(platform)]

    @router.get("/v1/rollouts/{number}")
    async def get_rollout(by: Who, number: int) -> Rollout:
        """One rollout, as of this moment."""
        return await asking.one(platform, number)

    @router.get("/v1/rollouts/{number}/events", response_class=StreamingResponse)
    async def watch_rollout(by: Who, request: Request, number: int) -> Response:
        """The rollout as it is and whenever it changed, as server-sent events, until it ended."""
        await asking.one(platform, number)
        return stream.events(_changes(platform, number), request, who, by)

    @router.post("/v1/rollouts/{number}/{wish}")
    async def ask_rollout(by: Who, number: int, wish: str) -> Asked:
        """`pause`, `resume` or `abort`. What changes nothing says so."""
        return await asking.ask(platform, by, number, wish)

    @router.post("/v1/applications/{application}/abort")
    async def abort_line(by: Who, application: str, wish: bodies.LineWish) -> Asked:
        """Whatever is under way on a line goes back. When nothing is, nothing is done, and that is said."""
        return await asking.abort_line(platform, by, application, wish.line, check_stack(wish.stack))

    return router


async def _changes(platform: Platform, number: int) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    async for one in asking.watch(platform, number):
        yield ("end" if one.ended else "rollout"), asdict(one)
