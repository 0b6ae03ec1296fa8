"""runc, or any runtime with its command line: containers from bundles on disk."""

import asyncio
import json
import os
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stagedoor import files
from stagedoor.model.deployment import Mount
from stagedoor.oci import cgroups, spawn, spec
from stagedoor.oci.catalogue import Catalogue

_PAUSE = 0.01


class EngineError(Exception):
    """The runtime could not do what it was asked; the message is its own."""


@dataclass(frozen=True, slots=True)
class Engine:
    """`state` holds the runtime's own state and bundles; `rootfs` is the root that all containers share.

    Every user must be able to reach `rootfs`: root in a container is nobody on the machine.
    """

    program: str
    state: Path
    cgroup: str
    rootfs: Path

    @property
    def catalogue(self) -> Catalogue:
        return Catalogue(self._closed / "shared")

    @property
    def _closed(self) -> Path:
        """The folder around what only containers see: they are given what is in it, and nobody else passes."""
        return self.rootfs.parent / "catalogue"

    def prepare(self) -> None:
        self._closed.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.catalogue.prepare(self.rootfs)
        for folder in (self._root, self._bundles):
            folder.mkdir(parents=True, exist_ok=True)
        files.make_shared_folder(self.rootfs)
        for name in (*spec.GIVEN, "proc", "dev", "usr/bin"):
            files.make_shared_folder(self.rootfs / name)
        # The runtime gives a tmpfs the mode of the folder below it, whatever its own options say.
        (self.rootfs / "tmp").chmod(0o1777)
        # On most systems these are links into /usr, and a container's root needs the same.
        for name in ("bin", "lib", "lib64", "sbin"):
            host, own = Path("/") / name, self.rootfs / name
            if host.is_symlink() and not own.is_symlink():
                own.symlink_to(os.readlink(host))

    @property
    def _root(self) -> Path:
        return self.state / "runc"

    @property
    def _bundles(self) -> Path:
        return self.state / "bundles"

    def cgroup_of(self, container: str) -> str:
        """Names its group; one that a version of Stagedoor before 0.2 made stands one step higher."""
        former = f"{Path(self.cgroup).parent}/{container}"
        return former if self.cgroup.count("/") > 1 and cgroups.exists(former) else f"{self.cgroup}/{container}"

    def _make_targets(self, value: spec.Container) -> None:
        """The places of its mounts: its own root may not make them, in a folder that is the machine's."""
        for one in value.binds:
            target = self.rootfs / one.target.lstrip("/")
            if target.exists():
                continue
            if Path(one.source).is_dir():
                files.make_shared_folder(target)
            else:
                files.make_shared_folder(target.parent)
                target.touch()

    async def run(
        self, container: str, value: spec.Container, descriptors: Mapping[int, int], log: int, *, nice: int = 0
    ) -> int:
        """Starts a container whose output goes to `log`; returns the pid of its first process.

        `descriptors` are numbered from 3 without a gap. Raises EngineError.
        """
        self._make_targets(value)
        bundle = self._bundles / container
        bundle.mkdir(parents=True, exist_ok=True)
        (bundle / "config.json").write_text(json.dumps(spec.configure(value)))
        pid_file = bundle / "pid"
        quietly = ["nice", "-n", str(nice)] if nice else []
        arguments = [
            *quietly, self.program, "--root", str(self._root), "--log", str(bundle / "log"), "run", "--detach",
            "--bundle", str(bundle), "--pid-file", str(pid_file), "--preserve-fds", str(len(descriptors)), container,
        ]  # fmt: skip
        null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        try:
            pid = spawn.spawn(arguments, {0: null, 1: log, 2: log, **descriptors})
        finally:
            os.close(null)
        starting = asyncio.ensure_future(spawn.wait(pid))
        try:
            status = await asyncio.shield(starting)
        except asyncio.CancelledError:
            # Half a container cannot be removed: it is let come up, and goes at once.
            await starting
            await self.delete(container)
            raise
        if status != 0:
            said = _last_line(bundle / "log")
            await self.delete(container)
            raise EngineError(f"{Path(self.program).name} could not start a container: {said}")
        return int(pid_file.read_text())

    def kill(self, pid: int, started: int, number: signal.Signals) -> None:
        """Signals the container's first process, if it still is that process."""
        if pid and spawn.started_at(pid) == started:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    async def delete(self, container: str) -> None:
        """Removes all that is left of a container: when this returns no process of it is. Harmless when nothing is."""
        arguments = [self.program, "--root", str(self._root), "delete", "--force", container]
        process = await asyncio.create_subprocess_exec(
            *arguments, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        await process.wait()
        while cgroups.processes(self.cgroup_of(container)):
            cgroups.kill_all(self.cgroup_of(container))
            await asyncio.sleep(_PAUSE)
        await asyncio.to_thread(cgroups.remove, self.cgroup_of(container))
        shutil.rmtree(self._bundles / container, ignore_errors=True)

    def containers(self) -> list[str]:
        known = {path.name for folder in (self._root, self._bundles) for path in folder.glob("*")}
        return sorted(known)

    def memory_kills(self, container: str) -> int:
        """How often the kernel ended a process of the container because its memory was full."""
        return cgroups.memory_kills(self.cgroup_of(container))


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text().strip().splitlines()
    except OSError:
        return "it said nothing"
    return lines[-1] if lines else "it said nothing"


def base_mounts() -> tuple[Mount, ...]:
    """The host's libraries, and nothing else of it."""
    folders = ["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/zoneinfo"]
    real = [folder for folder in folders if Path(folder).is_dir() and not Path(folder).is_symlink()]
    return tuple(Mount(folder, folder) for folder in real)
