"""The catalogue of services, and calls of developers to them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from stagedoor.control import catalogue
from stagedoor.control.platform import Platform
from stagedoor.http import bodies, calls
from stagedoor.model.access import Identity
from stagedoor.model.service import Service


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter()
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/services", tags=["services"])
    async def list_services(by: Who) -> list[Service]:
        """The catalogue."""
        return (await platform.store.world()).services

    @router.put("/v1/services/{name}", tags=["services"])
    async def save_service(by: Who, name: str, wish: bodies.ServiceWish) -> Service:
        """Adds a service, or changes its address."""
        return await catalogue.save(platform, by, name, wish.url)

    @router.api_route(
        "/v1/services/{name}/call/{rest:path}",
        methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        include_in_schema=False,
    )
    async def call_service(by: Who, request: Request, name: str, rest: str) -> Response:
        """A call of `stagedoor dev`, by the developer's token."""
        return await calls.forward(platform, by, request, name, rest)

    return router
