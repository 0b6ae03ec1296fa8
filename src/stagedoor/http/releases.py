"""Applications and their lines: what is released, moving it, moving it back, ending it."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from stagedoor.control import lines, releases, status
from stagedoor.control.pipelines import asking as pipelines
from stagedoor.control.platform import Platform
from stagedoor.http import bodies
from stagedoor.model.access import Identity
from stagedoor.model.names import check_stack
from stagedoor.model.operation import Operation
from stagedoor.model.views import ApplicationView, DeploymentView, PublicationView


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter()
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/applications", tags=["applications"])
    async def list_applications(by: Who) -> list[ApplicationView]:
        """All applications with the lines they have."""
        return await status.applications(platform)

    @router.get("/v1/applications/{application}", tags=["applications"])
    async def get_application(by: Who, application: str) -> ApplicationView:
        """One application with its lines."""
        return await status.application(platform, application)

    @router.get("/v1/deployments", tags=["releases"])
    async def list_deployments(by: Who, application: str = "", stack: str = "") -> list[DeploymentView]:
        """What runs, the serving ones first, with what each does now."""
        return await status.deployments(platform, application, stack)

    @router.get("/v1/publications", tags=["versions"])
    async def list_publications(
        by: Who, application: str = "", limit: Annotated[int, Query(le=500)] = 50
    ) -> list[PublicationView]:
        """What was published when, by whom, how it went, and what it measured at its start; the newest first."""
        return await status.publications(platform, application, limit)

    @router.get("/v1/applications/{application}/releases", tags=["releases"])
    async def list_releases(by: Who, application: str, line: int, stack: str) -> list[bodies.ReleaseView]:
        """Every release of a line in a stack, the oldest first."""
        known = await platform.store.releases(application, line, check_stack(stack))
        return [bodies.ReleaseView(**asdict(one)) for one in known]

    @router.post("/v1/applications/{application}/releases", status_code=202, tags=["releases"])
    async def release(by: Who, application: str, wish: bodies.ReleaseWish) -> Operation:
        """Carries a published version to a stack by its pipeline; in prod by its own strategy, or as the wish says."""
        stack = check_stack(wish.stack)
        wanted = releases.Wish(wish.version, stack, by.name, "release", make_default=wish.default, at=wish.at)
        return await pipelines.begin(platform, by, application, wanted, wish.strategy)

    @router.post("/v1/applications/{application}/rollbacks", status_code=202, tags=["releases"])
    async def rollback(by: Who, application: str, wish: bodies.RollbackWish) -> Operation:
        """Moves a line back to its former release, or to the one named."""
        return await releases.begin_rollback(platform, by, application, wish.line, check_stack(wish.stack), wish.to)

    @router.delete("/v1/applications/{application}/lines/{major}", tags=["releases"])
    async def delete_line(by: Who, application: str, major: int, stack: str, confirm: str = "") -> dict[str, Any]:
        """Ends a line in a stack. One with traffic must be confirmed by its name."""
        return await lines.delete(platform, by, application, major, check_stack(stack), confirm)

    return router
