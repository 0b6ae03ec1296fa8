"""The control API: one application for the command line, the console, and whoever has a token."""

import asyncio
import hmac
import logging
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from stagedoor.control import catalogue, lines, previews, publish, releases, status, tokens, trial
from stagedoor.control.platform import Platform
from stagedoor.http import bodies, calls, sights
from stagedoor.model.access import Identity, hash_token
from stagedoor.model.errors import Failure, Invalid, TooLarge, Unauthenticated, Unavailable
from stagedoor.model.names import check_stack
from stagedoor.model.operation import Operation
from stagedoor.model.quantity import say_size
from stagedoor.model.service import Service

log = logging.getLogger("stagedoor.http")

_PATIENCE = 15.0


def build(platform: Platform, version: str) -> FastAPI:
    """The application with all routes; its OpenAPI document is the contract."""
    app = FastAPI(
        title="Stagedoor control",
        version=version,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    _add_errors(app)
    _let_changes_wait(app, platform)
    who = _identify(platform)
    Who = Annotated[Identity, Depends(who)]
    app.include_router(sights.build(platform, who))

    @app.get("/v1/health", tags=["platform"])
    async def health() -> dict[str, str]:
        """Says that control answers, and its version. Needs no token."""
        return {"status": "ok", "version": version}

    @app.get("/v1/whoami", tags=["access"])
    async def whoami(by: Who) -> Identity:
        """The holder of the token."""
        return by

    @app.get("/v1/status", tags=["platform"])
    async def get_status(by: Who) -> dict[str, Any]:
        """Applications with their lines, the edge, the pools."""
        return await status.overview(platform)

    @app.post("/v1/versions", status_code=202, tags=["versions"])
    async def upload(by: Who, request: Request, stack: str = "", bump: str = "") -> Operation:
        """Publishes the gzipped tar in the body as a version, and releases it in `stack` unless that is empty."""
        by.require_developer()
        if stack:
            check_stack(stack)
        archive = await _receive(platform, request)
        try:
            return await publish.begin(platform, archive, publish.Order(by, stack, bump))
        finally:
            archive.unlink(missing_ok=True)

    @app.post("/v1/tests", tags=["versions"])
    async def run_tests(by: Who, request: Request) -> bodies.TestResult:
        """Runs the tests in the uploaded source in a sandbox; publishes nothing."""
        by.require_developer()
        archive = await _receive(platform, request)
        try:
            return bodies.TestResult(**await trial.run(platform, by, archive))
        finally:
            archive.unlink(missing_ok=True)

    @app.get("/v1/applications", tags=["applications"])
    async def list_applications(by: Who) -> list[dict[str, Any]]:
        """All applications with the lines they have."""
        return (await status.overview(platform))["applications"]  # type: ignore[no-any-return]

    @app.get("/v1/applications/{application}/versions", tags=["versions"])
    async def list_versions(by: Who, application: str) -> list[bodies.VersionView]:
        """Published versions, the oldest first, with where each is released."""
        return [bodies.VersionView(**one) for one in await status.versions(platform, application)]

    @app.get("/v1/applications/{application}/releases", tags=["releases"])
    async def list_releases(by: Who, application: str, line: int, stack: str) -> list[bodies.ReleaseView]:
        """Every release of a line in a stack, the oldest first."""
        known = await platform.store.releases(application, line, check_stack(stack))
        return [bodies.ReleaseView(**asdict(one)) for one in known]

    @app.post("/v1/applications/{application}/releases", status_code=202, tags=["releases"])
    async def release(by: Who, application: str, wish: bodies.ReleaseWish) -> Operation:
        """Moves the version's line to it."""
        stack = check_stack(wish.stack)
        return await releases.begin_release(platform, by, application, wish.version, stack, make_default=wish.default)

    @app.post("/v1/applications/{application}/rollbacks", status_code=202, tags=["releases"])
    async def rollback(by: Who, application: str, wish: bodies.RollbackWish) -> Operation:
        """Moves a line back to its former release, or to the one named."""
        return await releases.begin_rollback(platform, by, application, wish.line, check_stack(wish.stack), wish.to)

    @app.delete("/v1/applications/{application}/lines/{major}", tags=["releases"])
    async def delete_line(by: Who, application: str, major: int, stack: str, confirm: str = "") -> dict[str, Any]:
        """Ends a line in a stack. One with traffic must be confirmed by its name."""
        return await lines.delete(platform, by, application, major, check_stack(stack), confirm)

    @app.get("/v1/services", tags=["services"])
    async def list_services(by: Who) -> list[Service]:
        """The catalogue."""
        return (await platform.store.world()).services

    @app.put("/v1/services/{name}", tags=["services"])
    async def save_service(by: Who, name: str, wish: bodies.ServiceWish) -> Service:
        """Adds a service, or changes its address."""
        return await catalogue.save(platform, by, name, wish.url)

    @app.api_route(
        "/v1/services/{name}/call/{rest:path}",
        methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        include_in_schema=False,
    )
    async def call_service(by: Who, request: Request, name: str, rest: str) -> Response:
        """A call of `stagedoor dev`, by the developer's token."""
        return await calls.forward(platform, by, request, name, rest)

    @app.post("/v1/tokens", status_code=201, tags=["access"])
    async def create_token(by: Who, wish: bodies.TokenWish) -> bodies.TokenView:
        """Makes a token; it is shown this once."""
        secret = await tokens.create(platform, by, Identity(wish.name, wish.role, wish.team))
        return bodies.TokenView(secret, wish.name, wish.role, wish.team)

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    @app.api_route("/-/preview/{label}/{rest:path}", methods=methods, include_in_schema=False)
    async def preview(by: Who, request: Request, label: str, rest: str) -> Response:
        """The edge sends a preview here that does not run yet: it is brought up, and asked again."""
        await previews.bring_up(platform, by, label)
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/-/preview/{label}/{rest}{query}", status_code=307)

    return app


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
        answer: Response = await call_next(request)
        return answer


def _identify(platform: Platform) -> Any:
    async def who(authorization: Annotated[str, Header()] = "") -> Identity:
        scheme, _, token = authorization.partition(" ")
        if not hmac.compare_digest(scheme.lower(), "bearer") or not token:
            raise Unauthenticated("a token is needed", hint="run `stagedoor login`, or send it as a bearer")
        identity = await platform.store.identity(hash_token(token.strip()))
        if identity is None:
            raise Unauthenticated("the token is not known, or was revoked", hint="run `stagedoor login` with a new one")
        return identity

    return who


async def _receive(platform: Platform, request: Request) -> Path:
    """The body on disk. Raises TooLarge, and leaves nothing behind then."""
    limit = platform.settings.keep.source
    path = platform.artefacts.new_upload()
    size = 0
    try:
        with path.open("wb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise TooLarge(f"the upload is larger than {say_size(limit)}", hint="leave out what is not source")
                file.write(chunk)
        if size == 0:
            raise Invalid("the body is empty; it must be a gzipped tar of the source")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


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
