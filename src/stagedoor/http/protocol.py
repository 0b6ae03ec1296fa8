"""Connections of the control API: their number, the size and the time of a head, before any application sees it.

uvicorn has no bounds for these. A connection that is over a bound is answered and closed; of too many, those go first
that have shown no token.
"""

import asyncio
from collections import OrderedDict
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from stagedoor.http import limits
from stagedoor.http.guard import IDENTITY

_LOCAL = ("127.0.0.1", "::1", "")


class _RefusedError(Exception):
    """Ends the parsing of a head."""


class Connections:
    """All that are open, the oldest first, by address."""

    def __init__(self, most: int = limits.MAX_CONNECTIONS) -> None:
        self._most = most
        self._by_address: dict[str, OrderedDict[BoundedProtocol, None]] = {}
        self._all: OrderedDict[BoundedProtocol, None] = OrderedDict()

    def add(self, connection: "BoundedProtocol", address: str) -> bool:
        """False when there is no place for it. Another connection that may be closed makes place."""
        own = self._by_address.setdefault(address, OrderedDict())
        most = limits.MAX_LOCAL_CONNECTIONS if address in _LOCAL else limits.MAX_CONNECTIONS_PER_ADDRESS
        if not self._make_place(own, min(most, self._most)) or not self._make_place(self._all, self._most):
            self._drop_empty(address)
            return False
        # The oldest that went may have been the last of the address.
        self._by_address.setdefault(address, own)[connection] = None
        self._all[connection] = None
        return True

    def _make_place(self, connections: "OrderedDict[BoundedProtocol, None]", most: int) -> bool:
        if len(connections) < most:
            return True
        oldest = next((one for one in connections if one.may_be_closed), None)
        if oldest is None:
            return False
        self.remove(oldest, oldest.address)
        oldest.abort()
        return True

    def remove(self, connection: "BoundedProtocol", address: str) -> None:
        self._all.pop(connection, None)
        if (own := self._by_address.get(address)) is not None:
            own.pop(connection, None)
            self._drop_empty(address)

    def _drop_empty(self, address: str) -> None:
        if not self._by_address.get(address, True):
            del self._by_address[address]


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with bounds. `all_connections` is shared by those of one process."""

    all_connections = Connections()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.address = ""
        self._timer: asyncio.TimerHandle | None = None
        self._is_in_head = False
        self._waiting_bytes = 0  # Since the last piece of a request that was complete in itself.
        self._head_bytes = 0
        self._refusal: tuple[int, str] | None = None
        self._discarded_bytes = 0

    @property
    def may_be_closed(self) -> bool:
        """Whether it serves nobody who has shown a token."""
        return self.cycle is None or self.cycle.response_complete or IDENTITY not in self.cycle.scope

    def abort(self) -> None:
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = str(self.client[0]) if self.client else ""
        if not self.all_connections.add(self, self.address):
            transport.abort()
            return
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self.all_connections.remove(self, self.address)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refusal is not None:
            self._discard(len(data))
            return
        if self._timer is None and (self.cycle is None or self.cycle.response_complete):
            self._start_timer()
        self._waiting_bytes += len(data)
        super().data_received(data)
        if self._refusal is None and self._waiting_bytes > limits.MAX_HEAD_BYTES + len(data):
            # A head that has no end; or what stands around the pieces of a body, which is of no length either.
            self._refuse(431, "the head of the request is too large")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = True
        self._waiting_bytes = 0
        self._head_bytes = 0
        if self._timer is None:
            self._start_timer()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Also called for trailers, which count as headers do."""
        self._count(len(name) + len(value))
        if len(self.headers) >= limits.MAX_HEADERS:
            self._refusal = (431, "the request has too many headers")
            raise _RefusedError
        super().on_header(name, value)

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > limits.MAX_HEAD_BYTES:
            self._refusal = (431, "the head of the request is too large")
            raise _RefusedError

    def on_headers_complete(self) -> None:
        self._stop_timer()
        self._is_in_head = False
        self._waiting_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._waiting_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._waiting_bytes = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Called for what cannot be parsed, and for what is refused while it is parsed."""
        status, text = self._refusal or (400, "the request is no HTTP")
        self._refuse(status, text)

    def _refuse(self, status: int, text: str) -> None:
        self._refusal = (status, text)
        self._stop_timer()
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.abort()  # An answer is under way: a second one would be read as its part.
            return
        self.transport.write(
            STATUS_LINE[status] + b"content-type: text/plain\r\nconnection: close\r\n"
            b"content-length: %d\r\n\r\n%s" % (len(text), text.encode())
        )
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(limits.DISCARD_TIMEOUT_S, self.transport.abort)

    def _discard(self, size: int) -> None:
        """Takes a little of what still comes, so that the client sees its answer."""
        self._discarded_bytes += size
        if self._discarded_bytes > limits.MAX_DISCARDED_BYTES:
            self.transport.abort()

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(limits.HEAD_TIMEOUT_S, self._head_is_late)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _head_is_late(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self._is_in_head or self.cycle is None:
            self._refuse(408, "the head of the request came too slowly")
        elif self.cycle.response_complete:
            self.transport.close()
