"""The least a Python client can do: open connections, callbacks, one future for all calls made together."""

import asyncio
from collections import deque
from typing import Any

import httptools


class Together:
    """Calls under way together; their bodies, in the order asked for, end the one future."""

    __slots__ = ("bodies", "future", "missing")

    def __init__(self, calls: int, future: "asyncio.Future[list[bytes]]") -> None:
        self.bodies: list[bytes] = [b""] * calls
        self.missing = calls
        self.future = future


class Wire(asyncio.Protocol):
    """One connection, one call at a time. The parser reads one answer after the other."""

    __slots__ = ("_body", "_idle", "_parser", "_place", "_together", "_transport", "_waiting")

    def __init__(self, idle: "list[Wire]", waiting: "deque[tuple[bytes, Together, int]]") -> None:
        self._idle = idle
        self._waiting = waiting
        self._body = b""
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def call(self, message: bytes, together: Together, place: int) -> None:
        self._together = together
        self._place = place
        self._transport.write(message)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, data: bytes) -> None:
        self._body = self._body + data if self._body else data

    def on_message_complete(self) -> None:
        together = self._together
        together.bodies[self._place] = self._body
        together.missing -= 1
        self._body = b""
        if self._waiting:
            self.call(*self._waiting.popleft())
        else:
            self._idle.append(self)
        if not together.missing:
            together.future.set_result(together.bodies)


class Client:
    """All its connections are open before the first call; more calls than those wait for one."""

    def __init__(self) -> None:
        self._idle: list[Wire] = []
        self._waiting: deque[tuple[bytes, Together, int]] = deque()
        self._loop = asyncio.get_running_loop()

    async def open(self, path: str, connections: int) -> None:
        for _ in range(connections):
            _, wire = await self._loop.create_unix_connection(lambda: Wire(self._idle, self._waiting), path)
            self._idle.append(wire)

    def all(self, messages: list[bytes]) -> "asyncio.Future[list[bytes]]":
        future = self._loop.create_future()
        together = Together(len(messages), future)
        idle = self._idle
        for place, message in enumerate(messages):
            if idle:
                idle.pop().call(message, together, place)
            else:
                self._waiting.append((message, together, place))
        return future
