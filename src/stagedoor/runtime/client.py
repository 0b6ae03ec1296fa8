"""The company's API, as a script calls it: `await api.discovery.rows(member="m1")`, or by path with `get` and `post`.

Every call goes over the slot's egress socket, the container's only way out. One seam (`Transport`) stands between the
calls and the wire, so that tests and replays put something else there.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Any, Protocol, TypeVar, overload
from urllib.parse import quote, urlencode

from stagedoor.runtime import context, group, response
from stagedoor.runtime.answer import Answer
from stagedoor.runtime.call import DEFAULT_TIMEOUT, NONE, Call
from stagedoor.runtime.errors import ApiTimeout, ApiUpstreamError
from stagedoor.runtime.exchange import Exchange
from stagedoor.runtime.freshness import Kept, Key, is_for_one
from stagedoor.runtime.methods import Catalogue, Method, build
from stagedoor.runtime.request import Request
from stagedoor.runtime.wire import Streamed, WireError

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
_TICK = 200  # A second's parts in which calls whose time ends together are looked at together.


class Transport(Protocol):
    """Carries exchanges: calls `finish` or `fail` of each once, now or later. Opens streams."""

    def start(self, exchange: Exchange) -> None: ...

    async def open(self, exchange: Exchange) -> Streamed: ...

    def sweep(self) -> None: ...


class NoTransport:
    """Stands where there is no way out, so that the error says so."""

    reason = "there is no way to the API here; in a test, use stagedoor.testing with fake services"

    def start(self, exchange: Exchange) -> None:
        exchange.fail(self.reason)

    async def open(self, exchange: Exchange) -> Streamed:
        raise WireError(self.reason)

    def sweep(self) -> None: ...


class Calls:
    """Calls to one service by HTTP method and path.

    `timeout` in seconds; `fallback` is a value, or a function of the error, that stands in for a failed answer. Without
    `check`, an answer of 400 and above is an answer. All raise the errors of `stagedoor.runtime.errors`.
    """

    def __init__(self, api: "ApiBase", name: str) -> None:
        self._api = api
        self._name = name

    def get(self, path: str, *, params: Mapping[str, Any] | None = None, timeout: float | None = None,
            headers: Mapping[str, str] | None = None, fallback: Any = NONE,
            check: bool = True) -> Call[Answer]:  # fmt: skip
        return self.call("GET", path, params=params, timeout=timeout, headers=headers, fallback=fallback, check=check)

    def post(self, path: str, *, json: Any = None, params: Mapping[str, Any] | None = None,
             timeout: float | None = None, headers: Mapping[str, str] | None = None, fallback: Any = NONE,
             check: bool = True) -> Call[Answer]:  # fmt: skip
        return self.call("POST", path, json=json, params=params, timeout=timeout, headers=headers, fallback=fallback,
                         check=check)  # fmt: skip

    def put(self, path: str, *, json: Any = None, params: Mapping[str, Any] | None = None,
            timeout: float | None = None, headers: Mapping[str, str] | None = None, fallback: Any = NONE,
            check: bool = True) -> Call[Answer]:  # fmt: skip
        return self.call("PUT", path, json=json, params=params, timeout=timeout, headers=headers, fallback=fallback,
                         check=check)  # fmt: skip

    def delete(self, path: str, *, params: Mapping[str, Any] | None = None, timeout: float | None = None,
               headers: Mapping[str, str] | None = None, fallback: Any = NONE,
               check: bool = True) -> Call[Answer]:  # fmt: skip
        return self.call("DELETE", path, params=params, timeout=timeout, headers=headers, fallback=fallback,
                         check=check)  # fmt: skip

    def call(self, method: str, path: str, *, json: Any = None, params: Mapping[str, Any] | None = None,
             timeout: float | None = None, headers: Mapping[str, str] | None = None, fallback: Any = NONE,
             check: bool = True) -> Call[Answer]:  # fmt: skip
        """A call by HTTP method and path."""
        made: Call[Answer] = Call(self._api, self._name, method, _target(path, params))
        if headers or json is not None:
            made.fields, made.body = _fields(headers, json)
        table = self._api.catalogue.get(self._name)
        if table is not None:
            made.method = table.find(method, path.partition("?")[0])
        if timeout is not None:
            made.timeout = timeout
        if fallback is not NONE:
            made.fallback = fallback
        if not check:
            made.check = False
        return made

    async def stream(self, path: str, *, method: str = "GET", json: Any = None,
                     params: Mapping[str, Any] | None = None, timeout: float | None = None,
                     headers: Mapping[str, str] | None = None) -> Streamed:  # fmt: skip
        """The answer's status and headers; `async for chunk in answer.chunks()` reads the rest as it comes.

        `timeout` is for its beginning; after that it may take as long as the request.
        """
        fields, body = _fields(headers, json)
        request = context.current.get()
        exchange = Exchange(self._name, method.encode(), _target(path, params), fields, body, request)
        request_id = request.id if request else ""
        if request is not None and request.tape is not None:
            request.tape.lacks("a service's answer was streamed")
        limit = timeout or DEFAULT_TIMEOUT
        try:
            async with asyncio.timeout(None if self._api.unhurried else limit):
                streamed = await self._api.transport.open(exchange)
        except TimeoutError:
            raise ApiTimeout(self._name, method, path, f"no answer within {limit:g} s", request_id=request_id) from None
        except WireError as error:
            raise ApiUpstreamError(self._name, method, path, str(error), request_id=request_id) from None
        streamed.fault = lambda reason: ApiUpstreamError(self._name, method, path, reason, request_id=request_id)
        return streamed


class Service(Calls):
    """One service of the catalogue: a method of its description is a method here."""

    def __getattr__(self, name: str) -> "TypedMethod":
        table = None if name.startswith("__") else self._api.catalogue.get(self._name)
        if table is None or name not in table.methods:
            known = ", ".join(table.methods) if table and table.methods else "no description; call it by path"
            raise AttributeError(f"the service {self._name} has no method {name!r}; it has {known}")
        return TypedMethod(self._api, self._name, table.methods[name])


class TypedMethod:
    """A method of a service's description: called with its parameters by name, it gives the answer's JSON."""

    def __init__(self, api: "ApiBase", service: str, method: Method) -> None:
        self._api = api
        self._service = service
        self._method = method

    def __call__(self, *, body: Any = None, timeout: float | None = None, fallback: Any = NONE,
                 **arguments: Any) -> Call[Any]:  # fmt: skip
        target, headers = build(self._method, arguments)
        made: Call[Any] = Call(self._api, self._service, self._method.verb, target.encode())
        if headers or body is not None:
            made.fields, made.body = _fields(dict(headers), body)
        made.method, made.timeout, made.fallback, made.typed = self._method, timeout, fallback, True
        return made


class ApiBase:
    """What calls share: the way out, the catalogue, what is under way and what may be used again."""

    def __init__(self) -> None:
        self.transport: Transport = NoTransport()
        self.unhurried = False  # Under a debugger nothing is over while somebody thinks.
        self.catalogue = Catalogue()
        self._services: dict[str, Service] = {}
        self._ends: dict[int, set[Call[Any]]] = {}
        self._under_way: dict[Key, Exchange] = {}
        self._kept = Kept()

    @overload
    def gather(self, a: Awaitable[A], b: Awaitable[B], /) -> Awaitable[tuple[A, B]]: ...

    @overload
    def gather(self, a: Awaitable[A], b: Awaitable[B], c: Awaitable[C], /) -> Awaitable[tuple[A, B, C]]: ...

    @overload
    def gather(
        self, a: Awaitable[A], b: Awaitable[B], c: Awaitable[C], d: Awaitable[D], /
    ) -> Awaitable[tuple[A, B, C, D]]: ...

    @overload
    def gather(self, *things: Awaitable[A]) -> Awaitable[list[A]]: ...

    def gather(self, *things: Awaitable[Any]) -> Awaitable[Any]:
        """The values of calls side by side, in their order. Raises the first error and gives the others up."""
        return group.gather(things)

    def degraded(self) -> list[str]:
        """The calls of the present request for which a fallback stands in, as `discovery.rows`."""
        request = context.current.get()
        return list(request.degraded or ()) if request is not None else []

    def made(self) -> int:
        """How many calls the present request has made; what was asked twice counts once."""
        request = context.current.get()
        return request.made if request is not None else 0

    def sweep(self) -> None:
        """To be called some times a second."""
        self.transport.sweep()
        self.catalogue.refresh()

    def forget(self) -> None:
        """What may be used again: between requests that have nothing to do with each other."""
        self._kept = Kept()
        self._under_way = {}

    # For its calls

    def find_or_begin(self, call: Call[Any], request: Request | None, now: float, deadline: float) -> Exchange:
        """The exchange that asks the same: of this request, or where the catalogue allows it, of any."""
        if call.verb != "GET":
            if request is not None:
                request.calls = None  # What was read before may not hold any more.
            return self._begin(call, request, deadline)
        if request is None and call.method is None:
            return self._begin(call, request, deadline)
        key = (call.service, call.target, call.fields)
        if request is not None:
            asked = request.calls
            if asked is None:
                asked = request.calls = {}
            known: Exchange | None = asked.get(key)
            if known is not None and not (known.error or known.status >= 500 or known.status == 429):
                return known
            found = asked[key] = self._find_shared(call, key, request, now, deadline)
            return found
        return self._find_shared(call, key, request, now, deadline)

    def _find_shared(self, call: Call[Any], key: Key, request: Request | None, now: float, deadline: float) -> Exchange:
        if call.method is None or not call.method.shared or call.alone:
            return self._begin(call, request, deadline)
        if request is not None:
            if request.fault:
                return self._begin(call, request, deadline)  # What is to fail for one fails for nobody else.
            # The service is told of the device: what it answers one kind is not for another.
            key = (*key[:2], key[2] + b"\0" + request.device.encode())
        found = self._under_way.get(key) or self._kept.find(key, now)
        if found is None:
            found = self._under_way[key] = self._begin(call, request, deadline)
            found.on_done = partial(self._keep, key)
        return found

    def _begin(self, call: Call[Any], request: Request | None, deadline: float) -> Exchange:
        exchange = Exchange(call.service, call.verb.encode(), call.target, call.fields, call.body, request)
        exchange.deadline = deadline
        if request is not None:
            request.made += 1
        if call.method is not None and call.method.retries:
            exchange.retries = call.method.retries
            exchange.later = asyncio.get_running_loop().call_later
        return exchange

    def _keep(self, key: Key, exchange: Exchange) -> None:
        if self._under_way.get(key) is exchange:
            del self._under_way[key]
        exchange.own = is_for_one(exchange.headers)
        self._kept.add(key, exchange, asyncio.get_running_loop().time())

    def remind(self, loop: asyncio.AbstractEventLoop, deadline: float, call: Call[Any]) -> set[Call[Any]]:
        """Has the call expire at its deadline, together with all others of that tick."""
        tick = int(deadline * _TICK) + 1
        ends = self._ends.get(tick)
        if ends is None:
            ends = self._ends[tick] = set()
            loop.call_at(tick / _TICK, self._expire, tick)
        ends.add(call)
        return ends

    def open_calls(self) -> list[Call[Any]]:
        """Calls that wait for an answer, the oldest first; those without a limit are not known."""
        known = [call for calls in self._ends.values() for call in calls if call.exchange is not None]
        return sorted(known, key=lambda call: call.exchange.started if call.exchange is not None else 0.0)

    def _expire(self, tick: int) -> None:
        for call in list(self._ends.pop(tick, ())):
            call.expire()


class Api(ApiBase):
    """`api.<service>`: an attribute for each service; `api["video-catalog"]` for a name that is no identifier."""

    def __getattr__(self, name: str) -> Service:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Service:
        if name not in self._services:
            self._services[name] = Service(self, name)
        return self._services[name]


def _target(path: str, params: Mapping[str, Any] | None) -> bytes:
    if path.isascii() and path.isprintable() and " " not in path:
        target = path
    elif "\r" in path or "\n" in path:
        raise ValueError(f"the path {path!r} holds a line break")
    else:
        target = quote(path, safe="/%:@!$&'()*+,;=~-._?")
    if params:
        target += ("&" if "?" in target else "?") + urlencode(params, doseq=True)
    return target.encode()


def _fields(headers: Mapping[str, str] | None, json: Any) -> tuple[bytes, bytes]:
    """The script's own header lines, and the body."""
    lines = response.header_lines(response.encode_headers(headers)) if headers else b""
    if json is None:
        return lines, b""
    return lines + b"content-type: application/json\r\n", response.encode_json(json)


api = Api()
