"""One request on its way to a service, and what came back. Calls that ask the same thing share one.

An exchange knows neither sockets nor catalogues: a transport carries it and tells it how it ended; it tells its calls.
"""

from collections.abc import Callable
from itertools import count
from random import getrandbits, uniform
from typing import TYPE_CHECKING, Any, Protocol

from stagedoor.runtime.request import RawHeaders, Request

if TYPE_CHECKING:
    from stagedoor.runtime.call import Call

_FIRST_PAUSE = 0.025  # Seconds before a second try, at most; doubled for each further one.
_WITH_BODY = (b"POST", b"PUT", b"PATCH")
_ANY_TIME = 86_400_000
_WORTH_ANOTHER = frozenset((502, 503, 504))
_spans = count(getrandbits(62))


class Carrier(Protocol):
    """What an exchange is under way on; `abandon` gives it up."""

    def abandon(self, exchange: "Exchange") -> None: ...


class Exchange:
    """`head` holds the answer's first lines as they came; `headers` reads them. Times are the event loop's."""

    started = 0.0
    deadline = 0.0
    retries = 0
    attempt = 0
    later: Callable[[float, Callable[[], None]], object] | None = None
    on_done: "Callable[[Exchange], None] | None" = None
    carrier: Carrier | None = None
    done = False
    own = False  # The answer says itself that it is for one request.
    status = 0
    head = b""
    content = b""
    error = ""
    _headers: RawHeaders | None = None

    def __init__(
        self, service: str, verb: bytes, target: bytes, fields: bytes, body: bytes, request: Request | None
    ) -> None:
        self.service = service
        self.verb = verb
        self.target = target
        self.fields = fields
        self.body = body
        self.request = request
        self.calls: list[Call[Any]] = []

    def message(self) -> bytes:
        """The request as bytes. What it says of time is what the device's own request has left."""
        request = self.request
        trail = request.trail(next(_spans)) if request is not None else b""
        if self.attempt or (request is not None and request.fault):
            trail += b"stagedoor-special: %b|%b\r\n" % (
                b"%d" % self.attempt if self.attempt else b"", request.fault if request is not None else b""
            )  # fmt: skip
        if self.body or self.verb in _WITH_BODY:
            trail += b"content-length: %d\r\n" % len(self.body)
        return b"%b %b HTTP/1.1\r\nhost: %b\r\n%b%bstagedoor-remaining: %d\r\n\r\n%b" % (
            self.verb, self.target, self.service.encode(), trail, self.fields,
            (self.deadline - self.started) * 1000 + 1 if self.deadline else _ANY_TIME, self.body,
        )  # fmt: skip

    # From the transport

    def finish(self, status: int, head: bytes, content: bytes, headers: RawHeaders | None = None) -> None:
        """The whole answer; `headers` where they are read already."""
        if self.done or (self.retries and status in _WORTH_ANOTHER and self._try_again(head)):
            return
        self.status = status
        self.head = head
        self.content = content
        if headers is not None:
            self._headers = headers
        self._end()

    def fail(self, reason: str) -> None:
        """No answer came, and none will."""
        if self.done or (self.retries and self._try_again(b"")):
            return
        self.error = reason
        self._end()

    def _try_again(self, head: bytes) -> bool:
        """Whether there will be another attempt: not against a policy, and only while there is time."""
        if self.later is None or b"\r\nstagedoor-refused:" in head:
            return False
        pause = uniform(0, _FIRST_PAUSE * 2**self.attempt)  # noqa: S311
        self.retries -= 1
        self.attempt += 1
        self.carrier = None  # It carries somebody else's by then.
        self.later(pause, self._start_again)
        return True

    def _start_again(self) -> None:
        if not self.done and self.calls:
            self.calls[0].start_again(self)

    def _end(self) -> None:
        self.done = True
        try:
            if self.on_done is not None:
                self.on_done(self)
        finally:
            # It may be kept for long; who asked is let go.
            calls, self.calls, self.request, self.carrier, self.later = self.calls, [], None, None, None
            for call in calls:
                if self.own and call is not calls[0] and not call.belongs_with(calls[0]):
                    call.ask_alone()
                else:
                    call.answered()

    # From its calls

    def leave(self, call: "Call[Any]") -> None:
        """A call no longer waits. Without any, the exchange is given up."""
        if call in self.calls:
            self.calls.remove(call)
        if self.calls or self.done:
            return
        self.error = "given up"
        carrier = self.carrier
        self._end()
        if carrier is not None:
            carrier.abandon(self)

    @property
    def headers(self) -> RawHeaders:
        if self._headers is None:
            self._headers = read_head(self.head)
        return self._headers

    @property
    def lines(self) -> bytes:
        """The header lines of the answer as they came."""
        if not self.head:
            return b"".join(b"%b: %b\r\n" % pair for pair in self._headers or ())
        return self.head.partition(b"\r\n")[2]


def read_head(head: bytes) -> RawHeaders:
    """The fields of an answer's first lines, names in lower case."""
    lines = (line.partition(b":") for line in head.split(b"\r\n")[1:] if line)
    return [(name.lower(), value.strip()) for name, _, value in lines]
