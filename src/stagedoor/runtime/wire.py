"""HTTP/1.1 as a client on a unix socket: a pool of connections, an exchange on each at a time.

Small because it may be: the peer is always the platform's egress on the same machine. An answer that came in one piece
is read without a parser; anything else goes through httptools. It follows no redirects and keeps no cookies.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

import httptools

from stagedoor.runtime.exchange import Exchange
from stagedoor.runtime.request import Headers, RawHeaders

_REPEATABLE = frozenset((b"GET", b"HEAD", b"PUT", b"DELETE", b"OPTIONS"))
_LENGTH = b"\r\ncontent-length: "
_MOST_AHEAD = 262_144  # Bytes of a stream that wait for their reader.
_ROUNDS_IDLE = 40
_ENOUGH = 64  # Connections to one service for which a call waits rather than opening another.
_LONGEST_WAIT = 0.03


class WireError(Exception):
    """No answer arrived: the message says why."""


class _Wire(asyncio.Protocol):
    """One connection. `used` is set once an exchange ended on it, `begun` once a byte of the present answer came."""

    __slots__ = (
        "_begun", "_body", "_exchange", "_headers", "_parser", "_pool", "_stream", "round", "transport", "used",
    )  # fmt: skip

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self._exchange: Exchange | None = None
        self._stream: Streamed | None = None
        self._parser: Any = None
        self._begun = False
        self.used = False
        self.round = 0
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def send(self, exchange: Exchange) -> None:
        self._exchange = exchange
        exchange.carrier = self
        self._begun = False
        self.transport.write(exchange.message())

    def stream(self, streamed: "Streamed", message: bytes) -> None:
        self._stream = streamed
        self._listen()
        self.transport.write(message)

    def abandon(self, exchange: Exchange) -> None:
        if self._exchange is exchange:
            self._exchange = None
            self.transport.close()
            self._pool.free(exchange.service)

    def data_received(self, data: bytes) -> None:
        exchange = self._exchange
        if not self._begun and exchange is not None and self._take_whole(exchange, data):
            return
        if exchange is None and self._stream is None:
            self.transport.close()  # Bytes that nobody asked for.
            return
        self._begun = True
        if self._parser is None:
            self._listen()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(f"the answer is not HTTP: {error}")
            self.transport.close()

    def _take_whole(self, exchange: Exchange, data: bytes) -> bool:
        """The usual case: all of an answer that says its length, in one piece."""
        end = data.find(b"\r\n\r\n")
        at = data.find(_LENGTH, 0, end + 2)
        if end < 0 or at < 0 or exchange.verb == b"HEAD":
            return False
        stop = data.find(b"\r\n", at + 18, end + 2)
        if len(data) != end + 4 + int(data[at + 18 : stop]):
            return False
        head = data[: end + 2]
        self._exchange = None
        if b"\r\nconnection: close" in head:
            self.transport.close()
            self._pool.free(exchange.service)
        else:
            self._pool.give_back(self, exchange.service)
        exchange.finish(int(data[9:12]), head, data[end + 4 :])
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        exchange = self._exchange
        if exchange is not None and self.used and not self._begun and exchange.verb in _REPEATABLE:
            self._exchange = None
            self._pool.carry(exchange)  # It was closed while it lay idle.
            return
        self._fail("the connection broke before the answer was complete")

    def _fail(self, reason: str) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            self._pool.free(exchange.service)
            exchange.fail(reason)
        if self._stream is not None:
            self._stream.end(reason)
            self._stream = None

    # From the parser

    def _listen(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: RawHeaders = []
        self._body: list[bytes] = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        exchange = self._exchange
        if exchange is not None and exchange.verb == b"HEAD" and self._parser.get_status_code() >= 200:
            # Its length is that of an answer that does not come.
            self._exchange = None
            self.transport.close()
            self._pool.free(exchange.service)
            exchange.finish(self._parser.get_status_code(), b"", b"", self._headers)
            return
        if self._stream is not None and self._parser.get_status_code() >= 200:
            self._stream.begin(self._parser.get_status_code(), self._headers)

    def on_body(self, data: bytes) -> None:
        if self._stream is not None:
            self._stream.add(data)
        else:
            self._body.append(data)

    def on_message_complete(self) -> None:
        status, headers = self._parser.get_status_code(), self._headers
        if status < 200:
            self._headers = []
            return
        keep = self._parser.should_keep_alive()
        exchange, self._exchange = self._exchange, None
        stream, self._stream = self._stream, None
        self._parser = None
        if exchange is not None and keep:
            self._pool.give_back(self, exchange.service)
        else:
            self.transport.close()
            if exchange is not None:
                self._pool.free(exchange.service)
        if exchange is not None:
            exchange.finish(status, b"", b"".join(self._body), headers)
        if stream is not None:
            stream.end("")


class _Lane:
    """What is under way to one service. `most` may be; the others wait, but not for long."""

    __slots__ = ("busy", "most", "timer", "waiting")

    def __init__(self) -> None:
        self.busy = 0
        self.most = _ENOUGH
        self.waiting: deque[Exchange] = deque()
        self.timer: asyncio.TimerHandle | None = None


class Pool:
    """Connections to one socket; idle ones are kept for some seconds, the newest used first. A transport.

    A quick service is asked on few connections, one call after the other: hundreds at once cost the egress a fifth
    more. Who waits longer than some milliseconds has a slow service, and gets as many as it takes.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._idle: deque[_Wire] = deque()
        self._round = 0
        self._lanes: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, exchange: Exchange) -> None:
        lane = self._lanes.get(exchange.service)
        if lane is None:
            lane = self._lanes[exchange.service] = _Lane()
        if lane.busy >= lane.most:
            lane.waiting.append(exchange)
            if lane.timer is None:
                lane.timer = asyncio.get_running_loop().call_later(_LONGEST_WAIT, self._widen, lane)
            return
        lane.busy += 1
        self.carry(exchange)

    def _widen(self, lane: _Lane) -> None:
        """Who waits too long gets a connection more."""
        loop = asyncio.get_running_loop()
        lane.timer = None
        while lane.waiting and (lane.waiting[0].done or lane.waiting[0].started <= loop.time() - _LONGEST_WAIT):
            exchange = lane.waiting.popleft()
            if not exchange.done:
                lane.busy += 1
                lane.most = max(lane.most, lane.busy)
                self.carry(exchange)
        if lane.waiting:
            lane.timer = loop.call_at(lane.waiting[0].started + _LONGEST_WAIT, self._widen, lane)

    def free(self, service: str) -> None:
        """An exchange ended, and its connection with it."""
        lane = self._lanes[service]
        lane.busy -= 1
        while lane.waiting and lane.busy < lane.most:
            exchange = lane.waiting.popleft()
            if not exchange.done:
                lane.busy += 1
                self.carry(exchange)

    def give_back(self, wire: _Wire, service: str) -> None:
        """An exchange ended; its connection takes the next."""
        wire.used = True
        lane = self._lanes[service]
        while lane.waiting:
            exchange = lane.waiting.popleft()
            if not exchange.done:
                wire.send(exchange)
                return
        lane.busy -= 1
        self._keep(wire)

    def _keep(self, wire: _Wire) -> None:
        wire.round = self._round
        self._idle.append(wire)

    def carry(self, exchange: Exchange) -> None:
        """Sends it on a connection that is idle, else on a new one."""
        while self._idle:
            wire = self._idle.pop()
            if not wire.transport.is_closing():
                wire.send(exchange)
                return
        task = asyncio.get_running_loop().create_task(self._carry_anew(exchange))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry_anew(self, exchange: Exchange) -> None:
        try:
            wire = await self._connect()
        except WireError as error:
            self.free(exchange.service)
            exchange.fail(str(error))
            return
        if exchange.done:
            self._keep(wire)
            self.free(exchange.service)
        else:
            wire.send(exchange)

    async def open(self, exchange: Exchange) -> "Streamed":
        """The answer as a stream, once its first lines came. Raises WireError; cancel it to give up."""
        wire = await self._connect()
        streamed = Streamed(wire)
        wire.stream(streamed, exchange.message())
        try:
            await streamed.begun
        except BaseException:
            wire.transport.abort()
            raise
        return streamed

    async def _connect(self) -> _Wire:
        try:
            _, wire = await asyncio.get_running_loop().create_unix_connection(lambda: _Wire(self), self._path)
        except OSError as error:
            raise WireError(f"the way to the API is closed: {error.strerror or error}") from None
        return wire

    def sweep(self) -> None:
        """To be called now and then: closes what lay idle for many calls of it."""
        self._round += 1
        for lane in self._lanes.values():
            if lane.most > _ENOUGH and lane.busy < lane.most // 2:
                lane.most = max(_ENOUGH, lane.most - lane.most // 8)
        while self._idle and self._idle[0].round < self._round - _ROUNDS_IDLE:
            self._idle.popleft().transport.close()

    def close(self) -> None:
        """Closes what is idle; exchanges under way end by themselves."""
        while self._idle:
            self._idle.pop().transport.close()


class Streamed:
    """An answer that is read as it comes: `async for chunk in answer`. What nobody reads waits at the service."""

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire
        self._chunks: deque[bytes] = deque()
        self._ahead = 0
        self._ended: str | None = None
        self._more: asyncio.Future[None] | None = None
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.status = 0
        self.headers = Headers([])
        self.fault: Callable[[str], Exception] = WireError  # What a broken answer raises.

    def begin(self, status: int, headers: RawHeaders) -> None:
        self.status = status
        self.headers = Headers(headers)
        if not self.begun.done():
            self.begun.set_result(None)

    def add(self, data: bytes) -> None:
        self._chunks.append(data)
        self._ahead += len(data)
        if self._ahead > _MOST_AHEAD:
            self._wire.transport.pause_reading()
        self._tell()

    def end(self, reason: str) -> None:
        """`reason` is empty for an answer that is complete."""
        self._ended = reason
        if not self.begun.done():
            self.begun.set_exception(WireError(reason))
        self._tell()

    def _tell(self) -> None:
        if self._more is not None and not self._more.done():
            self._more.set_result(None)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Raises ApiUpstreamError when the answer breaks off."""
        try:
            while True:
                while self._chunks:
                    yield self._next()
                if self._ended is not None:
                    break
                self._more = asyncio.get_running_loop().create_future()
                await self._more
            if self._ended:
                raise self.fault(self._ended)
        finally:
            self.close()

    def close(self) -> None:
        """What still comes is not wanted. Reading to the end closes it as well."""
        if self._ended is None:
            self._wire.transport.abort()

    async def __aenter__(self) -> "Streamed":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def _next(self) -> bytes:
        data = self._chunks.popleft()
        before, self._ahead = self._ahead, self._ahead - len(data)
        if before > _MOST_AHEAD >= self._ahead and self._ended is None:
            self._wire.transport.resume_reading()
        return data
