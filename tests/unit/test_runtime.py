"""The runtime over real sockets and its own event loop: what a device and a service would see."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from stagedoor.runtime import client, scripted
from stagedoor.runtime.connection import Connection, Settings
from stagedoor.runtime.errors import ApiOverloaded, ApiTimeout, ApiUpstreamError, HTTPError
from stagedoor.runtime.request import Request
from stagedoor.runtime.response import Event, Response, Stream, header_lines
from stagedoor.runtime.router import EndpointError, Router

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def with_script(tmp_path: Path, router: Router, talk: Talk, **limits: float) -> None:
    loop = asyncio.get_running_loop()
    settings = Settings(scripted.Scripted(router), "i1", int(limits.get("body", 1000)), limits.get("request", 5.0))
    server = await loop.create_unix_server(lambda: Connection(settings, loop), str(tmp_path / "door"))
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "door"))
    try:
        await talk(reader, writer)
    finally:
        writer.close()
        server.close()
        await server.wait_closed()


async def answer(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next((int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:")), 0)
    return head, await reader.readexactly(length)


def small() -> Router:
    router = Router()

    async def film(request: Request) -> dict[str, str]:
        return {"id": request.params["film"], "q": request.query.get("q", "")}

    async def echo(request: Request) -> Response:
        return Response(request.json(), status=201, headers={"x-own": "1"})

    async def refuse(request: Request) -> None:
        raise HTTPError(409, "taken", code="taken")

    router.add("GET", "/films/{film}", film)
    router.add("POST", "/echo", echo)
    router.add("GET", "/refuse", refuse)
    return router


def ask(path: str, method: str = "GET", extra: str = "", body: bytes = b"") -> bytes:
    length = f"content-length: {len(body)}\r\n" if body else ""
    return f"{method} {path} HTTP/1.1\r\nhost: x\r\n{extra}{length}\r\n".encode() + body


def test_requests_follow_each_other_on_one_connection(tmp_path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Three at once: they are answered in order.
        writer.write(ask("/films/1?q=a") + ask("/echo", "POST", body=b'{"a":1}') + ask("/films/2"))
        assert (await answer(reader))[1] == b'{"id":"1","q":"a"}'
        head, body = await answer(reader)
        assert (head.split("\r\n")[0], "x-own: 1" in head, body) == ("HTTP/1.1 201 Created", True, b'{"a":1}')
        assert (await answer(reader))[1] == b'{"id":"2","q":""}'

    asyncio.run(with_script(tmp_path, small(), talk))


def test_a_request_may_come_byte_by_byte(tmp_path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in ask("/echo", "POST", "expect: 100-continue\r\n", b"[1]"):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        if head.startswith("HTTP/1.1 100"):
            head, body = await answer(reader)
        assert body == b"[1]"

    asyncio.run(with_script(tmp_path, small(), talk))


@pytest.mark.parametrize(
    ("message", "status"),
    [
        (ask("/nowhere"), 404),
        (ask("/echo"), 405),
        (ask("/echo", "POST", body=b"{"), 400),
        (ask("/echo", "POST", body=b"1" * 2000), 413),
        (ask("/refuse"), 409),
        (b"hello\r\n\r\n", 400),
    ],
)
def test_what_cannot_be_answered_is_said(tmp_path: Path, message: bytes, status: int) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(message)
        head, body = await answer(reader)
        assert head.split(" ")[1] == str(status)
        assert b'"error"' in body

    asyncio.run(with_script(tmp_path, small(), talk))


def test_an_address_is_taken_off_the_path(tmp_path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(ask("/tv/v1/films/7", extra="stagedoor-prefix: /tv/v1\r\n"))
        assert (await answer(reader))[1] == b'{"id":"7","q":""}'

    asyncio.run(with_script(tmp_path, small(), talk))


def test_a_stream_arrives_in_chunks_and_head_has_no_body(tmp_path: Path) -> None:
    router = Router()

    async def events(request: Request) -> Stream:
        async def items():  # type: ignore[no-untyped-def]
            yield Event({"n": 1}, event="tick", id="7")
            yield Event("two\nlines")

        return Stream(items())

    router.add("GET", "/events", events)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(ask("/events") + ask("/events", "HEAD"))
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert "transfer-encoding: chunked" in head
        content = await reader.readuntil(b"0\r\n\r\n")
        assert b'event: tick\nid: 7\ndata: {"n":1}\n\n' in content
        assert b"data: two\ndata: lines\n\n" in content
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")

    asyncio.run(with_script(tmp_path, router, talk))


def test_a_header_cannot_break_the_message() -> None:
    for name, value in ((b"x", b"a\r\nb: c"), (b"x y", b"1"), (b"content-length", b"5"), (b"", b"1")):
        with pytest.raises(ValueError, match="header"):
            header_lines([(name, value)])


@pytest.mark.parametrize("path", ["films", "/{a}/{a}", "/{a", "/x/{1}"])
def test_a_path_that_cannot_work_is_refused_at_once(path: str) -> None:
    with pytest.raises(EndpointError):
        Router().add("GET", path, print)


def test_the_same_endpoint_twice_is_refused() -> None:
    router = small()
    with pytest.raises(EndpointError, match="answered twice"):
        router.add("POST", "/echo", print)


# The client


async def with_service(tmp_path: Path, serve: Talk, use: Callable[[client.Service], Awaitable[None]]) -> None:
    server = await asyncio.start_unix_server(serve, str(tmp_path / "egress"))
    api = client.Api()
    transport = api.transport = client.EgressTransport(str(tmp_path / "egress"))
    try:
        await use(api.films)
    finally:
        transport.close()
        server.close()
        for _ in range(10):  # Both ends see the other's close.
            await asyncio.sleep(0)


def test_calls_share_connections_and_carry_what_they_are_given(tmp_path: Path) -> None:
    connections: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        while head := await _head(reader):
            assert "host: films" in head
            line = head.split("\r\n")[0]
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(line), line.encode()))
        writer.close()

    async def use(films: client.Service) -> None:
        assert (await films.get("/rows", params={"a": "x y", "b": [1, 2]})).text == "GET /rows?a=x+y&b=1&b=2 HTTP/1.1"
        assert (await films.get("/caf\u00e9 x")).text == "GET /caf%C3%A9%20x HTTP/1.1"
        await asyncio.gather(*(films.get("/rows") for _ in range(5)))
        assert len(connections) == 5

    asyncio.run(with_service(tmp_path, serve, use))


async def _head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return ""


def test_errors_are_a_small_family(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await _head(reader)
        if "/busy" in head:
            writer.write(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n")
        elif "/cut" in head:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
        elif "/odd" in head:
            writer.write(b"nonsense\r\n\r\n")
        elif "/slow" in head:
            await reader.read()
        writer.close()

    async def use(films: client.Service) -> None:
        for path, kind in (("/busy", ApiOverloaded), ("/cut", ApiUpstreamError), ("/odd", ApiUpstreamError)):
            with pytest.raises(kind) as caught:
                await films.get(path)
            assert (caught.value.service, caught.value.method, caught.value.path) == ("films", "GET", path)
        with pytest.raises(ApiTimeout):
            await films.get("/slow", timeout=0.01)
        assert (await films.get("/busy", check=False)).status == 503

    asyncio.run(with_service(tmp_path, serve, use))


def test_a_connection_that_was_closed_meanwhile_is_not_an_error(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        writer.close()

    async def use(films: client.Service) -> None:
        for _ in range(3):
            assert (await films.get("/rows")).text == "ok"

    asyncio.run(with_service(tmp_path, serve, use))


def test_the_author_gets_the_same_names_from_module_and_stub() -> None:
    import ast

    import stagedoor

    stub = ast.parse(Path(stagedoor.__file__).with_suffix(".pyi").read_text())
    named = {alias.asname for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert named == set(stagedoor.__all__)
    assert all(getattr(stagedoor, name) is not None for name in stagedoor.__all__)
    with pytest.raises(AttributeError, match="it offers"):
        _ = stagedoor.nothing


def test_the_runtime_imports_nothing_heavy() -> None:
    import subprocess

    code = "import sys; import stagedoor.runtime.boot; print(' '.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"starlette", "pydantic", "fastapi", "httpx", "sqlalchemy", "uvicorn", "stagedoor.model", "stagedoor.cli"}
    assert heavy.isdisjoint(loaded)
