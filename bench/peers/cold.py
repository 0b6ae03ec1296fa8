"""The ways people know of getting a first answer from nothing: a container for each, and a fork as the limit."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

APP = """
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})
"""
_ASK = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"


def first_byte(address: Any, family: int) -> None:
    """Returns once the first byte came; refused connections are tried again at once."""
    while True:
        with socket.socket(family) as connection:
            try:
                connection.connect(address)
            except OSError:
                time.sleep(0.0005)
                continue
            connection.sendall(_ASK)
            if connection.recv(1):
                return


def in_container(folder: Path, python: str, packages: Path) -> float:
    """Milliseconds to the first byte of uvicorn in a fresh runc container, on a unix socket."""
    name = f"peer-{os.getpid()}-{time.monotonic_ns()}"
    bundle = folder / name
    (bundle / "rootfs").mkdir(parents=True)
    (bundle / "app").mkdir()
    (bundle / "app" / "main.py").write_text(APP)
    command = [python, "-m", "uvicorn", "main:app", "--uds", "/app/door", "--log-level", "error", "--no-access-log"]
    (bundle / "config.json").write_text(json.dumps(_config(bundle, command, packages)))
    began = time.perf_counter()
    process = subprocess.Popen(
        ["runc", "--root", str(folder / "state"), "run", "--bundle", str(bundle), name],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    first_byte(str(bundle / "app" / "door"), socket.AF_UNIX)
    took = time.perf_counter() - began
    subprocess.run(["runc", "--root", str(folder / "state"), "kill", name, "KILL"], check=False, capture_output=True)
    process.wait()
    subprocess.run(
        ["runc", "--root", str(folder / "state"), "delete", "--force", name], check=False, capture_output=True
    )
    shutil.rmtree(bundle)
    return took * 1000


def _config(bundle: Path, command: list[str], packages: Path) -> dict[str, Any]:
    folders = [one for one in ("/usr", "/lib", "/lib64", "/bin") if Path(one).is_dir()]
    binds = [(one, one) for one in folders if not Path(one).is_symlink()]
    for one in folders:
        if Path(one).is_symlink():
            (bundle / "rootfs" / one.lstrip("/")).symlink_to(os.readlink(one))
    mounts = [{"destination": "/proc", "type": "proc", "source": "proc"}]
    mounts += [
        {"destination": target, "type": "bind", "source": source, "options": ["rbind", "ro"]}
        for source, target in [*binds, (str(packages), "/packages")]
    ]
    mounts.append({"destination": "/app", "type": "bind", "source": str(bundle / "app"), "options": ["rbind", "rw"]})
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False, "user": {"uid": 0, "gid": 0}, "args": command, "cwd": "/app",
            "env": ["PATH=/usr/bin", "PYTHONPATH=/packages", "PYTHONDONTWRITEBYTECODE=1"],
        },
        "root": {"path": "rootfs"},
        "mounts": mounts,
        "linux": {"namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount")]},
    }  # fmt: skip


class Forker:
    """The limit: a warmed-up interpreter that listens, and forks a child for its first connection. No isolation."""

    def __init__(self, folder: Path) -> None:
        self._door = socket.socket(socket.AF_UNIX)
        self._path = str(folder / "fork.sock")
        self._door.bind(self._path)
        self._door.listen(16)
        self._order, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            self._order.close()
            self._serve(theirs)
        theirs.close()

    def _serve(self, orders: socket.socket) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while orders.recv(1):
            child = os.fork()
            if child == 0:
                connection, _ = self._door.accept()
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                os._exit(0)
            os.waitpid(child, 0)
            orders.send(b"x")
        os._exit(0)

    def sample(self) -> float:
        began = time.perf_counter()
        self._order.send(b"x")
        first_byte(self._path, socket.AF_UNIX)
        took = time.perf_counter() - began
        self._order.recv(1)
        return took * 1000

    def close(self) -> None:
        self._order.close()
        os.waitpid(self._pid, 0)
