"""The control API: one application for the command line, the console, and whoever has a token."""

import asyncio
import logging
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from stagedoor.control import previews, status
from stagedoor.control.platform import Platform
from stagedoor.http import (
    access,
    activities,
    alerts,
    backups,
    calls,
    configuration,
    console,
    contract,
    experiments,
    feedback,
    insight,
    instances,
    live,
    oidc,
    operations,
    people,
    pipelines,
    profiles,
    recordings,
    releases,
    rollouts,
    saved,
    services,
    shells,
    sights,
    switches,
    telemetry,
    tokens,
    tries,
    uploads,
)
from stagedoor.http.guard import Guard
from stagedoor.http.identity import identify
from stagedoor.http.limits import Bound, bounds
from stagedoor.model.access import Identity
from stagedoor.model.errors import Failure, Unavailable
from stagedoor.model.settings import Platform as Settings
from stagedoor.model.views import StatusView

log = logging.getLogger("stagedoor.http")

_PATIENCE = 15.0
# Each a file of routes.
_PARTS = (
    backups, uploads, releases, configuration, services, switches, calls, operations, sights, instances, activities,
    alerts, shells, access, tokens, people, feedback, live, tries, insight, profiles, telemetry,
    saved, rollouts, pipelines, experiments, recordings,
)  # fmt: skip


def build(platform: Platform, version: str) -> FastAPI:
    """The application with all routes; its OpenAPI document is the contract."""
    app = FastAPI(
        title="Stagedoor control",
        version=version,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        # A client that is made from the document has a function of this name.
        generate_unique_id_function=lambda route: route.name,
    )
    _add_errors(app)
    _let_changes_wait(app, platform)
    who = identify(platform)
    Who = Annotated[Identity, Depends(who)]
    for part in _PARTS:
        app.include_router(part.build(platform, who))
    app.include_router(oidc.build(platform))
    app.include_router(console.build())

    @app.get("/v1/health", tags=["platform"])
    async def health() -> dict[str, str]:
        """Says that control answers, its version, and how people sign in beside links. Needs no token."""
        sign_in = "oidc" if platform.settings.access.issuer else ""
        return {"status": "ok", "version": version, "sign_in": sign_in}

    @app.get("/v1/status", tags=["platform"])
    async def get_status(by: Who) -> StatusView:
        """Applications with their lines, the programs, the edge, the pools."""
        return await status.overview(platform)

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    @app.api_route("/-/preview/{label}/{rest:path}", methods=methods, include_in_schema=False)
    async def preview(by: Who, request: Request, label: str, rest: str) -> Response:
        """The edge sends a preview here that does not run yet: it is brought up, and asked again."""
        await previews.bring_up(platform, by, label)
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/-/preview/{label}/{rest}{query}", status_code=307)

    contract.complete(app)
    # Outermost, so that nothing of a request is looked at before.
    app.add_middleware(Guard, identify=who, rows=_bounds(platform))
    return app


def _bounds(platform: Platform | None) -> tuple[Bound, ...]:
    """Returns the bounds of bodies; the document is made without a platform, and with the usual settings."""
    settings = platform.settings if platform else Settings()
    return bounds(settings.keep.source, settings.edge.body)


def _let_changes_wait(app: FastAPI, platform: Platform) -> None:
    """A change that comes while a restarted control still takes up what was left waits for that, within a bound."""

    @app.middleware("http")
    async def wait(request: Request, call_next: Any) -> Response:
        changes = request.method not in ("GET", "HEAD") or request.url.path.startswith("/-/")
        if changes and not platform.recovered.is_set():
            try:
                await asyncio.wait_for(platform.recovered.wait(), _PATIENCE)
            except TimeoutError:
                error = Unavailable("the platform is still starting", hint="`stagedoor status` shows the programs")
                return JSONResponse({"error": error.describe()}, status_code=error.status)
        if changes:
            # A disk that is full keeps its last part for what frees space, goes back or configures.
            await asyncio.to_thread(platform.disk.make_room)
        answer: Response = await call_next(request)
        return answer


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(Failure)
    async def failed(request: Request, error: Failure) -> JSONResponse:
        return JSONResponse({"error": error.describe()}, status_code=error.status)

    @app.exception_handler(OSError)
    async def no_disk(request: Request, error: OSError) -> JSONResponse:
        log.error("%s %s: %s", request.method, request.url.path, error)
        text = f"the platform's disk cannot be written: {error.strerror}"
        body = {
            "code": "unavailable",
            "message": text,
            "hint": "free space under the data folder; nothing was changed",
        }
        return JSONResponse({"error": body}, status_code=503)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> JSONResponse:
        log.exception("%s %s", request.method, request.url.path)
        body = {
            "code": "internal",
            "message": "a fault of the platform; control's log has the traceback",
            "hint": "",
        }
        return JSONResponse({"error": body}, status_code=500)
