"""A shell beside a script, for operators: opened once, then bytes in and bytes out. Opening one is an activity."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse

from stagedoor.control import sight
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.http import bodies
from stagedoor.model.access import Identity
from stagedoor.model.errors import TooLarge

_MOST = 65536


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter()
    Who = Annotated[Identity, Depends(who)]

    @router.post("/v1/instances/{instance}/shells", tags=["instances"])
    async def open_shell(by: Who, instance: str, wish: bodies.ShellWish) -> bodies.ShellView:
        """Opens a shell in the instance's namespaces, as its user, within its limits."""
        by.require_operator()
        one = (await sight.instance(platform, instance)).instance
        after = {"version": one.version, "stack": one.stack}
        await platform.store.note(Change(by.name, "shell", one.application, instance, None, after))
        return bodies.ShellView(await platform.engine.open_shell(instance, wish.rows, wish.columns, wish.terminal))

    @router.get("/v1/shells/{shell}", tags=["instances"], response_class=StreamingResponse)
    async def read_shell(by: Who, shell: str) -> Response:
        """What it prints, as it comes. When the reader goes away, the shell ends."""
        by.require_operator()
        return StreamingResponse(platform.engine.read_shell(shell), media_type="application/octet-stream")

    @router.put("/v1/shells/{shell}", tags=["instances"])
    async def write_shell(by: Who, shell: str, request: Request) -> dict[str, str]:
        """Types the bytes of the body."""
        by.require_operator()
        content = await request.body()
        if len(content) > _MOST:
            raise TooLarge(f"more than {_MOST} bytes at once")
        await platform.engine.write_shell(shell, content)
        return {}

    return router
