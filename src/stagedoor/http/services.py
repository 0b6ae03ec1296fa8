"""The catalogue of services: what is in it, how it is changed, what scripts and their authors read of it."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from stagedoor.control import catalogue, service_sight
from stagedoor.control.platform import Platform
from stagedoor.http import bodies, documents
from stagedoor.model.access import Identity
from stagedoor.model.service import Service
from stagedoor.model.service_views import Dependent, ServiceDetail, ServiceView


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter(tags=["services"])
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/services")
    async def list_services(by: Who, seconds: int = 60) -> list[ServiceView]:
        """The catalogue, with the figures of the last seconds."""
        return await service_sight.listed(platform, window(seconds))

    @router.get("/v1/services/{name}")
    async def show_service(by: Who, name: str, seconds: int = 60) -> ServiceDetail:
        """Who calls what of it, how it goes, what was refused by which policy, and the limits that are in force."""
        return await service_sight.detail(platform, name, window(seconds))

    @router.get("/v1/services/{name}/methods/{method}/dependents")
    async def list_dependents(by: Who, name: str, method: str, seconds: int = 3600) -> list[Dependent]:
        """From real traffic: which endpoints would be without the method, and how they do without it."""
        return await service_sight.dependents(platform, name, method, window(seconds))

    @router.put("/v1/services/{name}")
    async def save_service(by: Who, name: str, wish: bodies.ServiceWish) -> bodies.SavedService:
        """Adds a service, or changes it. What is left out stays as it is."""
        wanted = catalogue.Wish(
            urls=None if wish.urls is None else tuple(wish.urls),
            team=wish.team,
            document=None if wish.openapi is None else await asyncio.to_thread(documents.read, wish.openapi),
            policies=wish.policies,
            credential=wish.credential,
            credential_field=wish.credential_field,
        )
        return saved(await catalogue.save(platform, by, name, wanted))

    @router.delete("/v1/services/{name}")
    async def remove_service(by: Who, name: str) -> dict[str, str]:
        """Takes a service out of the catalogue. Refused while something that runs calls it."""
        await catalogue.remove(platform, by, name)
        return {"removed": name}

    @router.get("/v1/services/{name}/openapi")
    async def read_openapi(by: Who, name: str) -> Response:
        """Its OpenAPI document, as it was given."""
        await catalogue.get(platform, name)
        return Response(await platform.store.description(name) or "{}", media_type="application/json")

    @router.get("/v1/services/{name}/policies")
    async def read_policies(by: Who, name: str) -> dict[str, Any]:
        """What its owner allows, as tables."""
        return (await catalogue.get(platform, name)).policies

    @router.get("/v1/catalogue/stubs")
    async def write_stubs(by: Who, services: str = "") -> bodies.Stubs:
        """What `stagedoor api pull` writes, for the services named (a,b); all when none is."""
        return bodies.Stubs(**await catalogue.stubs(platform, [one for one in services.split(",") if one]))

    @router.get("/v1/catalogue")
    async def read_catalogue(by: Who) -> bodies.CatalogueAnswer:
        """What scripts and their authors need of all services: methods, signatures, names."""
        services = await platform.store.services()
        return bodies.CatalogueAnswer(
            hosts=catalogue.hosts(services),
            services=catalogue.descriptions(services),
            signatures={one.name: list(one.methods) for one in services},
        )

    return router


def window(seconds: int) -> int:
    """Seconds that figures are kept for."""
    return max(1, min(3600, seconds))


def saved(service: Service) -> bodies.SavedService:
    return bodies.SavedService(
        name=service.name, team=service.team, urls=list(service.urls), addresses=list(service.addresses),
        methods=[one.name for one in service.methods], off=sorted(service.off), number=service.number,
    )  # fmt: skip
