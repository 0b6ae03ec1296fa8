"""A hostile script and a hostile client, as tests of attacks need them."""

import json
import socket
import time
from typing import Any

from tests.harness.running import Running, fetch

# Runs the source that it is sent, inside its container. What it appends to `out` is the response.
EVIL = """
import asyncio
import json
import os
import socket
import time
import traceback

from stagedoor import Request, Response, endpoint


@endpoint("GET", "/echo")
async def echo(request: Request) -> dict:
    return {
        "member": request.member, "device": request.device, "prefix": request.prefix.decode(), "path": request.path,
        "fields": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in request.raw_headers],
    }


@endpoint("POST", "/echo")
async def post(request: Request) -> dict:
    return {**await echo(request), "size": len(request.body)}


@endpoint("POST", "/run")
async def run(request: Request) -> str:
    out = []
    space = {**globals(), "request": request, "out": out}
    try:
        exec(compile(request.body.decode(), "<run>", "exec"), space)
    except BaseException:
        out.append(traceback.format_exc())
    return json.dumps(out, default=repr)
"""
# Opens more connections to the egress than a slot may have, on both of its listeners, and keeps them.
HOARD = """
import builtins

builtins.hoard = []
for kind, address in ((socket.AF_UNIX, "/run/stagedoor/egress.sock"), (socket.AF_INET, ("127.0.0.1", 80))):
    for _ in range(1300):
        connection = socket.socket(kind)
        connection.setblocking(False)
        try:
            connection.connect(address)
            connection.sendall(b"GET / HTTP/1.1\\r\\nhost: nothing\\r\\n\\r\\n")
        except OSError:
            pass
        builtins.hoard.append(connection)
out.append(len(builtins.hoard))
"""
END_HOARD = """
import builtins

for connection in builtins.hoard:
    connection.close()
"""
LIMITS = "[resources]\nprocesses = 200\nfiles = 4096\nmemory = '500MB'\n[scaling]\nmin = 1\nmax = 1\n"


def run_inside(running: Running, application: str, source: str) -> list[Any]:
    """Runs `source` in the container of an application that is `EVIL`. Returns what it put into `out`."""
    response = fetch(running.port("test"), f"/{application}/run", method="POST", body=source.encode(), timeout=60)
    assert response.status == 200, response.body
    result: list[Any] = json.loads(response.body)
    return result


def send(port: int, content: bytes, *, timeout: float = 15, source: str = "127.0.0.1") -> bytes:
    """Sends bytes as they are. Returns everything that comes back until the other side closes."""
    with socket.create_connection(("127.0.0.1", port), timeout, (source, 0)) as connection:
        connection.sendall(content)
        received = b""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and (chunk := connection.recv(65536)):
            received += chunk
    return received


def content_of(response: bytes) -> Any:
    """Parses the JSON body of a raw response whose length is known."""
    return json.loads(response.partition(b"\r\n\r\n")[2])
