"""A service of bytes on a unix socket, and a client that calls it, for tests of the client."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from stagedoor.runtime import client, context
from stagedoor.runtime.methods import Description, Method, Parameter
from stagedoor.runtime.request import Request
from stagedoor.runtime.wire import Pool

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Use = Callable[[client.Service], Awaitable[None]]

FILMS = Description(
    (
        Method("rows", path="/rows", shared=True, parameters=(Parameter("limit"), Parameter("member"))),
        Method("film", path="/films/{id}", parameters=(Parameter("id", "path", required=True),)),
        Method("scores", path="/scores", timeout=0.02, fallback='{"scores": {}}'),
        Method("tried", path="/tried", retries=2),
    )
)
ID = "01234567-89ab-cdef-0123-456789abcdef"


async def with_service(tmp_path: Path, serve: Talk, use: Use) -> None:
    server = await asyncio.start_unix_server(serve, str(tmp_path / "egress"))
    api = client.Api()
    pool = api.transport = Pool(str(tmp_path / "egress"))
    api.catalogue.load({"films": FILMS})
    try:
        await use(api.films)
    finally:
        pool.close()
        server.close()
        for _ in range(10):  # Both ends see the other's close.
            await asyncio.sleep(0)


class Told:
    """A service that answers what it is told to, and counts what it was asked."""

    def __init__(self, answers: dict[str, bytes] | None = None) -> None:
        self.answers = answers or {}
        self.asked: Counter[str] = Counter()
        self.heads: list[str] = []
        self.connections = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while head := await read_head(reader):
            self.heads.append(head)
            target = head.split(" ")[1]
            self.asked[target] += 1
            writer.write(self.answers.get(target) or answer(f'"{target} {self.asked[target]}"'))
        writer.close()


def answer(body: str, status: int = 200, **fields: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Status\r\n{lines}content-length: {len(body)}\r\n\r\n{body}".encode()


async def read_head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode()
    except (asyncio.IncompleteReadError, ConnectionError):
        return ""


def a_request(member: str = "", seconds: float = 5.0) -> Request:
    """A device's request, as the one that the running code belongs to."""
    fields = [(b"stagedoor-request-id", ID.encode()), (b"stagedoor-member", member.encode())]
    request = Request("GET", b"/home", fields)
    request.deadline = asyncio.get_running_loop().time() + seconds
    context.current.set(request)
    return request


def run(tmp_path: Path, serve: Talk, use: Use) -> None:
    asyncio.run(with_service(tmp_path, serve, use))
