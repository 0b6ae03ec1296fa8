"""Uploads of source: to be published, or only tested; and the versions that came of them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from stagedoor.control import publish, status, trial
from stagedoor.control.platform import Platform
from stagedoor.http import bodies
from stagedoor.model.access import Identity
from stagedoor.model.errors import Invalid, TooLarge
from stagedoor.model.names import check_stack
from stagedoor.model.operation import Operation
from stagedoor.model.quantity import say_size


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter()
    Who = Annotated[Identity, Depends(who)]

    @router.post("/v1/versions", status_code=202, tags=["versions"])
    async def upload(
        by: Who, request: Request, stack: str = "", bump: str = "", strategy: str = "", at: float = 0.0
    ) -> Operation:
        """Publishes the gzipped tar in the body as a version, and releases it in `stack` unless that is empty.

        `strategy`: a JSON object of what differs from the version's own. `at`: when a window begins.
        """
        by.require_developer()
        if stack:
            check_stack(stack)
        async with _received(platform, request) as archive:
            return await publish.begin(platform, archive, publish.Order(by, stack, bump, _read(strategy), at))

    @router.post("/v1/tests", tags=["versions"])
    async def run_tests(by: Who, request: Request) -> bodies.TestResult:
        """Runs the tests in the uploaded source in a sandbox; publishes nothing."""
        by.require_developer()
        async with _received(platform, request) as archive:
            return bodies.TestResult(**await trial.run(platform, by, archive))

    @router.get("/v1/applications/{application}/versions", tags=["versions"])
    async def list_versions(by: Who, application: str) -> list[bodies.VersionView]:
        """Published versions, the oldest first, with where each is released."""
        return [bodies.VersionView(**one) for one in await status.versions(platform, application)]

    return router


def _read(strategy: str) -> dict[str, Any]:
    try:
        told = json.loads(strategy or "{}")
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise Invalid("strategy is no JSON object", hint='as in {"kind": "linear", "time": "20m"}')
    return told


@asynccontextmanager
async def _received(platform: Platform, request: Request) -> AsyncIterator[Path]:
    """The body on disk for the length of a block; nothing of it is left. Raises Unavailable, TooLarge, Invalid."""
    platform.disk.require_room()
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
        yield path
    finally:
        path.unlink(missing_ok=True)
