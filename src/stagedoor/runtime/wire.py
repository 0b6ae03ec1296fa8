"""HTTP/1.1 as a client on a unix socket: a pool of connections, a call on each at a time.

Small because it may be: the peer is always the platform's egress on the same machine. It measures a third of the
CPU of the general clients (docs/benchmarks.md). It follows no redirects and keeps no cookies.
"""

import asyncio
from collections import deque
from typing import Any

import httptools

from stagedoor.runtime import response
from stagedoor.runtime.request import RawHeaders

_IDEMPOTENT = frozenset((b"GET", b"HEAD", b"PUT", b"DELETE", b"OPTIONS"))


class WireError(Exception):
    """No answer arrived: the message says why."""


class _Stale(Exception):
    """A pooled connection turned out to be closed before a byte of the answer came."""


class _Wire(asyncio.Protocol):
    """One connection. `usable` while another call may follow."""

    __slots__ = ("_body", "_future", "_headers", "_parser", "_transport", "fresh", "usable")

    def __init__(self) -> None:
        self._future: asyncio.Future[tuple[int, RawHeaders, bytes]] | None = None
        self._transport: Any = None
        self.usable = True
        self.fresh = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def call(self, message: bytes) -> "asyncio.Future[tuple[int, RawHeaders, bytes]]":
        self._parser = httptools.HttpResponseParser(self)
        self._headers: RawHeaders = []
        self._body: list[bytes] = []
        self._future = asyncio.get_running_loop().create_future()
        self._transport.write(message)
        return self._future

    def close(self) -> None:
        self.usable = False
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self.fresh = True  # An answer has begun: from here a closed connection is no stale one.
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(WireError(f"the answer is not HTTP: {error}"))
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.usable = False
        self._fail(WireError("the connection broke before the answer was complete") if self.fresh else _Stale())

    def _fail(self, error: Exception) -> None:
        if self._future is not None and not self._future.done():
            self._future.set_exception(error)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.lower(), value))

    def on_body(self, data: bytes) -> None:
        self._body.append(data)

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:
            return
        self.usable = self.usable and self._parser.should_keep_alive()
        if self._future is not None and not self._future.done():
            body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
            self._future.set_result((status, self._headers, body))


class Pool:
    """Connections to one socket; idle ones are kept, the newest used first."""

    def __init__(self, path: str, keep: int = 64) -> None:
        self._path = path
        self._keep = keep
        self._idle: deque[_Wire] = deque()

    async def call(
        self, method: bytes, target: bytes, headers: RawHeaders, body: bytes
    ) -> tuple[int, RawHeaders, bytes]:
        """Sends a request and returns status, headers and body. Raises WireError; cancel it to give up."""
        length = b"content-length: %d\r\n" % len(body) if body or method not in _IDEMPOTENT else b""
        lines = response.header_lines(headers)
        message = b"%b %b HTTP/1.1\r\n%b%b\r\n%b" % (method, target, lines, length, body)
        while True:
            wire = await self._take()
            try:
                answer = await wire.call(message)
            except _Stale:
                if method not in _IDEMPOTENT:
                    raise WireError("the connection broke before an answer came") from None
                continue
            except BaseException:
                wire.close()
                raise
            self._give_back(wire)
            return answer

    def close(self) -> None:
        """Closes what is idle; calls under way end by themselves."""
        while self._idle:
            self._idle.pop().close()

    async def _take(self) -> _Wire:
        while self._idle:
            wire = self._idle.pop()
            if wire.usable:
                wire.fresh = False
                return wire
        try:
            _, wire = await asyncio.get_running_loop().create_unix_connection(_Wire, self._path)
        except OSError as error:
            raise WireError(f"the way to the API is closed: {error.strerror or error}") from None
        return wire

    def _give_back(self, wire: _Wire) -> None:
        if wire.usable and len(self._idle) < self._keep:
            self._idle.append(wire)
        else:
            wire.close()
