"""A real platform in a temporary folder, started by its own command; also what integration tests boot."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stagedoor import files

# Where platforms keep their state, when it is not SQLite in their own folder.
new_database: Callable[[], str] | None = None
# A folder with layers that every new platform would make again from the same files, shared by all workers of a run.
shared_layers: Path | None = None
# Settings of the pools, for platforms whose own settings say nothing of them.
default_pools = ""

COMMAND = [sys.executable, "-c", "from stagedoor.cli.entry import main; main()"]


def installed_command() -> list[str]:
    """The `stagedoor` of this environment, as its users start it."""
    script = Path(sys.executable).parent / "stagedoor"
    return [str(script)] if script.exists() else COMMAND


@dataclass
class Running:
    """One platform. `addresses` holds prod, test and control; `token` is the operator's."""

    folder: Path
    process: "subprocess.Popen[str] | None" = None
    addresses: dict[str, str] = field(default_factory=dict)
    token: str = ""
    options: tuple[str, ...] = ()
    database: str = ""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self, attempts: int = 30) -> None:
        """Starts it and waits until it says that it is up. Raises RuntimeError with what it said."""
        arguments = ["up", "--data", str(self.data), "--json", *self._ports(), *self.options]
        environment = dict(os.environ) | {"XDG_CONFIG_HOME": str(self.folder / "config")}
        if self.database:
            environment["STAGEDOOR_DATABASE"] = self.database
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        assert self.process.stdout is not None and self.process.stderr is not None
        line = self.process.stdout.readline()
        if not line or "error" in json.loads(line):
            said = f"{line}{self.process.stderr.read()}"
            if self.addresses and "Address already in use" in said and attempts > 0:
                # A connection of another worker has one of the ports for a moment.
                self.stop()
                time.sleep(1)
                self.start(attempts - 1)
                return
            raise RuntimeError(f"the platform did not start: {said}")
        self.addresses = json.loads(line)
        self.token = (self.data / "operator-token").read_text().strip()

    def _ports(self) -> list[str]:
        """Any free port at first, then the same ones again, so that a restart is one as its users see it."""
        if not self.addresses:
            return ["--prod-port", "0", "--test-port", "0", "--control-port", "0"]
        named = {name: url for name, url in self.addresses.items() if name != "remote"}
        return [part for name, url in named.items() for part in (f"--{name}-port", url.rpartition(":")[2])]

    def stop(self) -> None:
        """As Ctrl-C does it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)
        if self.process is not None:
            for stream in (self.process.stdout, self.process.stderr):
                if stream is not None:
                    stream.close()

    def port(self, stack: str) -> int:
        return int(self.addresses[stack].rpartition(":")[2])

    @property
    def environment(self) -> dict[str, str]:
        return dict(os.environ) | {
            "STAGEDOOR_URL": self.addresses["control"], "STAGEDOOR_TOKEN": self.token, "NO_COLOR": "1",
            **({"STAGEDOOR_DATABASE": self.database} if self.database else {}),
        }  # fmt: skip

    def cli(
        self, *arguments: str, folder: Path | None = None, check: bool = True, timeout: float | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Runs the command line against this platform. Raises subprocess.TimeoutExpired after `timeout` seconds."""
        result = subprocess.run(
            [*COMMAND, *arguments], cwd=folder, env=self.environment, capture_output=True, text=True, check=False,
            timeout=timeout,
        )  # fmt: skip
        if check and result.returncode != 0:
            raise AssertionError(
                f"stagedoor {' '.join(arguments)}: exit {result.returncode}\n{result.stdout}{result.stderr}"
            )
        return result

    def json(self, *arguments: str, folder: Path | None = None) -> Any:
        return json.loads(self.cli(*arguments, "--json", folder=folder).stdout)

    def program(self, name: str) -> dict[str, Any]:
        """What the supervisor says of one program."""
        return next(one for one in self.json("status")["programs"] if one["name"] == name)

    def get(self, path: str, stack: str = "test", headers: dict[str, str] | None = None, timeout: float = 20) -> "Got":
        return fetch(self.port(stack), path, headers or {}, timeout=timeout)


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def fetch(
    port: int,
    path: str,
    headers: dict[str, str] | None = None,
    *,
    method: str = "GET",
    body: bytes = b"",
    timeout: float = 20,
) -> Got:
    """One request on a connection of its own, sent as it is written. Raises OSError when it gets no answer."""
    fields = {"host": f"127.0.0.1:{port}", "connection": "close", **(headers or {})}
    if body:
        fields["content-length"] = str(len(body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
        content = b""
        while chunk := connection.recv(65536):
            content += chunk
    return _parse(content)


def fetch_json(running: Running, path: str) -> Any:
    """What the control API answers to a GET."""
    return fetch(running.port("control"), path, {"authorization": f"Bearer {running.token}"}).json()


def _parse(content: bytes) -> Got:
    head, found, rest = content.partition(b"\r\n\r\n")
    if not found:
        raise ConnectionResetError("no whole answer")
    lines = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if fields.get("transfer-encoding") == "chunked":
        rest = _unchunk(rest)
    elif len(rest) < int(fields.get("content-length", "0")):
        raise ConnectionResetError("the answer was cut")
    return Got(int(lines[0].split()[1]), fields, rest)


def _unchunk(data: bytes) -> bytes:
    body = b""
    while True:
        size, found, data = data.partition(b"\r\n")
        if not found:
            raise ConnectionResetError("the answer was cut")
        if int(size, 16) == 0:
            return body
        body, data = body + data[: int(size, 16)], data[int(size, 16) + 2 :]


@contextmanager
def platform(settings: str = "", options: tuple[str, ...] = (), database: str = "") -> Iterator[Running]:
    """A platform for the length of a block; whatever happens, nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="stagedoor-"))
    running = Running(folder, options=options, database=database or (new_database() if new_database else ""))
    running.data.mkdir()
    if "[pools]" not in settings:
        settings += default_pools
    if settings:
        (running.data / "platform.toml").write_text(settings)
    _take_layers(running.data / "layers")
    try:
        running.start()
        yield running
    finally:
        running.stop()
        _give_layers(running.data / "layers")
        shutil.rmtree(folder, ignore_errors=True)


def _take_layers(folder: Path) -> None:
    """Gives a new platform the layers that others made: the same files, by hard links."""
    for layer in shared_layers.glob("[!.]*") if shared_layers else ():
        shutil.copytree(layer, folder / layer.name, symlinks=True, copy_function=os.link)


def _give_layers(folder: Path) -> None:
    """Keeps the layers that hold nothing of an application: the runtime, and what runs tests."""
    for layer in [*folder.glob("runtime-*"), *folder.glob("tool-*")] if shared_layers else ():
        if not (shared_layers / layer.name).exists():
            unfinished = Path(tempfile.mkdtemp(prefix=".", dir=shared_layers))
            shutil.copytree(layer, unfinished, symlinks=True, copy_function=os.link, dirs_exist_ok=True)
            files.place_folder(unfinished, shared_layers / layer.name)


def wait_until(holds: Callable[[], object], seconds: float = 60, what: str = "the condition") -> Any:
    """What `holds` returns once it is true. Raises AssertionError when the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = holds()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come within {seconds} s")


def write_application(folder: Path, main: str, manifest: str, files: dict[str, str] | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "main.py").write_text(main)
    (folder / "stagedoor.toml").write_text(manifest)
    for name, content in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder
