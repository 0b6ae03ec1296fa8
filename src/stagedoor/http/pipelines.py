"""Pipelines: what will happen with a version, what waits for somebody, and what starts one from outside."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from stagedoor.control.pipelines import asking
from stagedoor.control.pipelines.asking import Explained
from stagedoor.control.pipelines.gates import APPROVE, REJECT
from stagedoor.control.platform import Platform
from stagedoor.http import bodies
from stagedoor.model.access import Identity
from stagedoor.model.names import PROD, check_stack
from stagedoor.model.operation import Operation


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter(tags=["pipelines"])
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/applications/{application}/pipeline")
    async def explain_pipeline(by: Who, application: str, version: str = "", stack: str = PROD) -> Explained:
        """What will happen with a version (the newest) on its way to a stack, stage by stage, and why."""
        return await asking.explain(platform, application, version, check_stack(stack))

    @router.post("/v1/pipelines/{number}/approve")
    async def approve_pipeline(by: Who, number: int, wish: bodies.AnswerWish) -> Operation:
        """Lets a pipeline go on that waits for approval. Never by who began it."""
        return await asking.answer(platform, by, number, APPROVE, wish.why)

    @router.post("/v1/pipelines/{number}/reject")
    async def reject_pipeline(by: Who, number: int, wish: bodies.AnswerWish) -> Operation:
        """Ends a pipeline that waits."""
        return await asking.answer(platform, by, number, REJECT, wish.why)

    @router.post("/v1/applications/{application}/hook", status_code=201)
    async def make_hook(by: Who, application: str) -> bodies.NewHook:
        """A secret path that starts the pipeline; it is shown this once, and the one before ends."""
        return bodies.NewHook(f"/v1/hooks/{await asking.make_hook(platform, by, application)}")

    @router.delete("/v1/applications/{application}/hook", status_code=204)
    async def drop_hook(by: Who, application: str) -> None:
        """The hook ends."""
        await asking.drop_hook(platform, by, application)

    @router.post("/v1/hooks/{secret}", status_code=202)
    async def pull_hook(secret: str, wish: bodies.HookWish | None = None) -> Operation:
        """Starts the pipeline of a published version (the newest). The secret in the path is all that is asked."""
        wanted = wish or bodies.HookWish()
        return await asking.pull(platform, secret, wanted.version, check_stack(wanted.stack))

    return router
