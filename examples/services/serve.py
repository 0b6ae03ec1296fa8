"""Serves the four services on loopback: python serve.py FILMS PORT PORT PORT PORT."""

import asyncio
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


async def serve(file: Path, ports: list[int]) -> None:
    listed = films.read(file)
    apps = dict(zip(ports, (module.build(listed) for module in (members, discovery, ratings, playback)), strict=True))

    async def by_port(scope: Any, receive: Any, send: Any) -> None:
        await apps[scope["server"][1]](scope, receive, send)

    config = uvicorn.Config(by_port, log_level="warning", access_log=False, lifespan="off")
    sockets = [socket.create_server(("127.0.0.1", port), backlog=1024) for port in ports]
    await uvicorn.Server(config).serve(sockets=sockets)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), [int(port) for port in sys.argv[2:]]))
