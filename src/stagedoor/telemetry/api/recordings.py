"""What is asked of recordings."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from stagedoor.model.errors import Failure
from stagedoor.telemetry.api.answers import Answer, refusal
from stagedoor.telemetry.pipeline import Pipeline
from stagedoor.telemetry.recordings.shelf import Wanted

_MOST = 100


class RecordingsApi:
    def __init__(self, pipeline: Pipeline) -> None:
        self._recordings = pipeline.recordings

    def asked(self) -> dict[str, Answer]:
        return {"/recordings": self.find, "/recordings/{id}": self.kept}

    async def find(self, request: Request) -> Any:
        """The newest first."""
        wanted = msgspec.convert(dict(request.query_params), Wanted, strict=False)
        return await self._recordings.ask(lambda: self._recordings.shelf.find(wanted))

    async def kept(self, request: Request) -> Any:
        identifier = request.path_params["id"]
        return await self._recordings.ask(lambda: self._recordings.shelf.kept(identifier))

    async def read(self, request: Request) -> Response:
        """A list of recordings, by a list of at most 100 ids; both msgpack: they are mostly bytes. What is damaged or
        gone is left out, unless it is the only one.
        """
        ids = msgspec.msgpack.decode(await request.body(), type=list[str])[:_MOST]
        found = []
        for one in ids:
            try:
                found.append(await self._recordings.ask(lambda one=one: self._recordings.shelf.read(one)))  # type: ignore[misc]
            except Failure as error:
                if len(ids) == 1:
                    return refusal(error)
        return Response(msgspec.msgpack.encode(found), media_type="application/msgpack")
