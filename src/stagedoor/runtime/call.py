"""One call of a script: an awaitable that begins when it is first awaited, or all at once in `api.gather`.

It is a coroutine to asyncio (`create_task`, `TaskGroup` and `gather` take it), but needs no task of its own: the answer
of its exchange wakes whoever waits. Its time is the least of its own limit, its method's and what the device's request
has left.
"""

import asyncio
from collections.abc import Coroutine, Generator
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from stagedoor.runtime import context, readings
from stagedoor.runtime.answer import Answer
from stagedoor.runtime.errors import (
    ApiError,
    ApiNotFound,
    ApiOverloaded,
    ApiRefused,
    ApiTimeout,
    ApiUpstreamError,
)
from stagedoor.runtime.exchange import Exchange
from stagedoor.runtime.methods import Method
from stagedoor.runtime.request import Request

if TYPE_CHECKING:
    from stagedoor.runtime.client import ApiBase
    from stagedoor.runtime.group import Group
    from stagedoor.runtime.tape import Tape

T = TypeVar("T")

DEFAULT_TIMEOUT = 5.0
NONE: Any = object()  # No fallback was given.
_KINDS: dict[int, type[ApiError]] = {404: ApiNotFound, 429: ApiOverloaded, 503: ApiOverloaded, 504: ApiTimeout}
_FULL = frozenset((b"breaker", b"busy", b"in_flight", b"caller_in_flight", b"retries"))
_UNPLANNED = frozenset((b"grant", b"target", b"method"))  # Mistakes of the script: no fallback hides them.


class Call(Coroutine[Any, Any, T], Generic[T]):
    """Await it once or more: the service is asked once.

    What most calls have in common stands on the class, so that making one costs little. `fields` are the script's own
    header lines; `method` is the catalogue's, where it has one; `timeout` in seconds. Without `check`, an answer of 400
    and above is an answer; `typed`: the value is the answer's JSON.
    """

    fields = b""
    body = b""
    method: Method | None = None
    timeout: float | None = None
    fallback: Any = NONE
    check = True
    typed = False
    _exchange: Exchange | None = None
    _error: ApiError | None = None
    _timer: "set[Call[Any]] | None" = None
    alone = False
    _groups: "list[Group] | None" = None
    _waiters: list[asyncio.Future[None]] | None = None
    _generator: Generator[Any, None, T] | None = None
    _joined = 0.0  # When it began to wait for another call that asks the same.
    _settled = False
    stands_in = False
    _value: Any = None
    _raised: BaseException | None = None
    _request: Request | None = None
    _tape: "Tape | None" = None
    noted: Any = None  # What the tape knows of it.

    def __init__(self, api: "ApiBase", service: str, verb: str, target: bytes) -> None:
        self._api = api
        self.service = service
        self.verb = verb
        self.target = target

    @property
    def path(self) -> str:
        return self.target.partition(b"?")[0].decode()

    @property
    def name(self) -> str:
        """As `discovery.rows`, or by verb and path where the catalogue has no name for it."""
        return f"{self.service}.{self.method.name}" if self.method else f"{self.service} {self.verb} {self.path}"

    @property
    def exchange(self) -> Exchange | None:
        return self._exchange

    @property
    def request(self) -> Request | None:
        """The device's request for which it was begun."""
        return self._request

    @property
    def generator(self) -> Generator[Any, None, T] | None:
        """What runs when it is a task of its own."""
        return self._generator

    @property
    def limit(self) -> float:
        """Seconds it may take."""
        return self.timeout or (self.method.timeout if self.method is not None else 0.0) or DEFAULT_TIMEOUT

    # As a coroutine

    def __await__(self) -> Generator[Any, None, T]:
        exchange = self._exchange or self.start()
        if not exchange.done and self._error is None:
            waiter = asyncio.get_running_loop().create_future()
            if self._waiters is None:
                self._waiters = []
            self._waiters.append(waiter)
            try:
                yield from waiter
            except BaseException:
                self._waiters.remove(waiter)
                self.give_up()
                raise
            self._waiters.remove(waiter)
        value = self.value()
        if self.stands_in and isawaitable(value):
            value = yield from value.__await__()
        return value  # type: ignore[no-any-return]

    def send(self, value: Any) -> Any:
        if self._generator is None:
            self._generator = self.__await__()
        return self._generator.send(value)

    def throw(self, *error: Any) -> Any:
        if self._generator is None:
            self._generator = self.__await__()
        return self._generator.throw(*error)

    def close(self) -> None:
        if self._generator is not None:
            self._generator.close()

    # Its life

    def start(self) -> Exchange:
        """Begins, or joins an exchange that asks the same."""
        self._request = context.current.get()
        return self._begin()

    def _begin(self) -> Exchange:
        api, request, self._joined = self._api, self._request, 0.0
        loop = asyncio.get_running_loop()
        now = loop.time()
        deadline = 0.0
        if not api.unhurried:
            deadline = now + (self.limit if self.timeout is not None or self.method is not None else DEFAULT_TIMEOUT)
            if request is not None and 0.0 < request.deadline < deadline:
                deadline = request.deadline
                if deadline <= now:
                    self._exchange = Exchange(self.service, b"", b"", b"", b"", None)
                    self._error = self._make(ApiTimeout, "the request's own time is over")
                    if request.tape is not None:
                        request.tape.asked(self, self._exchange, now)
                    return self._exchange
        exchange = self._exchange = api.find_or_begin(self, request, now, deadline)
        tape = request.tape if request is not None else readings.outside
        if tape is not None:
            self._tape = tape
            tape.asked(self, exchange, now)
        if exchange.started and request is not None:
            if exchange.done:
                request.note_reused(self.name, now, now)
            else:
                self._joined = now
        if not exchange.done:
            exchange.calls.append(self)
            if deadline:
                self._timer = api.remind(loop, deadline, self)
            if not exchange.started:
                exchange.started = now
                api.transport.start(exchange)
        return exchange

    def start_again(self, exchange: Exchange) -> None:
        """Another attempt, on whatever transport there is."""
        exchange.started = asyncio.get_running_loop().time()
        self._api.transport.start(exchange)

    def answered(self) -> None:
        """The exchange ended."""
        self._forget_time()
        if self._tape is not None and self._exchange is not None:
            self._tape.ended(self, self._exchange, expired=False)
        if self._joined and self._request is not None:
            self._request.note_reused(self.name, self._joined, asyncio.get_running_loop().time())
        self._wake()

    def expire(self) -> None:
        """Its time is over."""
        exchange = self._exchange
        if exchange is None or exchange.done or self._error is not None:
            return
        took = asyncio.get_running_loop().time() - exchange.started
        self._error = self._make(ApiTimeout, f"no answer within {took:.3g} s")
        if self._tape is not None:
            self._tape.ended(self, exchange, expired=True)
        exchange.leave(self)
        self._wake()

    @property
    def is_over(self) -> bool:
        return self._error is not None or (self._exchange is not None and self._exchange.done)

    def give_up(self) -> None:
        """One no longer waits. When nobody else does, the exchange goes on without it; another await begins anew."""
        if self._waiters or self._groups or self.is_over:
            return
        self._forget_time()
        if self._exchange is not None:
            exchange, self._exchange = self._exchange, None
            exchange.leave(self)

    def _forget_time(self) -> None:
        if self._timer is not None:
            self._timer.discard(self)
            self._timer = None

    def join(self, group: "Group") -> None:
        """Tells the group once it is done."""
        exchange = self._exchange or self.start()
        if exchange.done or self._error is not None:
            group.one_less(failed=self._has_failed())
        elif self._groups is None:
            self._groups = [group]
        else:
            self._groups.append(group)

    def leave(self, group: "Group") -> None:
        """The group no longer waits."""
        if self._groups is not None and group in self._groups:
            self._groups.remove(group)
        self.give_up()

    def belongs_with(self, other: "Call[Any]") -> bool:
        """Whether both are of one request."""
        return self._request is not None and self._request is other._request

    def ask_alone(self) -> None:
        """The answer that it waited for is somebody else's."""
        self._forget_time()
        key, request = (self.service, self.target, self.fields), self._request
        if request is not None and request.calls is not None and request.calls.get(key) is self._exchange:
            del request.calls[key]
        self.alone = True
        # This is the event loop's callback, where the running code belongs to no request, or to another one.
        if self._begin().done or self._error is not None:
            self._wake()

    def _wake(self) -> None:
        if self._groups:
            groups, self._groups = self._groups, None
            failed = self._has_failed()
            for group in groups:
                group.one_less(failed=failed)
        for waiter in self._waiters or ():
            if not waiter.done():
                waiter.set_result(None)

    # Its value

    def _has_failed(self) -> bool:
        """Whether its value will surely be an error. Fallbacks are no matter of the event loop's callbacks."""
        exchange = self._exchange
        if self.fallback is not NONE or (self.method is not None and self.method.fallback):
            return False
        return (
            self._error is not None
            or exchange is None
            or bool(exchange.error)
            or (exchange.status >= 400 and self.check)
        )

    def value(self) -> Any:
        """What it came to. Raises ApiError, and what a fallback raises; an awaitable when the fallback is one."""
        if not self._settled:
            try:
                self._value = self._settle()
            except Exception as error:
                self._raised = error
            self._settled = True
        if self._raised is not None:
            raise self._raised
        if self._error is not None and self._value is NONE:
            raise self._error
        return self._value

    def _settle(self) -> Any:
        exchange = self._exchange
        assert exchange is not None
        if self._error is None and not exchange.error and (exchange.status < 400 or not self.check):
            if not self.typed:
                return Answer(exchange.status, exchange, exchange.content)
            try:
                return None if exchange.status == 204 else msgspec.json.decode(exchange.content)
            except msgspec.DecodeError as error:
                self._error = self._make(ApiUpstreamError, f"the answer is not JSON: {error}")
        refused = b""
        if self._error is None:
            refused = self._explain(exchange)
        return self._fall_back(exchange.status, refused)

    def _explain(self, exchange: Exchange) -> bytes:
        """Says what went wrong; the policy that refused, if it was one."""
        if exchange.error:
            self._error = self._make(ApiUpstreamError, exchange.error)
            return b""
        fields = dict(exchange.headers)
        refused, _, sentence = fields.get(b"stagedoor-refused", b"").partition(b" ")
        if refused:
            kind: type[ApiError] = ApiOverloaded if refused in _FULL else ApiRefused
            self._error = self._make(kind, sentence.decode("latin-1") or refused.decode("latin-1"), exchange.status)
            return refused
        kind = _KINDS.get(exchange.status, ApiUpstreamError)
        self._error = self._make(kind, f"status {exchange.status}", exchange.status)
        return b""

    def _fall_back(self, status: int, refused: bytes) -> Any:
        """What stands in for the answer, NONE when nothing does: what the script did wrong is not hidden by it."""
        error, method = self._error, self.method
        assert error is not None
        if refused in _UNPLANNED or (400 <= status < 500 and status not in (408, 429) and not refused):
            return NONE
        if self.fallback is not NONE:
            self._note_degraded()
            return self.fallback(error) if callable(self.fallback) else self.fallback
        if method is not None and method.fallback:
            self._note_degraded()
            content = method.fallback.encode()
            if self.typed:
                return msgspec.json.decode(content)
            return Answer(200, [(b"content-type", b"application/json")], content, degraded=True)
        return NONE

    def _note_degraded(self) -> None:
        self.stands_in = True
        if self._request is not None:
            self._request.note_degraded(self.name)

    def _make(self, kind: type[ApiError], reason: str, status: int | None = None) -> ApiError:
        request_id = self._request.id if self._request is not None else ""
        return kind(self.service, self.verb, self.path, reason, status=status, request_id=request_id, name=self.name)
