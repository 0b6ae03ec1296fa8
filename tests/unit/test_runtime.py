"""The runtime over real sockets and its own event loop: what a device and a service would see."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from stagedoor.runtime import scripted
from stagedoor.runtime.connection import Connection, Settings
from stagedoor.runtime.errors import HTTPError
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


@pytest.mark.parametrize("path", ["films", "/{a}/{a}", "/{a", "/x/{1}", "/{a}{b}", "/x/{a}.{b}"])
def test_a_path_that_cannot_work_is_refused_at_once(path: str) -> None:
    with pytest.raises(EndpointError):
        Router().add("GET", path, print)


def test_the_same_endpoint_twice_is_refused() -> None:
    router = small()
    with pytest.raises(EndpointError, match="answered twice"):
        router.add("POST", "/echo", print)


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
    frameworks = {"starlette", "pydantic", "fastapi", "httpx", "httpx2", "sqlalchemy", "uvicorn"}
    heavy = {*frameworks, "stagedoor.model", "stagedoor.cli"}
    assert heavy.isdisjoint(loaded)
