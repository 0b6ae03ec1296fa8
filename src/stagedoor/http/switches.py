"""What an owner does to a method for all callers: off and on, and faults for a while."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from stagedoor.control import switches
from stagedoor.control.platform import Platform
from stagedoor.http import bodies, services
from stagedoor.model.access import Identity
from stagedoor.model.fault import Fault


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter(tags=["services"])
    Who = Annotated[Identity, Depends(who)]

    @router.put("/v1/services/{name}/methods/{method}/off")
    async def switch_off(by: Who, name: str, method: str, wish: bodies.OffWish) -> bodies.SavedService:
        """Turns a method off for all callers."""
        return services.saved(await switches.switch(platform, by, name, method, on=False, reason=wish.reason))

    @router.delete("/v1/services/{name}/methods/{method}/off")
    async def switch_on(by: Who, name: str, method: str) -> bodies.SavedService:
        """Turns a method on again."""
        return services.saved(await switches.switch(platform, by, name, method, on=True))

    @router.post("/v1/services/{name}/faults", status_code=201)
    async def add_fault(by: Who, name: str, wish: bodies.FaultWish) -> Fault:
        """Lets calls of a method fail, for a while and within an error budget."""
        return await switches.add_fault(platform, by, name, wish.model_dump())

    @router.delete("/v1/services/{name}/faults/{fault}")
    async def end_fault(by: Who, name: str, fault: str) -> dict[str, str]:
        await switches.end_fault(platform, by, name, fault)
        return {"ended": fault}

    return router
