"""A real edge that takes few connections, which a handful of addresses try to take all of."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from stagedoor.haproxy.edge import Edge
from stagedoor.haproxy.layout import Layout
from stagedoor.haproxy.socket import AdminSocket, EdgeDown
from stagedoor.haproxy.state import Proxy
from stagedoor.model.settings import Platform, Pools
from stagedoor.model.traffic import StackTraffic, Traffic
from tests.harness.running import wait_until
from tests.harness.tools import HAPROXY, need

OPEN_FILES = 2200  # 600 connections.


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Where the edge listens."""
    tmp_path.chmod(0o711)
    layout = Layout(
        tmp_path, Platform(pools=Pools(backends=2, doors=2, slots=1, services=1)), "127.0.0.1:1", 1, OPEN_FILES
    )
    Edge(layout).prepare(Traffic(stacks={stack: StackTraffic() for stack in ("test", "prod")}))
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as test, socket.create_server(("127.0.0.1", 0)) as prod:
        held = {"STAGEDOOR_TEST": test.fileno(), "STAGEDOOR_PROD": prod.fileno()}
        process = subprocess.Popen(
            [need(HAPROXY), "-W", "-db", "-f", str(layout.configuration(Proxy.EDGE))], stderr=subprocess.DEVNULL,
            env=dict(os.environ) | {name: str(number) for name, number in held.items()}, pass_fds=list(held.values()),
            start_new_session=True,
        )  # fmt: skip
        try:
            wait_until(lambda: answers(layout), 10, "HAProxy")
            yield int(test.getsockname()[1])
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            shutil.rmtree(tmp_path, ignore_errors=True)


def answers(layout: Layout) -> bool:
    try:
        return bool(asyncio.run(AdminSocket(layout.admin_socket(Proxy.EDGE)).ask("show info")))
    except EdgeDown:
        return False


def test_a_handful_of_addresses_with_unfinished_heads_keeps_nobody_out(port: int) -> None:
    with ExitStack() as stack:
        for address in range(2, 8):
            for _ in range(150):
                try:
                    opened = socket.create_connection(("127.0.0.1", port), 5, (f"127.0.0.{address}", 0))
                    stack.enter_context(opened).sendall(b"GET /x")
                except ConnectionError:
                    continue
        for newcomer in range(20, 40):
            with socket.create_connection(("127.0.0.1", port), 3, (f"127.0.0.{newcomer}", 0)) as connection:
                connection.sendall(b"GET /nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
                assert connection.recv(100).startswith(b"HTTP/1.1 404")
