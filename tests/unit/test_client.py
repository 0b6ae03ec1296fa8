"""The client that scripts call services with, against a server of bytes on a unix socket."""

import asyncio
import gc
from pathlib import Path
from typing import Any

import pytest

from stagedoor import ApiUpstreamError
from stagedoor.runtime import client, context
from stagedoor.runtime.request import Request
from tests.unit.calling import Told, answer, read_head, run


def test_calls_share_connections_and_carry_what_they_are_given(tmp_path: Path) -> None:
    connections: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        while head := await read_head(reader):
            assert "host: films" in head
            line = head.split("\r\n")[0]
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(line), line.encode()))
        writer.close()

    async def use(films: client.Service) -> None:
        assert (await films.get("/a", params={"a": "x y", "b": [1, 2]})).text == "GET /a?a=x+y&b=1&b=2 HTTP/1.1"
        assert (await films.get("/caf\u00e9 x")).text == "GET /caf%C3%A9%20x HTTP/1.1"
        await asyncio.gather(*(films.get("/a") for _ in range(5)))
        assert len(connections) == 5

    run(tmp_path, serve, use)


def test_a_large_or_chunked_answer_comes_whole(tmp_path: Path) -> None:
    large = "x" * 300_000
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    service = Told({"/large": answer(large), "/chunked": chunked, "/none": b"HTTP/1.1 204 No\r\n\r\n"})

    async def use(films: client.Service) -> None:
        for _ in range(2):
            assert (await films.get("/large")).text == large
            assert (await films.get("/chunked")).text == "ok"
            assert (await films.get("/none")).status == 204
        assert service.connections == 1

    run(tmp_path, service, use)


def test_gather_asks_side_by_side_and_keeps_the_order(tmp_path: Path) -> None:
    service = Told()

    async def other() -> int:
        await asyncio.sleep(0)
        return 7

    async def use(films: client.Service) -> None:
        first, second, third = await films._api.gather(films.get("/a"), other(), films.get("/b"))
        assert (first.json(), second, third.json()) == ("/a 1", 7, "/b 1")
        assert await films._api.gather() == []
        async with asyncio.TaskGroup() as group:
            task = group.create_task(films.get("/c"))
        assert task.result().json() == "/c 1"

    run(tmp_path, service, use)


def test_a_request_without_an_id_makes_calls_as_well(tmp_path: Path) -> None:
    service = Told()

    async def use(films: client.Service) -> None:
        for fields in ([], [(b"stagedoor-request-id", b"50% of it")], [(b"stagedoor-device", b"tv%s")]):
            context.current.set(Request("GET", b"/home", fields))
            await films.get("/a")
        assert "traceparent" not in "".join(service.heads)
        assert "stagedoor-request-id: 50% of it\r\n" in service.heads[1]
        assert "stagedoor-device: tv%s\r\n" in service.heads[2]

    run(tmp_path, service, use)


def test_methods_are_functions(tmp_path: Path) -> None:
    service = Told()

    async def use(films: client.Service) -> None:
        assert await films.film(id="a b") == "/films/a%20b 1"
        assert await films.rows(limit=3, member=True) == "/rows?limit=3&member=true 1"
        with pytest.raises(AttributeError, match="no method 'row'; it has rows, film"):
            _ = films.row
        for wrong, words in (({}, "needs the parameter 'id'"), ({"id": 1, "x": 2}, "no parameter 'x'; it has id")):
            with pytest.raises(TypeError, match=words):
                await films.film(**wrong)
        for value in ("..", "a/b", ""):
            with pytest.raises(ValueError, match="cannot stand in a path"):
                await films.film(id=value)

    run(tmp_path, service, use)


def test_a_stream_passes_through_as_it_comes(tmp_path: Path) -> None:
    half_read = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n")
        if "/cut" not in head:
            await half_read.wait()
            writer.write(b"3\r\ntwo\r\n0\r\n\r\n")
        writer.close()

    async def use(films: client.Service) -> None:
        stream = await films.stream("/events")
        assert (stream.status, stream.headers["content-type"]) == (200, "text/plain")
        got = []
        async for chunk in stream.chunks():
            got.append(chunk)
            half_read.set()
        assert got == [b"one", b"two"]
        with pytest.raises(ApiUpstreamError, match="broke"):
            async for _ in (await films.stream("/cut")).chunks():
                pass

    run(tmp_path, serve, use)


def test_idle_connections_and_answers_do_not_pile_up(tmp_path: Path) -> None:
    service = Told()

    async def use(films: client.Service) -> None:
        api: Any = films._api
        await api.gather(*(films.get(f"/{n}") for n in range(50)))
        gc.collect()
        assert not any(api._ends.values()), "no answered call waits for its end"
        assert len(api.transport._idle) == 50
        for _ in range(60):
            api.sweep()
        assert not api.transport._idle

    run(tmp_path, service, use)
