"""The catalogue of services: their owners' routes, and calls of developers to them."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from stagedoor.control import catalogue, rehearsal, service_sight, switches
from stagedoor.control.platform import Platform
from stagedoor.http import bodies, calls, documents, metrics
from stagedoor.model.access import Identity
from stagedoor.model.fault import Fault
from stagedoor.model.service import Service
from stagedoor.model.service_views import Dependent, FanoutView, ServiceDetail, ServiceView


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter(tags=["services"])
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/services")
    async def list_services(by: Who, seconds: int = 60) -> list[ServiceView]:
        """The catalogue, with the figures of the last seconds."""
        return await service_sight.listed(platform, _window(seconds))

    @router.get("/v1/services/{name}")
    async def show_service(by: Who, name: str, seconds: int = 60) -> ServiceDetail:
        """Who calls what of it, how it goes, what was refused by which policy, and the limits that are in force."""
        return await service_sight.detail(platform, name, _window(seconds))

    @router.get("/v1/services/{name}/methods/{method}/dependents")
    async def list_dependents(by: Who, name: str, method: str, seconds: int = 3600) -> list[Dependent]:
        """From real traffic: which endpoints would be without the method, and how they do without it."""
        return await service_sight.dependents(platform, name, method, _window(seconds))

    @router.get("/v1/applications/{application}/fanout")
    async def show_fanout(by: Who, application: str, seconds: int = 3600) -> FanoutView:
        """What each endpoint asks for: calls per request, duplicates, calls that could run side by side."""
        return await service_sight.fanout(platform, application, _window(seconds))

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
        return _saved(await catalogue.save(platform, by, name, wanted))

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

    @router.put("/v1/services/{name}/methods/{method}/off")
    async def switch_off(by: Who, name: str, method: str, wish: bodies.OffWish) -> bodies.SavedService:
        """Turns a method off for all callers."""
        return _saved(await switches.switch(platform, by, name, method, on=False, reason=wish.reason))

    @router.delete("/v1/services/{name}/methods/{method}/off")
    async def switch_on(by: Who, name: str, method: str) -> bodies.SavedService:
        """Turns a method on again."""
        return _saved(await switches.switch(platform, by, name, method, on=True))

    @router.post("/v1/services/{name}/faults", status_code=201)
    async def add_fault(by: Who, name: str, wish: bodies.FaultWish) -> Fault:
        """Lets calls of a method fail, for a while and within an error budget."""
        return await switches.add_fault(platform, by, name, wish.model_dump())

    @router.delete("/v1/services/{name}/faults/{fault}")
    async def end_fault(by: Who, name: str, fault: str) -> dict[str, str]:
        await switches.end_fault(platform, by, name, fault)
        return {"ended": fault}

    @router.get("/v1/catalogue/stubs")
    async def write_stubs(by: Who, services: str = "") -> bodies.Stubs:
        """What `stagedoor api pull` writes, for the services named (a,b); all when none is."""
        return bodies.Stubs(**await catalogue.stubs(platform, [one for one in services.split(",") if one]))

    @router.post("/v1/applications/{application}/rehearsals")
    async def rehearse(by: Who, application: str, wish: bodies.RehearsalWish) -> rehearsal.Rehearsal:
        """Fails each call of each endpoint of a version in turn; says which endpoints do not stand it."""
        wanted = rehearsal.Wish(wish.version, tuple(wish.paths), wish.member, wish.device, tuple(wish.kinds))
        return await rehearsal.rehearse(platform, by, application, wanted)

    @router.get("/v1/metrics", response_class=Response)
    async def read_metrics(by: Who) -> Response:
        """Figures of calls, for Prometheus; it sends a viewer's token as a bearer."""
        return Response(await metrics.render(platform), media_type="text/plain; version=0.0.4")

    @router.get("/v1/catalogue")
    async def read_catalogue(by: Who) -> bodies.CatalogueAnswer:
        """What scripts and their authors need of all services: methods, signatures, names."""
        services = await platform.store.services()
        return bodies.CatalogueAnswer(
            hosts=catalogue.hosts(services),
            services=catalogue.descriptions(services),
            signatures={one.name: list(one.methods) for one in services},
        )

    @router.api_route(
        "/v1/services/{name}/call/{rest:path}",
        methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        include_in_schema=False,
    )
    async def call_service(by: Who, request: Request, name: str, rest: str) -> Response:
        """A call of `stagedoor dev`, by the developer's token."""
        return await calls.forward(platform, by, request, name, rest)

    return router


def _window(seconds: int) -> int:
    return max(1, min(3600, seconds))


def _saved(service: Service) -> bodies.SavedService:
    return bodies.SavedService(
        name=service.name, team=service.team, urls=list(service.urls), addresses=list(service.addresses),
        methods=[one.name for one in service.methods], off=sorted(service.off), number=service.number,
    )  # fmt: skip
