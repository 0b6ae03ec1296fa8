"""Tests of a script without a server: its endpoints are called in the test's own process.

    def test_home():
        answer = testing.get("/home", services={"discovery": {"/rows": {"rows": []}}})
        assert answer.status == 200

`services` maps a service to its answers by path: JSON, a `Response`, or a function of (method, target, body) that
returns one of them. A call to anything else fails as it would in production: refused.
"""

import asyncio
import importlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from stagedoor.runtime import asgi, client, response
from stagedoor.runtime.answer import Answer
from stagedoor.runtime.connection import Connection as _Connection
from stagedoor.runtime.connection import Settings
from stagedoor.runtime.exchange import Exchange
from stagedoor.runtime.request import RawHeaders
from stagedoor.runtime.router import router
from stagedoor.runtime.scripted import Scripted
from stagedoor.runtime.wire import Streamed, WireError

Services = Mapping[str, Mapping[str, Any] | Callable[[str, str, bytes], Any]]


class FakeServices:
    """A transport that answers from a table; `calls` holds what was asked, as (service, method, target)."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.calls: list[tuple[str, str, str]] = []

    def start(self, exchange: Exchange) -> None:
        status, headers, content = self._answer(
            exchange.service, exchange.verb.decode(), exchange.target.decode(), exchange.body
        )
        # Not at once: what is asked side by side is under way side by side here, too.
        asyncio.get_running_loop().call_soon(exchange.finish, status, b"", content, headers)

    async def open(self, exchange: Exchange) -> Streamed:
        raise WireError("fake services have no streams")

    def sweep(self) -> None: ...

    def _answer(self, service: str, method: str, text: str, body: bytes) -> tuple[int, RawHeaders, bytes]:
        self.calls.append((service, method, text))
        known = self._services.get(service)
        if known is None:
            return 403, [(b"stagedoor-refused", f"grant no fake for {service}".encode())], b""
        value = known(method, text, body) if callable(known) else known.get(text.partition("?")[0])
        if value is None:
            return 404, [], b""
        if not isinstance(value, response.Response):
            value = response.Response(value)
        content, media_type = response.render_body(value.body)
        return value.status, [(b"content-type", media_type), *response.encode_headers(value.headers)], content


class _Capture(asyncio.Transport):
    """Stands where the socket would be and keeps what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True


class TestAnswer(Answer):
    """The script's answer, and the API calls it made."""

    __test__ = False

    def __init__(self, status: int, raw_headers: RawHeaders, body: bytes, calls: list[tuple[str, str, str]]) -> None:
        super().__init__(status, raw_headers, body)
        self.calls = calls


def get(path: str, **options: Any) -> TestAnswer:
    """GET `path`; options as of `request`."""
    return request("GET", path, **options)


def request(
    method: str,
    path: str,
    *,
    entry: str = "main",
    app: str = "",
    services: Services | None = None,
    headers: Mapping[str, str] | None = None,
    member: str = "",
    device: str = "",
    json: Any = None,
) -> TestAnswer:
    """One request to the script in module `entry`, or to the ASGI application `app` ("main:app")."""
    fields = {"host": "test", **(headers or {}), "stagedoor-request-id": "test"}
    fields |= {"stagedoor-member": member} if member else {}
    fields |= {"stagedoor-device": device} if device else {}
    body = b"" if json is None else msgspec.json.encode(json)
    fields["content-length"] = str(len(body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    message = f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body
    fake = FakeServices(services or {})
    before, client.api.transport = client.api.transport, fake
    client.api.catalogue.read_pulled()
    try:
        return asyncio.run(_exchange(message, entry, app, fake))
    finally:
        client.api.transport = before


async def _exchange(message: bytes, entry: str, app: str, fake: FakeServices) -> TestAnswer:
    module, _, attribute = (app or entry).partition(":")
    script = importlib.import_module(module)
    application = asgi.AsgiApplication(getattr(script, attribute or "app"), prefixed=True) if app else Scripted(router)
    settings = Settings(application, "test", 10_000_000, 60.0)
    connection = _Connection(settings, asyncio.get_running_loop())
    capture = _Capture()
    connection.connection_made(capture)
    connection.data_received(message)
    while connection.request is not None:
        await asyncio.sleep(0)
    return _parse(bytes(capture.written), fake)


def _parse(written: bytes, fake: FakeServices) -> TestAnswer:
    head, _, rest = written.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    fields = [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines[1:])]
    body = _unchunk(rest) if (b"transfer-encoding", b"chunked") in fields else rest
    return TestAnswer(int(lines[0].split()[1]), fields, body, fake.calls)


def _unchunk(data: bytes) -> bytes:
    body = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        body += data[: int(size, 16)]
        data = data[int(size, 16) + 2 :]
    return body
