"""Instances, how they scale, and the room there is for them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from stagedoor.control import scaling, sight
from stagedoor.control.platform import Platform
from stagedoor.http import bodies
from stagedoor.model.access import Identity
from stagedoor.model.names import check_stack
from stagedoor.model.scaling import FixedScale
from stagedoor.model.views import CapacityView, EndView, InstanceDetail, InstanceView, ScalingView


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter()
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/instances", tags=["instances"])
    async def list_instances(by: Who, application: str = "", measure: bool = False) -> list[InstanceView]:
        """Every instance with its state and figures; with `measure`, its share of the machine's memory."""
        return await sight.instances(platform, application, measure=measure)

    @router.get("/v1/instances/{instance}", tags=["instances"])
    async def get_instance(by: Who, instance: str) -> InstanceDetail:
        """One instance with its curves, and how those before it ended."""
        return await sight.instance(platform, instance)

    @router.get("/v1/ends", tags=["instances"])
    async def list_ends(
        by: Who, application: str = "", limit: Annotated[int, Query(ge=1, le=500)] = 50
    ) -> list[EndView]:
        """How instances ended of late, the newest first."""
        return sight.ends(platform, application, limit)

    @router.get("/v1/capacity", tags=["instances"])
    async def get_capacity(by: Who) -> CapacityView:
        """The machine's memory for instances: what there is, what is promised, used and free."""
        return await sight.capacity(platform)

    @router.get("/v1/applications/{application}/scaling", tags=["instances"])
    async def get_scaling(
        by: Who, application: str, stack: str = "", limit: Annotated[int, Query(ge=1, le=1000)] = 50
    ) -> ScalingView:
        """How many instances its deployments have, and each change of late with its reason."""
        return await sight.scaling(platform, application, stack and check_stack(stack), limit)

    @router.put("/v1/applications/{application}/scaling", tags=["instances"])
    async def fix_scaling(by: Who, application: str, wish: bodies.ScaleWish) -> FixedScale:
        """A line keeps so many instances until it is told otherwise."""
        stack = check_stack(wish.stack)
        return await scaling.fix(platform, by, application, wish.line, stack, wish.instances)

    @router.delete("/v1/applications/{application}/scaling", tags=["instances"])
    async def free_scaling(by: Who, application: str, stack: str, line: int | None = None) -> dict[str, str]:
        """A line scales by itself again."""
        await scaling.free(platform, by, application, line, check_stack(stack))
        return {}

    return router
