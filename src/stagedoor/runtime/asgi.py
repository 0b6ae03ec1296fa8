"""Runs an unchanged ASGI 3 application: scope, receive and send over a Connection, and the lifespan protocol."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote_to_bytes

from stagedoor.runtime import context, inside, response
from stagedoor.runtime.connection import Connection
from stagedoor.runtime.request import Request
from stagedoor.runtime.scripted import ALIVE, fail

Message = MutableMapping[str, Any]
Asgi = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


class AsgiError(Exception):
    """The application does not keep to the ASGI specification."""


class AsgiApplication:
    """The application made of an ASGI callable. `prefixed`: its paths include the address it is mounted at."""

    def __init__(self, app: Asgi, *, prefixed: bool) -> None:
        self._app = app
        self._prefixed = prefixed
        self.state: dict[str, Any] = {}

    async def __call__(self, request: Request, connection: Connection) -> None:
        if request.path == ALIVE:
            connection.send_json(b'{"alive":true}')
            return
        if inside.is_asked(request):
            await inside.answer(request, connection)
            return
        context.current.set(request)
        exchange = _Exchange(request, connection)
        try:
            await self._app(self._scope(request), exchange.receive, exchange.send)
            exchange.close()
        except Exception as error:
            if not exchange.complete:
                fail(error, connection)

    def _scope(self, request: Request) -> Message:
        raw_path = request.raw_path()
        if not self._prefixed:
            raw_path = raw_path[len(request.prefix) :] or b"/"
        host, _, port = request.header(b"host").partition(":")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.header(b"x-forwarded-proto") or "http",
            "path": unquote_to_bytes(raw_path).decode("utf-8", "replace"),
            "raw_path": raw_path,
            "query_string": request.query_string(),
            "root_path": request.prefix.decode("latin-1") if self._prefixed else "",
            "headers": request.raw_headers,
            "client": None,
            "server": (host, int(port) if port.isdigit() else 80),
            "state": self.state.copy(),
        }


class _Exchange:
    """One request and its answer in ASGI messages."""

    def __init__(self, request: Request, connection: Connection) -> None:
        self._request = request
        self._connection = connection
        self._given = False
        self._start: Message | None = None
        self._begun = False
        self._left: int | None = None
        self.complete = False

    async def receive(self) -> Message:
        if not self._given:
            self._given = True
            return {"type": "http.request", "body": self._request.body, "more_body": False}
        if not self.complete:
            # Shielded: an application that stops listening must not end it for the next one who does.
            await asyncio.shield(self._connection.disconnected())
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if self.complete:
            raise AsgiError("a message was sent after the answer was complete")
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            room = self._body(bytes(message.get("body", b"")), bool(message.get("more_body", False)))
            if room is not None:
                await room
        else:
            raise AsgiError(f"unknown message type {message['type']!r}")

    def _body(self, body: bytes, more: bool) -> Awaitable[None] | None:
        if self._start is None:
            raise AsgiError("http.response.body came before http.response.start")
        if not self._begun and not more:
            lines, length = self._lines()
            if self._request.method == "HEAD" and length is not None:
                body = bytes(length)  # Only its length is sent.
            if length is not None and length != len(body):
                raise AsgiError(f"the answer has {len(body)} bytes and says {length}")
            self.complete = True
            self._connection.send(int(self._start["status"]), lines, body)
            return None
        if not self._begun:
            self._begun = True
            lines, length = self._lines()
            line = b"content-length: %d\r\n" % length if length is not None else b""
            self._left = length
            self._connection.begin(int(self._start["status"]), lines + line, chunked=length is None)
        self._count(body, more)
        room = self._connection.write(body)
        if not more:
            self.complete = True
            self._connection.end()
        return room

    def _count(self, body: bytes, more: bool) -> None:
        """A byte too many would be read as the start of somebody else's answer on this connection."""
        if self._left is None or self._request.method == "HEAD":
            return
        self._left -= len(body)
        if self._left < 0 or (self._left and not more):
            raise AsgiError("the answer is not as long as its content-length says")

    def _lines(self) -> tuple[bytes, int | None]:
        length = None
        given = []
        assert self._start is not None
        for name, value in self._start.get("headers", ()):
            lower = bytes(name).lower()
            if lower == b"content-length":
                length = int(value)
            elif lower not in (b"transfer-encoding", b"connection", b"keep-alive"):
                given.append((lower, bytes(value)))
        return response.header_lines(given), length

    def close(self) -> None:
        if not self.complete:
            raise AsgiError("the application returned without completing its answer")


class Lifespan:
    """Runs the application's start-up and shut-down, if it has any."""

    def __init__(self, app: Asgi, state: dict[str, Any]) -> None:
        self._app = app
        self._state = state
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._outbox: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises AsgiError when the application says that its start-up failed."""
        self._task = asyncio.get_running_loop().create_task(self._run())
        await self._inbox.put({"type": "lifespan.startup"})
        message = await self._outbox.get()
        if message["type"] == "lifespan.startup.failed":
            raise AsgiError(f"the application's start-up failed: {message.get('message', '')}")

    async def stop(self) -> None:
        if self._task is None or self._task.done():
            return
        await self._inbox.put({"type": "lifespan.shutdown"})
        await self._outbox.get()
        await self._task

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        # The specification: an application that raises here simply has no lifespan.
        with suppress(Exception):
            await self._app(scope, self._inbox.get, self._outbox.put)
        await self._outbox.put({"type": "lifespan.unsupported"})
