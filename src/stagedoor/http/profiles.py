"""A live instance looked into, for its team and for operators. Each look is an activity, so none is a GET."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request

from stagedoor.control import profiles
from stagedoor.control.platform import Platform
from stagedoor.http import bodies
from stagedoor.model.access import Identity
from stagedoor.model.errors import Unavailable
from stagedoor.model.profile import Memory, Profile, Waiting

T = TypeVar("T")


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter()
    Who = Annotated[Identity, Depends(who)]

    @router.post("/v1/instances/{instance}/profile", tags=["instances"])
    async def profile(by: Who, instance: str, wish: bodies.ProfileWish, request: Request) -> Profile:
        """Where its CPU goes, as a flame graph: sampled from outside while it serves on."""
        return await _while_wanted(request, profiles.profile(platform, by, instance, wish.seconds))

    @router.post("/v1/instances/{instance}/memory", tags=["instances"])
    async def memory(by: Who, instance: str, wish: bodies.MemoryWish, request: Request) -> Memory:
        """Where its memory goes, by type of object; with `apart`, what grew in so many seconds."""
        return await _while_wanted(request, profiles.memory(platform, by, instance, wish.apart))

    @router.post("/v1/instances/{instance}/waiting", tags=["instances"])
    async def waiting(by: Who, instance: str) -> Waiting:
        """What each request in flight waits for: its stacks and its open calls."""
        return await profiles.waiting(platform, by, instance)

    return router


async def _while_wanted(request: Request, look: Coroutine[Any, Any, T]) -> T:
    """Ends it when the caller leaves."""
    task, left = asyncio.ensure_future(look), asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({task, left}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Unavailable("the caller left")
        return task.result()
    finally:
        task.cancel()
        left.cancel()


async def _left(request: Request) -> None:
    """Returns when the caller is gone. Asked now and then, a middleware would never say so."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
