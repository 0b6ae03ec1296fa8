"""Running an ASGI application of ours on an inherited socket until SIGTERM."""

import asyncio
import ctypes
import logging
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

_PR_SET_CHILD_SUBREAPER = 36
HANDSHAKE_TIMEOUT_S = 5.0


class _Server(uvicorn.Server):
    """uvicorn raises a caught signal again once it has served, which would end us before our own end is done."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens as uvicorn does; who begins a handshake of TLS has less time to end it than a minute."""
        loop, config = asyncio.get_running_loop(), self.config

        def make_protocol() -> asyncio.Protocol:
            make: Any = config.http_protocol_class
            protocol: asyncio.Protocol = make(config=config, server_state=self.server_state, app_state={}, _loop=loop)
            return protocol

        timeout = HANDSHAKE_TIMEOUT_S if config.ssl else None
        self.servers = [
            await loop.create_server(
                make_protocol, sock=listener, ssl=config.ssl, backlog=config.backlog, ssl_handshake_timeout=timeout
            )
            for listener in sockets or ()
        ]
        self.started = True


async def serve(
    app: Any, listener: socket.socket, remote: socket.socket | None = None, context: ssl.SSLContext | None = None,
    protocol: type[asyncio.Protocol] | None = None,
) -> None:  # fmt: skip
    """Serves on `listener`, and on `remote` by TLS alone. `protocol`: in place of uvicorn's own, without bounds."""
    stops: list[_Server] = []

    def stop() -> None:
        for one in stops:
            one.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    stops.append(_server(app, None, protocol))
    if remote is not None:
        assert context is not None
        stops.append(_server(app, context, protocol))
    sockets = [listener] if remote is None else [listener, remote]
    await asyncio.gather(*(one.serve(sockets=[taken]) for one, taken in zip(stops, sockets, strict=True)))


def _server(app: Any, context: ssl.SSLContext | None, protocol: type[asyncio.Protocol] | None) -> _Server:
    config = uvicorn.Config(
        app,
        http=protocol or "auto",
        ws="none",
        # Whoever connects could write one line of the log for each wrong request.
        log_level="error" if protocol else "warning",
        proxy_headers=False,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
        server_header=False,
    )
    config.load()
    config.ssl = context
    return _Server(config)


def set_up_log(name: str) -> None:
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s {name} %(levelname)s %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def adopt_orphans() -> None:
    """Processes whose parent dies become ours, so that their end can be seen."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
