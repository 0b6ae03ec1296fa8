"""Serves the four services on loopback: python serve.py FILMS [PORT PORT PORT PORT].

Without ports it takes over listening sockets, whose descriptors are in STAGEDOOR_DEMO_MEMBERS and so on.
"""

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import Any

import discovery
import films
import members
import playback
import ratings
import uvicorn

SERVICES = (members, discovery, ratings, playback)


def listen(ports: list[int]) -> list[socket.socket]:
    if ports:
        return [socket.create_server(("127.0.0.1", port), backlog=1024) for port in ports]
    names = [f"STAGEDOOR_DEMO_{module.__name__.upper()}" for module in SERVICES]
    return [socket.socket(fileno=int(os.environ[name])) for name in names]


async def serve(file: Path, sockets: list[socket.socket]) -> None:
    listed = films.read(file)
    ports = [held.getsockname()[1] for held in sockets]
    apps = dict(zip(ports, (module.build(listed) for module in SERVICES), strict=True))

    async def by_port(scope: Any, receive: Any, send: Any) -> None:
        await apps[scope["server"][1]](scope, receive, send)

    config = uvicorn.Config(by_port, log_level="warning", access_log=False, lifespan="off")
    await uvicorn.Server(config).serve(sockets=sockets)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), listen([int(port) for port in sys.argv[2:]])))
