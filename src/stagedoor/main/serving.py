"""Running an ASGI application of ours on an inherited socket until SIGTERM."""

import ctypes
import logging
import socket
from typing import Any

import uvicorn

_PR_SET_CHILD_SUBREAPER = 36


async def serve(app: Any, listener: socket.socket, name: str) -> None:
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
        server_header=False,
    )
    server = uvicorn.Server(config)
    await server.serve(sockets=[listener])


def set_up_log(name: str) -> None:
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s {name} %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def adopt_orphans() -> None:
    """Processes whose parent dies become ours, so that their end can be seen."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
