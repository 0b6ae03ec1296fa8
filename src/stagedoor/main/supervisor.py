"""The supervisor: small and without logic. It holds every listening socket, starts the programs and starts them again.

A socket that it holds outlives whoever serves it: while a program is away, connections wait in the kernel, and none is
refused. It decides nothing; on SIGINT or SIGTERM it stops the programs in order and removes what existed only while
they ran.
"""

import asyncio
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from stagedoor.decide import crash_loop
from stagedoor.decide.crash_loop import CrashLoop
from stagedoor.main import demo, private, renewal
from stagedoor.main.held_outputs import HeldOutputs
from stagedoor.main.paths import Paths
from stagedoor.main.program_groups import ProgramGroups, protect_platform
from stagedoor.main.questions import Questions
from stagedoor.main.renewal import Kept, Legacy
from stagedoor.main.serving import adopt_orphans
from stagedoor.main.sockets import HeldSockets
from stagedoor.model.errors import Unavailable
from stagedoor.model.settings import Platform
from stagedoor.oci import cgroups, spawn

# The order of an upgrade. Node is ended without its own end, in which it would end the containers: it adopts them.
_RENEWED = (
    ("telemetry", signal.SIGTERM),
    ("logs", signal.SIGTERM),
    ("node", signal.SIGKILL),
    ("control", signal.SIGTERM),
)
_LONGEST_PAUSE = 5.0
_MAX_ENDS = 20
_RENEWAL_LOOKS = 1500  # 30 s.


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
    ends: deque[float] = field(default_factory=lambda: deque(maxlen=_MAX_ENDS))
    crash_loop: CrashLoop = crash_loop.WELL
    reported: bool = False


@dataclass(slots=True)
class Supervisor:
    """`report` is called with a sentence when a program begins to crash-loop."""

    paths: Paths
    settings: Platform
    demo_command: Sequence[str] | None = None
    lock: int = -1
    legacy: Legacy | None = None
    report: Callable[[str], None] = lambda text: None
    _sockets: HeldSockets = field(init=False)
    _outputs: HeldOutputs = field(default_factory=HeldOutputs)
    _programs: list[Program] = field(default_factory=list)
    _stopping: bool = False
    _groups: ProgramGroups = field(init=False)

    def addresses(self) -> dict[str, str]:
        """Where people find the edge's stacks and control."""
        return self._sockets.addresses()

    def demo_addresses(self) -> dict[str, str]:
        """Where the demo's services listen, by their names."""
        return {name: f"http://127.0.0.1:{self._sockets.port(demo.socket_name(name))}" for name in demo.SERVICES}

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
        protect_platform()
        _raise_open_files()
        self._groups = ProgramGroups(self.paths, self.settings)
        self._make_groups()
        inherited = self.legacy.sockets if self.legacy else {}
        self._end_unheld_demo(inherited)
        more = demo.listen(self.paths) if self.demo_command else {}
        receivers = self.legacy.receivers if self.legacy else {}
        self._outputs = HeldOutputs.inherit(self.legacy.outputs if self.legacy else {})
        self._sockets = HeldSockets.bind(self.paths, self.settings, inherited, more, receivers)
        server = await asyncio.start_unix_server(self._questions().answer, sock=self._sockets["SUPERVISOR"])
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

    def _make_groups(self) -> None:
        """Raises Unavailable at a start; an upgrade goes on with the limits that there are."""
        try:
            self._groups.make()
        except Unavailable as error:
            if self.legacy is None:
                raise
            self._log(f"{error}; the limits before stay")

    def _end_unheld_demo(self, inherited: Mapping[str, int]) -> None:
        """A demo of a version that bound its ports itself ends before we bind them: its services are known there."""
        if self.legacy is None or all(demo.socket_name(name) in inherited for name in demo.SERVICES):
            return
        for kept in self.legacy.programs:
            if kept.name == "demo" and spawn.started_at(kept.pid) == kept.started:
                _kill_group(kept.pid)

    def _list_programs(self) -> list[Program]:
        def python(module: str) -> list[str]:
            return [sys.executable, "-m", f"stagedoor.main.{module}"]

        programs = [
            Program("telemetry", python("telemetry"), ["TELEMETRY", "RECORDS"]),
            Program("control", python("control"), ["CONTROL", *(["REMOTE"] if "REMOTE" in self._sockets else [])]),
            self._proxy("edge", ["PROD", "TEST"]),
            Program("node", python("node"), ["NODE"], extra=["--fresh"]),
            self._proxy("egress", [f"{kind}_{n}" for n in self._slots() for kind in ("SLOT", "NETWORK")]),
            Program("logs", python("logs"), ["LOGS"]),
        ]
        if self.demo_command:
            programs.append(
                Program("demo", list(self.demo_command), [demo.socket_name(name) for name in demo.SERVICES])
            )
        return programs

    def _slots(self) -> range:
        return range(self.settings.pools.slots)

    def _proxy(self, name: str, sockets: Sequence[str]) -> Program:
        haproxy = shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") or "haproxy"
        configuration = self.paths.run / name / "haproxy.cfg"
        return Program(name, [haproxy, "-W", "-db", "-f", str(configuration)], sockets, configuration)

    async def _keep(self, program: Program, kept: Kept | None = None) -> None:
        """Starts a program again whenever it ends, at once the first time, then after growing pauses."""
        pause = 0.0
        if kept is not None:
            # Also of one that is gone meanwhile: it does not start for the first time.
            program.pid, program.starts = kept.pid, kept.starts
            program.started_at, program.last_end = kept.started_at, kept.last_end
            if spawn.started_at(kept.pid) == kept.started:
                self._groups.adopt(program.name, kept.pid)
                await self._watch(program)
        while not self._stopping:
            while program.waits_for is not None and not program.waits_for.exists():
                await asyncio.sleep(0.01)
            try:
                self._start(program)
            except OSError as error:
                program.pid, program.last_end = 0, f"cannot be started: {error.strerror or error}"
                self._log(f"{program.name} {program.last_end}")
                self._note_end(program)
                await asyncio.sleep(1.0)
                continue
            await self._watch(program)
            if self._stopping:
                return
            pause = 0.0 if time.time() - program.started_at > 10 else min(_LONGEST_PAUSE, max(0.05, pause * 2))
            await asyncio.sleep(pause)

    async def _watch(self, program: Program) -> None:
        """Until it ends."""
        words = spawn.say_status(await spawn.wait(program.pid))
        program.last_end = self._groups.explain_end(program.name, words)
        _kill_group(program.pid)
        if not self._stopping:
            self._log(f"{program.name} ended: {program.last_end}; starting it again")
            self._note_end(program)

    def _note_end(self, program: Program) -> None:
        program.ends.append(time.monotonic())
        if self._judge(program) and not program.reported:
            program.reported = True
            text = f"{program.name} crash-loops: {program.crash_loop.reason}, last by {program.last_end}"
            # Who started us may have gone with the terminal: that must not keep a program from being started again.
            with suppress(OSError, ValueError):
                self.report(f"{text}; its log: {self.paths.log(program.name)}")

    def _judge(self, program: Program) -> bool:
        """Whether the program crash-loops."""
        program.crash_loop = crash_loop.decide(time.monotonic(), program.ends, looping=program.crash_loop.looping)
        program.reported = program.reported and program.crash_loop.looping
        return program.crash_loop.looping

    async def _renew(self) -> None:
        """After an upgrade: every program becomes the new one, while the sockets hold who comes meanwhile."""
        by_name = {one.name: one for one in self._programs}
        for name, number in _RENEWED:
            if not await self._renew_one(by_name[name], number):
                self._log(f"{name} did not start again after the upgrade; its log says why")
        if not await renewal.answers(self.addresses()["control"]):
            self._log("control does not answer after the upgrade; the edge goes on with its old configuration")
            return
        # Control has written what edge and egress are to be. They take that up without closing anything, unless one is
        # to listen where it did not: then only a new process can be handed the sockets.
        assert self.legacy is not None
        for name in ("edge", "egress"):
            new = set(by_name[name].sockets) - set(self.legacy.sockets)
            _signal(by_name[name].pid, signal.SIGTERM if new else signal.SIGUSR2)
        self._log(f"upgraded to {version('stagedoor')}")

    async def _renew_one(self, program: Program, number: signal.Signals) -> bool:
        """Whether it started again within a bound."""
        before = program.starts
        _signal(program.pid, number)
        for _ in range(_RENEWAL_LOOKS):
            if program.starts != before:
                return True
            await asyncio.sleep(0.02)
        return False

    def _upgrade(self) -> None:
        """Becomes the installed Stagedoor, which was tried before."""
        self._log("becoming the installed Stagedoor")
        sockets = self._sockets.descriptors()
        programs = [
            Kept(one.name, one.pid, spawn.started_at(one.pid), one.starts, one.started_at, one.last_end)
            for one in self._programs
        ]
        renewal.become(Legacy(self.lock, sockets, programs, self._sockets.receivers, self._outputs.legacy()))

    def _start(self, program: Program) -> None:
        descriptors = self._sockets.descriptors(program.sockets)
        environment = dict(os.environ) | self.paths.environment
        environment["STAGEDOOR_ADDRESSES"] = json.dumps(self.addresses())
        environment |= {f"STAGEDOOR_{name}": str(number) for name, number in descriptors.items()}
        log = self.paths.log(program.name)
        arguments = [*program.arguments, *(program.extra if program.starts == 0 else ())]
        arguments = self._groups.enter(program.name, arguments)
        with _open_log(log) as stream:
            process = subprocess.Popen(
                arguments, env=environment, pass_fds=list(descriptors.values()), stdin=subprocess.DEVNULL,
                stdout=stream, stderr=stream, start_new_session=True, umask=private.UMASK,
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

    def _questions(self) -> Questions:
        return Questions(
            self.paths.data, self._sockets, self._outputs, lambda: [self._describe(one) for one in self._programs],
            lambda: self._stopping, self._upgrade, self._log,
        )  # fmt: skip

    def _describe(self, program: Program) -> dict[str, object]:
        self._judge(program)
        return {
            "name": program.name,
            "pid": program.pid if spawn.started_at(program.pid) else 0,
            "restarts": max(0, program.starts - 1),
            "since": program.started_at,
            "last_end": program.last_end,
            "crash_loop": program.crash_loop.reason,
            **self._groups.describe(program.name),
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
            ("egress", 3.0),
            ("logs", 3.0),
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
        self._sockets.close()
        self._outputs.close()
        shutil.rmtree(self.paths.run, ignore_errors=True)
        shutil.rmtree(self.paths.rings, ignore_errors=True)
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
    shutil.rmtree(paths.rings, ignore_errors=True)


def _raise_open_files() -> None:
    """Takes all descriptors that the machine allows: each slot costs four, and the output of what ended one more."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _signal(pid: int, number: signal.Signals) -> None:
    """To one process that may have ended just now; never to a group."""
    if pid > 0:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _kill_group(leader: int) -> None:
    """Every program leads a group of its own; what it left behind in it (workers of the edge) ends too."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def _open_log(log: Path, limit: int = 10_000_000) -> BinaryIO:
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > limit:
            os.replace(log, log.with_suffix(".log.1"))
        return log.open("ab")
    except OSError:
        return Path(os.devnull).open("ab")
