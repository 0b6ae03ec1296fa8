"""What people tell the operators."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from stagedoor.control.platform import Platform
from stagedoor.http import bodies
from stagedoor.model.access import Identity
from stagedoor.model.errors import Missing


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter()
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/feedback", tags=["platform"])
    async def list_feedback(by: Who, limit: int = 100) -> list[bodies.FeedbackView]:
        """What people told the operators, the newest first."""
        by.require_operator()
        return [bodies.FeedbackView(**one) for one in await platform.store.feedback(min(limit, 1000))]

    @router.post("/v1/feedback", status_code=204, tags=["platform"])
    async def give_feedback(by: Who, wish: bodies.FeedbackWish) -> None:
        """Tells the operators something."""
        if not wish.text.strip():
            raise Missing("there is no text", hint="say what you expected, and what happened")
        await platform.store.add_feedback(by.name, wish.page[:200], wish.text[:10_000])

    return router
