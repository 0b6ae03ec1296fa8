"""The supervisor: small and without logic. It holds every listening socket, starts the programs and starts them again.

A socket that it holds outlives whoever serves it: while a program is away, connections wait in the kernel, and none is
refused. It decides nothing; on SIGINT or SIGTERM it stops the programs in order and removes what existed only while
they ran.
"""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from stagedoor.main import renewal
from stagedoor.main.layout import EDGE_USER, edge_user
from stagedoor.main.paths import Paths
from stagedoor.main.renewal import Kept, Legacy
from stagedoor.main.serving import adopt_orphans
from stagedoor.model.errors import Invalid, Unavailable
from stagedoor.model.settings import Platform
from stagedoor.oci import cgroups, spawn

_BACKLOG = 4096
# The order of an upgrade. Node is ended without its own end, in which it would end the containers: it adopts them.
_RENEWED = (("telemetry", signal.SIGTERM), ("node", signal.SIGKILL), ("control", signal.SIGTERM))
_LONGEST_PAUSE = 5.0


@dataclass(slots=True)
class Program:
    """One program, and how it is doing. `sockets` are passed on; `waits_for` must exist before it starts."""

    name: str
    arguments: Sequence[str]
    sockets: Sequence[str]
    waits_for: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    pid: int = 0
    starts: int = 0
    started_at: float = 0.0
    last_end: str = ""
    task: asyncio.Task[None] | None = None
    extra: Sequence[str] = ()


@dataclass(slots=True)
class Supervisor:
    paths: Paths
    settings: Platform
    demo: Sequence[str] = ()
    lock: int = -1
    legacy: Legacy | None = None
    _held: dict[str, socket.socket] = field(default_factory=dict)
    _programs: list[Program] = field(default_factory=list)
    _stopping: bool = False

    # Sockets

    def bind(self) -> None:
        """Binds everything that will be listened on. Raises Unavailable that names the port and what to do."""
        ports = self.settings.ports
        for name, address, port in (
            ("PROD", ports.address, ports.prod),
            ("TEST", ports.address, ports.test),
            ("CONTROL", "127.0.0.1", ports.control),
            ("REMOTE", ports.remote_address, ports.remote),
        ):
            if address:
                self._hold(name, lambda name=name, address=address, port=port: _listen_tcp(name, address, port))  # type: ignore[misc]
        run = self.paths.run
        for folder, mode in (
            (run, 0o711),
            (run / "doors", 0o711),
            (run / "slots", 0o700),
            (run / "edge", 0o711),
        ):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(mode)
        for number in range(self.settings.pools.doors):
            self._hold_unix(f"DOOR_{number}", run / "doors" / f"{number}.sock", for_edge=True)
        for number in range(self.settings.pools.slots):
            # Whoever is in the slot's container may call; the folder keeps everybody else away.
            self._hold_unix(f"SLOT_{number}", run / "slots" / f"{number}.sock", mode=0o666)
        self._hold_unix("RECORDS", run / "records.sock", for_edge=True)
        self._hold_unix("NODE", self.paths.node_socket)
        self._hold_unix("TELEMETRY", self.paths.telemetry_socket)
        self._hold_unix("SUPERVISOR", self.paths.supervisor_socket)

    def _hold(self, name: str, bind: Callable[[], socket.socket]) -> None:
        """What the supervisor before held is held on; everything else is bound now."""
        known = self.legacy.sockets.get(name) if self.legacy else None
        self._held[name] = bind() if known is None else socket.socket(fileno=known)

    def _hold_unix(self, name: str, path: Path, *, for_edge: bool = False, mode: int = 0o600) -> None:
        self._hold(name, lambda: _listen_unix(path, for_edge=for_edge, mode=mode))

    def port(self, name: str) -> int:
        return int(self._held[name].getsockname()[1])

    def addresses(self) -> dict[str, str]:
        """Where people find the edge's stacks and control."""
        ports = self.settings.ports
        scheme = "https" if self.settings.tls.certificate else "http"
        found = {name.lower(): f"{scheme}://{ports.address}:{self.port(name)}" for name in ("PROD", "TEST")}
        if ports.remote_address:
            found["remote"] = f"https://{ports.remote_address}:{self.port('REMOTE')}"
        return found | {"control": f"http://127.0.0.1:{self.port('CONTROL')}"}

    # Programs

    async def run(self, started: Callable[[], None]) -> None:
        """Runs until SIGINT or SIGTERM. Calls `started` once everything is back as it was."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        adopt_orphans()
        if self.legacy is None:
            await end_leftovers(self.paths)
        self.bind()
        server = await asyncio.start_unix_server(self._answer, sock=self._held["SUPERVISOR"])
        self._programs = self._list_programs()
        kept = {one.name: one for one in self.legacy.programs} if self.legacy else {}
        try:
            for program in self._programs:
                program.task = loop.create_task(self._keep(program, kept.get(program.name)))
            waiting = loop.create_task(self._announce(started) if self.legacy is None else self._renew())
            await stop.wait()
            waiting.cancel()
        finally:
            await self._stop()
            server.close()
            self._clean()

    def _list_programs(self) -> list[Program]:
        def python(module: str) -> list[str]:
            return [sys.executable, "-m", f"stagedoor.main.{module}"]

        haproxy = shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") or "haproxy"
        configuration = self.paths.run / "edge" / "haproxy.cfg"
        slots = [f"SLOT_{number}" for number in range(self.settings.pools.slots)]
        programs = [
            Program("telemetry", python("telemetry"), ["TELEMETRY", "RECORDS"]),
            Program("control", python("control"), ["CONTROL", *(["REMOTE"] if "REMOTE" in self._held else [])]),
            Program(
                "edge",
                [haproxy, "-W", "-db", "-f", str(configuration)],
                ["PROD", "TEST", *slots],
                configuration,
            ),
            Program("node", python("node"), ["NODE"], extra=["--fresh"]),
        ]
        if self.demo:
            programs.append(Program("demo", list(self.demo), []))
        return programs

    async def _keep(self, program: Program, kept: Kept | None = None) -> None:
        """Starts a program again whenever it ends, at once the first time, then after growing pauses."""
        pause = 0.0
        if kept is not None and spawn.started_at(kept.pid) == kept.started:
            program.pid, program.starts = kept.pid, kept.starts
            program.started_at, program.last_end = kept.started_at, kept.last_end
            await self._watch(program)
        while not self._stopping:
            while program.waits_for is not None and not program.waits_for.exists():
                await asyncio.sleep(0.01)
            try:
                self._start(program)
            except OSError as error:
                self._log(f"{program.name} cannot be started: {error}")
                await asyncio.sleep(1.0)
                continue
            await self._watch(program)
            if self._stopping:
                return
            pause = 0.0 if time.time() - program.started_at > 10 else min(_LONGEST_PAUSE, max(0.05, pause * 2))
            await asyncio.sleep(pause)

    async def _watch(self, program: Program) -> None:
        """Until it ends."""
        program.last_end = spawn.say_status(await spawn.wait(program.pid))
        _kill_group(program.pid)
        if not self._stopping:
            self._log(f"{program.name} ended: {program.last_end}; starting it again")

    async def _renew(self) -> None:
        """After an upgrade: every program becomes the new one, while the sockets hold who comes meanwhile."""
        for name, number in _RENEWED:
            program = next(one for one in self._programs if one.name == name)
            before = program.starts
            os.kill(program.pid, number)
            while program.starts == before:
                await asyncio.sleep(0.02)
        # Control has written what the edge is to be; it takes it up without closing anything.
        if await renewal.answers(self.addresses()["control"]):
            edge = next(one for one in self._programs if one.name == "edge")
            os.kill(edge.pid, signal.SIGUSR2)
        self._log(f"upgraded to {version('stagedoor')}")

    def upgrade(self) -> None:
        """Becomes the installed Stagedoor, which was tried before."""
        self._log("becoming the installed Stagedoor")
        sockets = {name: held.fileno() for name, held in self._held.items()}
        programs = [
            Kept(one.name, one.pid, spawn.started_at(one.pid), one.starts, one.started_at, one.last_end)
            for one in self._programs
        ]
        renewal.become(Legacy(self.lock, sockets, programs))

    def _start(self, program: Program) -> None:
        descriptors = {name: self._held[name].fileno() for name in program.sockets}
        environment = dict(os.environ) | self.paths.environment
        environment["STAGEDOOR_ADDRESSES"] = json.dumps(self.addresses())
        environment |= {f"STAGEDOOR_{name}": str(number) for name, number in descriptors.items()}
        log = self.paths.log(program.name)
        arguments = [*program.arguments, *(program.extra if program.starts == 0 else ())]
        with _open_log(log) as stream:
            process = subprocess.Popen(
                arguments, env=environment, pass_fds=list(descriptors.values()), stdin=subprocess.DEVNULL,
                stdout=stream, stderr=stream, start_new_session=True,
            )  # fmt: skip
        # Waited for by its pid, as one that was taken over is.
        program.pid, process.returncode = process.pid, 0
        program.starts += 1
        program.started_at = time.time()
        self._write_programs()

    def _write_programs(self) -> None:
        alive = [one.pid for one in self._programs if one.pid]
        listed = [{"pid": pid, "started": spawn.started_at(pid)} for pid in alive]
        with suppress(OSError):
            self.paths.programs.write_text(json.dumps(listed))

    async def _announce(self, started: Callable[[], None]) -> None:
        while not self.paths.ready.exists():
            await asyncio.sleep(0.02)
        started()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One question a connection: a descriptor of a held socket, an upgrade, or how the programs are."""
        question = json.loads(await reader.readline() or b"{}")
        if "take" in question:
            held = self._held.get(question["take"])
            if held is not None:
                raw = writer.get_extra_info("socket")
                # The transport's own socket does not pass descriptors; a copy of it does.
                with socket.socket(fileno=os.dup(raw.fileno())) as copy:
                    copy.setblocking(True)
                    socket.send_fds(copy, [b"ok"], [held.fileno()])
        elif "upgrade" in question:
            await self._answer_upgrade(writer)
        else:
            writer.write(json.dumps([self._describe(one) for one in self._programs]).encode())
        writer.close()

    async def _answer_upgrade(self, writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.to_thread(renewal.check)
        except Invalid as error:
            writer.write(json.dumps({"error": error.describe()}).encode())
            return
        writer.write(b"{}")
        await writer.drain()
        writer.close()
        self.upgrade()

    def _describe(self, program: Program) -> dict[str, object]:
        return {
            "name": program.name,
            "pid": program.pid,
            "restarts": max(0, program.starts - 1),
            "since": program.started_at,
            "last_end": program.last_end,
        }

    def _log(self, text: str) -> None:
        # A disk that is full must not keep a program from being started again.
        with suppress(OSError), self.paths.log("supervisor").open("a") as stream:
            stream.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")

    # The end

    async def _stop(self) -> None:
        """First who begins things, then the edge so that nothing new arrives, then who holds the containers."""
        self._stopping = True
        by_name = {one.name: one for one in self._programs}
        for name, patience in (
            ("control", 5.0),
            ("edge", 3.0),
            ("node", 15.0),
            ("telemetry", 3.0),
            ("demo", 3.0),
        ):
            if name in by_name:
                await self._stop_program(by_name[name], patience)

    async def _stop_program(self, program: Program, patience: float) -> None:
        if program.pid and spawn.started_at(program.pid):
            try:
                os.kill(program.pid, program.stop_signal)
            except ProcessLookupError:
                pass
            if program.task is not None:
                await asyncio.wait({program.task}, timeout=patience)
            _kill_group(program.pid)
        if program.task is not None:
            program.task.cancel()
            await asyncio.gather(program.task, return_exceptions=True)

    def _clean(self) -> None:
        for held in self._held.values():
            held.close()
        shutil.rmtree(self.paths.run, ignore_errors=True)
        cgroups.kill_all(self.paths.cgroup)
        cgroups.remove(self.paths.cgroup)
        try:
            self.paths.run.parent.rmdir()
        except OSError:
            pass  # Another platform runs on this machine.


async def end_leftovers(paths: Paths) -> None:
    """After a supervisor that was killed: its programs hold sockets nobody can reach any more, so they end now."""
    try:
        listed = json.loads(paths.programs.read_text())
    except (OSError, ValueError):
        listed = []
    for one in listed:
        if spawn.started_at(one["pid"]) == one["started"]:
            _kill_group(one["pid"])
    for _ in range(200):
        if not any(spawn.started_at(one["pid"]) == one["started"] for one in listed):
            break
        await asyncio.sleep(0.01)
    cgroups.kill_all(paths.cgroup)
    cgroups.remove(paths.cgroup)
    shutil.rmtree(paths.run, ignore_errors=True)


def _kill_group(leader: int) -> None:
    """Every program leads a group of its own; what it left behind in it (workers of the edge) ends too."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def _listen_tcp(name: str, address: str, port: int) -> socket.socket:
    try:
        held = socket.create_server((address, port), backlog=_BACKLOG)
    except OSError as error:
        key = name.lower()
        raise Unavailable(
            f"{address}:{port}, the address for {key}, cannot be used: {error.strerror}",
            hint=f"end the program that uses it (ss -ltnp 'sport = :{port}'), or set ports.{key} in platform.toml",
        ) from None
    held.set_inheritable(True)
    return held


def _listen_unix(path: Path, *, for_edge: bool = False, mode: int = 0o600) -> socket.socket:
    held = socket.socket(socket.AF_UNIX)
    held.bind(str(path))
    path.chmod(0o660 if for_edge else mode)
    if for_edge and edge_user():
        shutil.chown(path, group=EDGE_USER)
    held.listen(_BACKLOG)
    held.setblocking(False)
    return held


def _open_log(log: Path, limit: int = 10_000_000) -> BinaryIO:
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > limit:
            os.replace(log, log.with_suffix(".log.1"))
        return log.open("ab")
    except OSError:
        return Path(os.devnull).open("ab")
