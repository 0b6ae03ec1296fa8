"""Stands before all routes: nobody without a token has a body read, and no body is larger or slower than its bound.

A route is closed unless it is named here as open, so a new one cannot be open by mistake.
"""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from stagedoor.http import limits
from stagedoor.http.limits import Bound, find_bound
from stagedoor.model.access import Identity
from stagedoor.model.errors import Failure, Invalid, TooLarge, TooMany
from stagedoor.model.quantity import say_size

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

IDENTITY = "stagedoor.identity"  # In the scope: who asks, once that is known.
_OPEN = (
    ("GET", re.compile(r"/|/v1/health|/v1/openapi\.json|/console(/.*)?|/v1/oidc/(login|callback)", re.DOTALL)),
    ("POST", re.compile(r"/v1/session|/v1/hooks/[^/]+", re.DOTALL)),
)


class TooSlow(Failure):
    """A body did not come in time."""

    code, status = "too_slow", 408


class Guard:
    """Identifies who asks, then reads the body within its bound, then lets the application answer."""

    def __init__(
        self, app: App, identify: Callable[[Request], Awaitable[Identity]], rows: tuple[Bound, ...],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._app = app
        self._identify = identify
        self._rows = rows
        self._rates = Rates(clock)
        self._large = asyncio.Semaphore(limits.MAX_LARGE_BODIES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # uvicorn is started without WebSockets.
        body = Body(receive, send, find_bound(self._rows, scope["method"], scope["path"]), _length(scope))
        try:
            await self._admit(scope, body)
            if body.bound.streamed:
                await self._app(scope, body.read_on, body.send)
            elif body.bound.size <= limits.LARGE_BODY_BYTES:
                await self._answer(scope, body)
            else:
                async with self._large:
                    await self._answer(scope, body)
        except Failure as error:
            if body.answered:
                raise
            await JSONResponse({"error": error.describe()}, error.status)(scope, body.receive, body.send)

    async def _answer(self, scope: Scope, body: "Body") -> None:
        await body.read_whole()
        await self._app(scope, body.replay, body.send)

    async def _admit(self, scope: Scope, body: "Body") -> None:
        """Raises Unauthenticated, Forbidden, TooMany, TooLarge; nothing of the body is read before."""
        if is_open(scope["method"], scope["path"]):
            if scope["method"] == "POST":
                self._rates.count(str((scope.get("client") or ("",))[0]))
        else:
            scope[IDENTITY] = await self._identify(Request(scope))
        body.check_length()


def is_open(method: str, path: str) -> bool:
    """Whether a route needs no token."""
    asked = "GET" if method == "HEAD" else method
    return any(verb == asked and known.fullmatch(path) for verb, known in _OPEN)


def _length(scope: Scope) -> int:
    """Returns what the request says of its body's length, 0 when it says nothing. httptools has checked the number."""
    values = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(values[0]) if values and values[0].isdigit() else 0


class Body:
    """The body of one request, as it is received, and what is answered meanwhile."""

    def __init__(self, receive: Receive, send: Send, bound: Bound, length: int) -> None:
        self.receive = receive
        self.bound = bound
        self.answered = False
        self._send = send
        self._length = length
        self._began = time.monotonic()
        self._size = 0
        self._is_whole = False
        self._whole: Message | None = None

    def check_length(self) -> None:
        """Raises TooLarge for a body that says it is; nothing of it is read then."""
        if self._length > self.bound.size:
            raise self._too_large()

    async def read_whole(self) -> None:
        """Raises TooLarge, TooSlow, Invalid for one that ends too early."""
        parts = []
        while not self._is_whole:
            message = await self.read_on()
            if message["type"] == "http.disconnect":
                raise Invalid("the request ended before its body did")
            parts.append(message.get("body", b""))
        self._whole = {"type": "http.request", "body": b"".join(parts), "more_body": False}

    async def replay(self) -> Message:
        """The body that was read, then whatever follows: the client leaving."""
        if self._whole is None:
            return await self.receive()
        message, self._whole = self._whole, None
        return message

    async def read_on(self) -> Message:
        """The next piece. Raises TooLarge, TooSlow."""
        if self._is_whole:
            return await self.receive()
        # Each piece gives the next one time, so that a steady sender of a large body is not cut.
        deadline = self._began + limits.BODY_TIMEOUT_S + self._size / limits.MIN_BODY_RATE
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                message = await self.receive()
        except TimeoutError:
            raise TooSlow(f"the body came too slowly: {self._size} bytes within the time", hint="try again") from None
        self._size += len(message.get("body", b""))
        self._is_whole = message["type"] == "http.disconnect" or not message.get("more_body", False)
        if self._size > self.bound.size:
            raise self._too_large()
        return message

    def _too_large(self) -> TooLarge:
        return TooLarge(f"the body is larger than {say_size(self.bound.size)}", hint="send less at once")

    async def send(self, message: Message) -> None:
        """Passes an answer on. One that is sent before the body was read closes the connection, after a moment."""
        self.answered = True
        if message["type"] == "http.response.start" and self._has_rest:
            headers = [(name, value) for name, value in message.get("headers", []) if name.lower() != b"connection"]
            message = {**message, "headers": [*headers, (b"connection", b"close")]}
        elif message["type"] == "http.response.body" and not message.get("more_body", False) and self._has_rest:
            # The answer is out before the connection ends: a client that still sends would not see it otherwise.
            await self._send({**message, "more_body": True})
            await self._discard()
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)

    @property
    def _has_rest(self) -> bool:
        """Whether some of the body may still come."""
        return not self._is_whole and self._whole is None

    async def _discard(self) -> None:
        left = limits.MAX_DISCARDED_BYTES
        try:
            async with asyncio.timeout(limits.DISCARD_TIMEOUT_S):
                while left > 0 and not self._is_whole:
                    message = await self.receive()
                    left -= len(message.get("body", b""))
                    self._is_whole = message["type"] == "http.disconnect" or not message.get("more_body", False)
        except TimeoutError:
            return


class Rates:
    """How often each address asks for what needs no token; of addresses, the ones of late."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, float]] = OrderedDict()  # (what is left, when).

    def count(self, address: str) -> None:
        """Raises TooMany."""
        now = self._clock()
        left, at = self._known.pop(address, (float(limits.SIGN_IN_BURST), now))
        left = min(float(limits.SIGN_IN_BURST), left + (now - at) * limits.SIGN_IN_RATE)
        self._known[address] = (max(0.0, left - 1.0), now)
        if len(self._known) > limits.MAX_ADDRESSES:
            self._known.popitem(last=False)
        if left < 1.0:
            raise TooMany("too many requests without a token from this address", hint="try again in a few seconds")
