"""The company's API, as a script calls it: `await api.discovery.get("/rows", params={"member": "m1"})`.

Every call goes over the slot's egress socket, the container's only way out. HTTP/1.1 on pooled connections; one
seam (`Transport`) stands between the call and the wire, so that tests and replays put something else there.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import msgspec

from stagedoor.runtime import context, response, tape
from stagedoor.runtime.errors import (
    ApiError,
    ApiNotFound,
    ApiOverloaded,
    ApiRefused,
    ApiTimeout,
    ApiUpstreamError,
)
from stagedoor.runtime.request import Headers, RawHeaders
from stagedoor.runtime.wire import Pool, WireError

DEFAULT_TIMEOUT = 5.0


class Answer:
    """What a service answered. `status` is below 400, unless the call was made with `check=False`."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, raw_headers: RawHeaders, body: bytes) -> None:
        self.status = status
        self.headers = Headers(raw_headers)
        self.body = body

    def json(self, type: Any = Any) -> Any:
        """The body read as JSON, into `type` when given. Raises msgspec.DecodeError when it is not that."""
        return msgspec.json.decode(self.body, type=type)

    @property
    def text(self) -> str:
        return self.body.decode()


class Transport(Protocol):
    """Carries one call. Raises WireError when no answer arrives."""

    async def call(
        self, service: str, method: str, target: bytes, headers: RawHeaders, body: bytes
    ) -> tuple[int, RawHeaders, bytes]: ...


class EgressTransport:
    """Calls over a unix socket; the Host header names the service."""

    def __init__(self, path: str) -> None:
        self._pool = Pool(path)

    async def call(
        self, service: str, method: str, target: bytes, headers: RawHeaders, body: bytes
    ) -> tuple[int, RawHeaders, bytes]:
        return await self._pool.call(method.encode(), target, [(b"host", service.encode()), *headers], body)

    def close(self) -> None:
        self._pool.close()


class NoTransport:
    """Stands where there is no way out, so that the error says so."""

    async def call(
        self, service: str, method: str, target: bytes, headers: RawHeaders, body: bytes
    ) -> tuple[int, RawHeaders, bytes]:
        raise WireError("there is no way to the API here; in a test, use stagedoor.testing with fake services")


class Service:
    """One service of the catalogue; a method of HTTP is a method here."""

    def __init__(self, api: "Api", name: str) -> None:
        self._api = api
        self._name = name

    async def get(self, path: str, *, params: Mapping[str, Any] | None = None, timeout: float | None = None,
                  headers: Mapping[str, str] | None = None, check: bool = True) -> Answer:  # fmt: skip
        return await self.call("GET", path, params=params, timeout=timeout, headers=headers, check=check)

    async def post(self, path: str, *, json: Any = None, params: Mapping[str, Any] | None = None,
                   timeout: float | None = None, headers: Mapping[str, str] | None = None,
                   check: bool = True) -> Answer:  # fmt: skip
        return await self.call("POST", path, json=json, params=params, timeout=timeout, headers=headers, check=check)

    async def put(self, path: str, *, json: Any = None, params: Mapping[str, Any] | None = None,
                  timeout: float | None = None, headers: Mapping[str, str] | None = None,
                  check: bool = True) -> Answer:  # fmt: skip
        return await self.call("PUT", path, json=json, params=params, timeout=timeout, headers=headers, check=check)

    async def delete(self, path: str, *, params: Mapping[str, Any] | None = None, timeout: float | None = None,
                     headers: Mapping[str, str] | None = None, check: bool = True) -> Answer:  # fmt: skip
        return await self.call("DELETE", path, params=params, timeout=timeout, headers=headers, check=check)

    async def call(self, method: str, path: str, *, json: Any = None, params: Mapping[str, Any] | None = None,
                   timeout: float | None = None, headers: Mapping[str, str] | None = None,
                   check: bool = True) -> Answer:  # fmt: skip
        """One call; `timeout` in seconds (5 unless told). Raises the errors of `stagedoor.runtime.errors`."""
        target = _target(path, params)
        request = context.current.get()
        request_id = request.id if request is not None else ""
        fields, body = _fields(request_id, headers, json)
        try:
            async with asyncio.timeout(None if self._api.unhurried else timeout or DEFAULT_TIMEOUT):
                status, raw, content = await self._api.transport.call(self._name, method, target, fields, body)
        except TimeoutError:
            reason = f"no answer within {timeout or DEFAULT_TIMEOUT:g} s"
            raise ApiTimeout(self._name, method, path, reason, request_id=request_id) from None
        except WireError as error:
            raise ApiUpstreamError(self._name, method, path, str(error), request_id=request_id) from None
        if tape.installed is not None:
            tape.installed.call_ended(request, self._name, method, target, status, raw, content)
        answer = Answer(status, raw, content)
        if check and status >= 400:
            raise _failure(self._name, method, path, answer, request_id)
        return answer


class Api:
    """`api.<service>`: an attribute for each service; `api["video-catalog"]` for a name that is no identifier."""

    def __init__(self) -> None:
        self.transport: Transport = NoTransport()
        self.unhurried = False  # Under a debugger nothing is over while somebody thinks.
        self._services: dict[str, Service] = {}

    def __getattr__(self, name: str) -> Service:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Service:
        if name not in self._services:
            self._services[name] = Service(self, name)
        return self._services[name]


def _target(path: str, params: Mapping[str, Any] | None) -> bytes:
    target = quote(path, safe="/%:@!$&'()*+,;=~-._?") if not path.isascii() or " " in path else path
    if "\r" in target or "\n" in target:
        raise ValueError(f"the path {path!r} holds a line break")
    if params:
        target += ("&" if "?" in target else "?") + urlencode(params, doseq=True)
    return target.encode()


def _fields(request_id: str, headers: Mapping[str, str] | None, json: Any) -> tuple[RawHeaders, bytes]:
    fields: RawHeaders = []
    if request_id:
        fields.append((b"stagedoor-request-id", request_id.encode()))
    if headers:
        fields += response.encode_headers(headers)
    if json is None:
        return fields, b""
    fields.append((b"content-type", b"application/json"))
    return fields, response.encode_json(json)


def _failure(service: str, method: str, path: str, answer: Answer, request_id: str) -> ApiError:
    kinds: dict[int, type[ApiError]] = {
        404: ApiNotFound,
        429: ApiOverloaded,
        503: ApiOverloaded,
        504: ApiTimeout,
    }
    kind = kinds.get(answer.status, ApiUpstreamError)
    if "stagedoor-refused" in answer.headers:
        kind = ApiRefused
    reason = answer.headers.get("stagedoor-refused") or f"status {answer.status}"
    return kind(service, method, path, reason, status=answer.status, request_id=request_id)


api = Api()
