"""Where `stagedoor dev` runs a script: a container as in production; where none can be had, a plain process."""

import asyncio
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from stagedoor.main import networks
from stagedoor.model.deployment import Mount, Sandbox
from stagedoor.model.errors import Unavailable
from stagedoor.model.isolation import PARTS
from stagedoor.oci import abilities, catalogue, cgroups, launch, spawn
from stagedoor.oci.catalogue import Catalogue
from stagedoor.oci.launch import Channel
from stagedoor.oci.runc import Engine

GROUP = "stagedoor-dev-"
_EGRESS = "/run/stagedoor/egress.sock"


class Place(Protocol):
    """`warning` is said at each start; `egress` is where its API calls are taken, `sockets` are what takes them."""

    warning: str
    egress: Path
    sockets: list[socket.socket]

    @property
    def catalogue(self) -> Catalogue:
        """What the script is told of services."""
        ...

    @property
    def pid(self) -> int: ...

    async def start(self, name: str, sandbox: Sandbox) -> Channel:
        """A process that waits for its order, in a container of `sandbox`. Raises EngineError, OSError."""
        ...

    def seen(self, path: str, sandbox: Sandbox) -> str:
        """How a path of the container is called by the script."""
        ...

    async def end(self) -> None: ...

    def close(self) -> None: ...


class Contained:
    """The same kind of container as in production."""

    def __init__(self, data: Path, seed: int = 0) -> None:
        missing = abilities.of(abilities.find_runtime()).missing
        parts = "; ".join(str(part) for name, part in PARTS.items() if name in missing)
        self.warning = f"the isolation of this machine is incomplete: {parts}" if parts else ""
        self._seed = seed
        # Sockets, and the containers' root: everybody may pass through.
        self._run = Path(tempfile.mkdtemp(prefix=f"{GROUP}{os.getpid()}-", dir="/run"))
        self._run.chmod(0o711)
        self.egress = self._run / "egress.sock"
        self._engine = Engine(abilities.find_runtime(), data / "oci", f"/{GROUP}{os.getpid()}", self._run / "rootfs")
        self._engine.prepare()
        plain, self._network = networks.make(64)
        self.sockets = [listen(self.egress), plain]
        self._running: launch.Running | None = None

    @property
    def catalogue(self) -> Catalogue:
        return self._engine.catalogue

    @property
    def pid(self) -> int:
        return self._running.pid if self._running else 0

    async def start(self, name: str, sandbox: Sandbox) -> Channel:
        egress = Mount(str(self.egress), _EGRESS)
        network = f"/proc/{os.getpid()}/fd/{self._network}"
        extra = [egress, self.catalogue.mount]
        self._running = await launch.launch(self._engine, name, sandbox, extra=extra, network=network, seed=self._seed)
        self._running.become(self._engine, sandbox)
        return self._running.channel

    def seen(self, path: str, sandbox: Sandbox) -> str:
        seen = {str(self.egress): _EGRESS, str(self.catalogue.folder / "services.json"): catalogue.SERVICES}
        return seen.get(path, path)

    async def end(self) -> None:
        if self._running is None:
            return
        running, self._running = self._running, None
        running.channel.close()
        self._engine.kill(running.pid, running.started, signal.SIGKILL)
        await spawn.wait(running.pid)
        await self._engine.delete(running.id)

    def close(self) -> None:
        shutil.rmtree(self._run, ignore_errors=True)
        cgroups.remove(self._engine.cgroup)


class Plain:
    """A process of this machine like any other. Nothing is isolated, and no limit holds but those on files."""

    warning = (
        "WITHOUT A SANDBOX: the script runs as you, sees your files, network and processes, and has no limit on "
        "memory, CPU, processes or disk; use it for code you trust, and deploy to see it as it will live"
    )

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed or 1 + secrets.randbelow(launch.SEEDS)
        self._run = Path(tempfile.mkdtemp(prefix=GROUP))
        self.egress = self._run / "egress.sock"
        self.sockets = [listen(self.egress)]
        self.catalogue = Catalogue(self._run / "catalogue")
        self.catalogue.folder.mkdir()
        self._process: asyncio.subprocess.Process | None = None
        self._channel: Channel | None = None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    async def start(self, name: str, sandbox: Sandbox) -> Channel:
        ours, theirs = socket.socketpair()
        self._process = await asyncio.create_subprocess_exec(
            *launch.arguments(sandbox.python, _folders(sandbox)["/stagedoor"], theirs.fileno()),
            pass_fds=[theirs.fileno()], start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL, env=self._environment(),
        )  # fmt: skip
        theirs.close()
        self._channel = Channel(ours)
        if await self._channel.line() is None:
            raise OSError(f"{sandbox.python} does not start")
        return self._channel

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", ""), "HOME": str(self._run), "PYTHONHASHSEED": str(self._seed),
            "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1",
        }  # fmt: skip

    def seen(self, path: str, sandbox: Sandbox) -> str:
        return _folders(sandbox).get(path, path)

    async def end(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        if self._channel is not None:
            self._channel.close()
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        await process.wait()

    def close(self) -> None:
        shutil.rmtree(self._run, ignore_errors=True)


def listen(path: Path) -> socket.socket:
    """Whoever is in the sandbox may call; the folder keeps everybody else away."""
    held = socket.socket(socket.AF_UNIX)
    held.bind(str(path))
    path.chmod(0o666)
    held.listen(64)
    held.setblocking(False)
    return held


def _folders(sandbox: Sandbox) -> Mapping[str, str]:
    return {mount.target: mount.source for mount in (*sandbox.shared, *sandbox.mounts)}


def require_unix() -> None:
    """Raises Unavailable on Windows, where a script cannot be handed its listening socket."""
    if sys.platform == "win32":
        raise Unavailable("a script runs on Linux and macOS; Windows has no sockets to hand over", hint="use WSL")


def possible(*, plain: bool) -> bool:
    """Whether a script can run here: on Linux it is in a container, for which root is needed, unless told otherwise."""
    return plain or sys.platform != "linux" or (os.geteuid() == 0 and bool(abilities.find_runtime()))


def choose(data: Path, *, plain: bool, seed: int = 0) -> Place:
    """`seed` is that of hashes, 0: any."""
    return Plain(seed) if plain or sys.platform != "linux" else Contained(data, seed)


def end_orphans() -> None:
    """What a `stagedoor dev` that was killed left behind: its container, which still holds its port, and its folder."""
    if sys.platform != "linux":
        return
    for name in cgroups.below(GROUP):
        if _is_orphan(name):
            cgroups.kill_all(f"/{name}")
            cgroups.remove(f"/{name}")
    for folder in Path("/run").glob(f"{GROUP}*-*"):
        if _is_orphan(folder.name):
            shutil.rmtree(folder, ignore_errors=True)


def _is_orphan(name: str) -> bool:
    """Whether the process whose number stands behind the prefix is gone."""
    pid = name.removeprefix(GROUP).partition("-")[0]
    return pid.isdigit() and not spawn.started_at(int(pid))
