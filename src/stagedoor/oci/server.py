"""Node's own API, on a unix socket that only root can open: what control asks of the engine."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from stagedoor.model.deployment import Ground, Spec
from stagedoor.model.errors import Failure, Missing
from stagedoor.model.replay import Replay
from stagedoor.oci import checks, replays
from stagedoor.oci.keeper import Keeper
from stagedoor.oci.profiles import Profiles
from stagedoor.oci.runc import Engine, EngineError
from stagedoor.oci.shells import Shells

_MOST_REPLAYS = 2


class NodeApi:
    """Routes; each body and answer is JSON."""

    def __init__(self, keeper: Keeper, engine: Engine, profiles: Profiles) -> None:
        self._keeper = keeper
        self._profiles = profiles
        self._engine = engine
        self._shells = Shells()
        # Their memory is promised to nobody: few at one time, whoever asks.
        self._replaying = asyncio.Semaphore(_MOST_REPLAYS)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/deployments", self.deploy, methods=["POST"]),
                Route("/deployments", self.deployments, methods=["GET"]),
                Route("/deployments/{deployment}/settled", self.settled, methods=["GET"]),
                Route("/deployments/{deployment}", self.change, methods=["PUT"]),
                Route("/deployments/{deployment}", self.end, methods=["DELETE"]),
                Route("/grounds", self.expect, methods=["POST"]),
                Route("/catalogue", self.tell_catalogue, methods=["PUT"]),
                Route("/attendance", self.attendance, methods=["GET"]),
                Route("/usage", self.usage, methods=["GET"]),
                Route("/capacity", self.capacity, methods=["GET"]),
                Route("/instances", self.instances, methods=["GET"]),
                Route("/instances/{instance}/shells", self.open_shell, methods=["POST"]),
                Route("/instances/{instance}/profile", self.profile, methods=["POST"]),
                Route("/instances/{instance}/memory", self.memory, methods=["POST"]),
                Route("/instances/{instance}/waiting", self.waiting, methods=["POST"]),
                Route("/shells/{shell}", self.read_shell, methods=["GET"]),
                Route("/shells/{shell}", self.write_shell, methods=["PUT"]),
                Route("/checks", self.check, methods=["POST"]),
                Route("/replays", self.replay, methods=["POST"]),
                Route("/logs/{application}", self.logs, methods=["GET"]),
            ]
        )

    async def deploy(self, request: Request) -> Response:
        await self._keeper.deploy(msgspec.json.decode(await request.body(), type=Spec))
        return JSONResponse({}, status_code=202)

    async def change(self, request: Request) -> Response:
        await self._keeper.change(msgspec.json.decode(await request.body(), type=Spec))
        return JSONResponse({})

    async def expect(self, request: Request) -> Response:
        self._keeper.pool.expect(msgspec.json.decode(await request.body(), type=Ground))
        return JSONResponse({})

    async def tell_catalogue(self, request: Request) -> Response:
        told = msgspec.json.decode(await request.body())
        self._engine.catalogue.write(told["hosts"], told["services"])
        return JSONResponse({})

    async def attendance(self, request: Request) -> Response:
        """Who stands where, and who ended since the number `after`."""
        ends = self._keeper.ends(int(request.query_params.get("after", "0")))
        return _encoded({"deployments": self._keeper.attendance(), "ends": ends})

    async def usage(self, request: Request) -> Response:
        return _encoded(await self._keeper.usage())

    async def capacity(self, request: Request) -> Response:
        return _encoded({"capacity": self._keeper.capacity(), "pool": self._keeper.pool.waiting()})

    async def deployments(self, request: Request) -> Response:
        return JSONResponse(self._keeper.deployments())

    async def settled(self, request: Request) -> Response:
        return _encoded(await self._keeper.settled(request.path_params["deployment"]))

    async def end(self, request: Request) -> Response:
        await self._keeper.end(request.path_params["deployment"])
        return JSONResponse({})

    async def instances(self, request: Request) -> Response:
        listed = msgspec.to_builtins(self._keeper.instances())
        if "measure" in request.query_params:
            memory = await self._keeper.measure()
            for one in listed:
                one["memory_bytes"] = memory.get(one["id"], 0)
        return _encoded(listed)

    async def open_shell(self, request: Request) -> Response:
        """The name of a new one; an empty one when the instance is gone."""
        name, wish = request.path_params["instance"], await request.json()
        one = next((one for one in self._keeper.instances() if one.id == name and one.pid), None)
        if one is None:
            return JSONResponse({"shell": ""})
        group, size = self._engine.cgroup_of(name), (wish["rows"], wish["columns"])
        return JSONResponse({"shell": self._shells.open(one.pid, one.pid_started, group, *size, wish["terminal"])})

    async def read_shell(self, request: Request) -> Response:
        return StreamingResponse(self._read_shell(request.path_params["shell"]))

    async def _read_shell(self, name: str) -> AsyncIterator[bytes]:
        with suppress(Missing):
            async for content in self._shells.read(name):
                yield content

    async def write_shell(self, request: Request) -> Response:
        with suppress(Missing):
            await self._shells.write(request.path_params["shell"], await request.body())
        return JSONResponse({})

    async def profile(self, request: Request) -> Response:
        seconds = int(request.query_params["seconds"])
        return await _looked(request, self._profiles.profile(request.path_params["instance"], seconds))

    async def memory(self, request: Request) -> Response:
        apart = int(request.query_params["apart"])
        return await _looked(request, self._profiles.memory(request.path_params["instance"], apart))

    async def waiting(self, request: Request) -> Response:
        return await _looked(request, self._profiles.waiting(request.path_params["instance"]))

    async def check(self, request: Request) -> Response:
        wanted = msgspec.json.decode(await request.body(), type=checks.CheckRun)
        try:
            result = await checks.run(self._engine, wanted)
        except EngineError as error:
            result = checks.CheckResult(False, str(error), "", 0.0)
        return JSONResponse(msgspec.to_builtins(result))

    async def replay(self, request: Request) -> Response:
        """Outcomes as they come, msgpack, each behind its length in 4 bytes; or a failure's text."""
        content = await request.body()
        wanted = await asyncio.to_thread(_replay, content)
        return StreamingResponse(self._replays(wanted), media_type="application/msgpack")

    async def _replays(self, wanted: Replay) -> AsyncIterator[bytes]:
        try:
            async with self._replaying:
                async for outcome in replays.run(self._engine, wanted):
                    yield _framed(msgspec.msgpack.encode(outcome))
        except (EngineError, replays.ReplayFailed) as error:
            yield _framed(msgspec.msgpack.encode(str(error)))

    async def logs(self, request: Request) -> Response:
        query = request.query_params
        lines = self._lines(
            request.path_params["application"],
            query.get("instance", ""),
            int(query.get("lines", "100")),
            "follow" in query,
        )
        return StreamingResponse(lines, media_type="application/x-ndjson")

    async def _lines(self, application: str, instance: str, lines: int, follow: bool) -> AsyncIterator[bytes]:
        logs = self._keeper.logs
        for name in [instance] if instance else logs.instances(application)[-20:]:
            for entry in await asyncio.to_thread(logs.tail, application, name, lines):
                yield _line(entry)
        if follow:
            async for entry in logs.follow(application, instance):
                yield _line(entry)


def _replay(content: bytes) -> Replay:
    return msgspec.msgpack.decode(content, type=Replay, strict=False)


def _framed(content: bytes) -> bytes:
    return len(content).to_bytes(4, "little") + content


def _encoded(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


async def _looked(request: Request, look: Coroutine[Any, Any, object]) -> Response:
    """What a look gave, or why it gave nothing; it ends when the caller leaves."""
    task, left = asyncio.ensure_future(look), asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({task, left}, return_when=asyncio.FIRST_COMPLETED)
        return _encoded({"found": task.result()}) if task.done() else Response(status_code=499)
    except Failure as failure:
        return _encoded({"failure": failure.describe()})
    finally:
        task.cancel()
        left.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry).encode() + b"\n"
