"""Applications and their lines: what is released, moving it, moving it back, ending it."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from stagedoor.control import lines, releases, status
from stagedoor.control.platform import Platform
from stagedoor.http import bodies
from stagedoor.model.access import Identity
from stagedoor.model.names import check_stack
from stagedoor.model.operation import Operation


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter()
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/applications", tags=["applications"])
    async def list_applications(by: Who) -> list[dict[str, Any]]:
        """All applications with the lines they have."""
        return (await status.overview(platform))["applications"]  # type: ignore[no-any-return]

    @router.get("/v1/applications/{application}/releases", tags=["releases"])
    async def list_releases(by: Who, application: str, line: int, stack: str) -> list[bodies.ReleaseView]:
        """Every release of a line in a stack, the oldest first."""
        known = await platform.store.releases(application, line, check_stack(stack))
        return [bodies.ReleaseView(**asdict(one)) for one in known]

    @router.post("/v1/applications/{application}/releases", status_code=202, tags=["releases"])
    async def release(by: Who, application: str, wish: bodies.ReleaseWish) -> Operation:
        """Moves the version's line to it."""
        stack = check_stack(wish.stack)
        return await releases.begin_release(platform, by, application, wish.version, stack, make_default=wish.default)

    @router.post("/v1/applications/{application}/rollbacks", status_code=202, tags=["releases"])
    async def rollback(by: Who, application: str, wish: bodies.RollbackWish) -> Operation:
        """Moves a line back to its former release, or to the one named."""
        return await releases.begin_rollback(platform, by, application, wish.line, check_stack(wish.stack), wish.to)

    @router.delete("/v1/applications/{application}/lines/{major}", tags=["releases"])
    async def delete_line(by: Who, application: str, major: int, stack: str, confirm: str = "") -> dict[str, Any]:
        """Ends a line in a stack. One with traffic must be confirmed by its name."""
        return await lines.delete(platform, by, application, major, check_stack(stack), confirm)

    return router
