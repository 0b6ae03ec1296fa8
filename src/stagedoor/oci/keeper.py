"""Keeps instances on their doors: starts them, restarts what dies or hangs, drains and ends them, adopts them again.

Its journal makes it independent of control: after a restart it knows what must run, and what runs already. It decides
nothing about versions or traffic; it only says which doors may take some.
"""

import asyncio
import logging
import os
import secrets
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stagedoor.decide import restart
from stagedoor.model import instance as states
from stagedoor.model.configuration import owner
from stagedoor.model.deployment import Mount, Spec
from stagedoor.model.errors import Unavailable
from stagedoor.model.instance import Instance
from stagedoor.oci import cgroups, launch, probe, spawn
from stagedoor.oci.journal import Journal
from stagedoor.oci.logs import Logs
from stagedoor.oci.ports import Doors, Sockets
from stagedoor.oci.runc import Engine, EngineError

log = logging.getLogger("stagedoor.keeper")

EGRESS = "/run/stagedoor/egress.sock"
_STEADY = 1.0


class StartFailed(Exception):
    """An instance did not become ready; `step` and `message` say why, in the script's words where it has some."""

    def __init__(self, step: str, message: str) -> None:
        super().__init__(message)
        self.step = step


@dataclass(slots=True)
class Post:
    """One door and who stands there."""

    door: int
    instance: Instance | None = None
    task: asyncio.Task[None] | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    failure: dict[str, Any] | None = None
    deaths: list[float] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)
    restarts: int = 0


@dataclass(slots=True)
class Kept:
    """A deployment on this machine."""

    spec: Spec
    posts: list[Post]
    ending: bool = False
    proven: bool = False  # It has run before, on this machine: a start that fails is tried again.


class Keeper:
    """Every public call may be repeated without harm."""

    def __init__(
        self,
        engine: Engine,
        doors: Doors,
        sockets: Sockets,
        logs: Logs,
        journal: Path,
        slots: int,
        open_secret: Callable[[str, str], str],
    ) -> None:
        self._engine = engine
        self._doors = doors
        self._sockets = sockets
        self.logs = logs
        self._journal = Journal(journal)
        self._open_secret = open_secret
        self._free_slots = list(range(slots - 1, -1, -1))
        self._kept: dict[str, Kept] = {}
        self._burials: set[asyncio.Task[None]] = set()
        self._steady: asyncio.Task[None] | None = None

    # What others ask

    def deploy(self, spec: Spec) -> None:
        """Makes `spec` run from now on, one instance for each door."""
        if spec.deployment in self._kept:
            return
        self._journal.keep_spec(spec)
        self._keep(spec)

    async def settled(self, deployment: str) -> dict[str, Any]:
        """Waits until every instance is ready or failed. Returns what they measured, or the first failure."""
        kept = self._kept.get(deployment)
        if kept is None:
            return {"state": "missing"}
        for post in kept.posts:
            await post.settled.wait()
        failures = [post.failure for post in kept.posts if post.failure]
        if failures:
            return {"state": "failed", **failures[0]}
        return {"state": "ready", **kept.posts[0].report, "instances": self._describe(kept)}

    async def end(self, deployment: str) -> None:
        """Drains and ends a deployment: its door is closed, what is in flight is answered, then it stops."""
        kept = self._kept.get(deployment)
        if kept is None:
            return
        kept.ending = True
        self._journal.drop_spec(deployment)
        await asyncio.gather(*(self._doors.close(kept.spec.backend, post.door) for post in kept.posts))
        await self._idle(kept.spec)
        await asyncio.gather(*(self._end_post(kept, post) for post in kept.posts))
        self._kept.pop(deployment, None)

    def instances(self) -> list[Instance]:
        return [post.instance for kept in self._kept.values() for post in kept.posts if post.instance is not None]

    def deployments(self) -> list[str]:
        return list(self._kept)

    def measure(self) -> dict[str, int]:
        """Proportional memory of each instance, in bytes."""
        found = {}
        for one in self.instances():
            found[one.id] = cgroups.proportional_memory(cgroups.processes(self._engine.cgroup_of(one.id)))
        return found

    async def start(self, *, fresh: bool = False) -> None:
        """Adopts what the journal names and still lives; buries what died; removes what nobody knows.

        `fresh`: the sockets are new ones, so that whoever still lives listens where nobody can reach it.
        """
        specs, instances = self._journal.read()
        holders = {}
        for one in instances:
            spec = specs.get(one.deployment)
            alive = not fresh and one.pid and spawn.started_at(one.pid) == one.pid_started
            if spec is not None and alive and one.state == states.READY and one.door in spec.doors:
                holders[one.slot] = _holder(spec, one)
                self._free_slots.remove(one.slot)
            else:
                await self._remove(one, "ended while node was away")
        known = {one.id for one in instances if one.slot in holders}
        for container in self._engine.containers():
            if container not in known:
                await self._engine.delete(container)
        await self._doors.recover(holders)
        for spec in specs.values():
            self._keep(
                spec,
                proven=True,
                adopted=[one for one in instances if one.id in known and one.deployment == spec.deployment],
            )
        self._steady = asyncio.get_running_loop().create_task(self._keep_steady())

    async def stop(self) -> None:
        """Ends every container at once, keeping the journal: the next start brings all of it back."""
        if self._steady is not None:
            self._steady.cancel()
        for kept in self._kept.values():
            kept.ending = True
            for post in kept.posts:
                if post.task is not None:
                    post.task.cancel()
        for one in self.instances():
            self._engine.kill(one.pid, one.pid_started, signal.SIGTERM)
        await asyncio.gather(*(self._stop_instance(one) for one in self.instances()))
        await asyncio.gather(*self._burials)

    # One door

    def _keep(self, spec: Spec, *, proven: bool = False, adopted: Sequence[Instance] = ()) -> None:
        by_door = {one.door: one for one in adopted}
        kept = Kept(spec, [Post(door, by_door.get(door)) for door in spec.doors], proven=proven)
        self._kept[spec.deployment] = kept
        for post in kept.posts:
            post.task = asyncio.get_running_loop().create_task(self._tend(kept, post))

    async def _tend(self, kept: Kept, post: Post) -> None:
        """One door for as long as its deployment is wanted."""
        was_ready = kept.proven or post.instance is not None
        while not kept.ending:
            try:
                if post.instance is None:
                    await self._start(kept, post)
                was_ready = True
                await self._welcome(kept, post)
                cause = await self._watch(kept.spec, post)
            except Exception as error:
                failed = error if isinstance(error, StartFailed) else StartFailed("start", f"{error!r}")
                cause = f"did not start ({failed.step})"
                self._note_failure(kept, post, failed)
                if not was_ready:
                    self._bury(kept, post, cause)
                    return
            self._bury(kept, post, cause)
            post.deaths = [*post.deaths[-20:], time.time()]
            post.restarts += 1
            if not kept.ending:
                await asyncio.sleep(restart.decide(time.time(), post.deaths).pause)

    async def _start(self, kept: Kept, post: Post) -> None:
        spec = kept.spec
        if not self._free_slots:
            raise StartFailed("slot", "all slots of this machine are held; raise pools.slots in platform.toml")
        one = Instance(
            id=f"i{secrets.token_hex(4)}", deployment=spec.deployment, application=spec.application,
            version=spec.version, stack=spec.stack, door=post.door, slot=self._free_slots.pop(),
            started_at=time.time(), restarts=post.restarts,
        )  # fmt: skip
        post.instance = one
        self._journal.keep_instance(one)
        await self._doors.hold(one.slot, _holder(spec, one))
        began = time.perf_counter()
        report = await self._launch(spec, one)
        one.ready_after = time.perf_counter() - began
        one.import_seconds = _number(report.get("import_s"))
        one.warmup_seconds = _number(report.get("warmup_s"))
        pids = await asyncio.to_thread(cgroups.processes, self._engine.cgroup_of(one.id))
        one.memory_bytes = await asyncio.to_thread(cgroups.proportional_memory, pids)
        one.state = states.READY
        post.report = {
            "seconds": one.ready_after,
            "import_seconds": one.import_seconds,
            "warmup_seconds": one.warmup_seconds,
            "memory_bytes": one.memory_bytes,
            "endpoints": report.get("endpoints", []),
        }
        self._journal.keep_instance(one)

    async def _launch(self, spec: Spec, one: Instance) -> dict[str, Any]:
        """The report of an instance that is ready. Raises StartFailed."""
        boot = {**spec.boot, "instance": one.id, "egress": EGRESS, "secrets": self._secrets(spec)}
        log = self.logs.open(spec.application, one.id)
        door = await self._sockets.door(one.door)
        egress = Mount(str(self._sockets.slot_path(one.slot)), EGRESS)
        try:
            running = await launch.launch(self._engine, one.id, spec.sandbox, "boot", boot, door, log, (egress,))
        except EngineError as error:
            raise StartFailed("container", str(error)) from None
        finally:
            os.close(log)
            os.close(door)
        one.pid, one.pid_started = running.pid, running.started
        self._journal.keep_instance(one)
        try:
            async with asyncio.timeout(spec.start_timeout):
                report = await running.report
        except TimeoutError:
            raise StartFailed("warmup", f"not ready within {spec.start_timeout:g} s") from None
        if report is None:
            raise StartFailed("start", await self._last_words(spec, one))
        if "failed" in report:
            raise StartFailed(str(report["failed"]), str(report.get("message", ""))[:20_000])
        return report

    def _secrets(self, spec: Spec) -> dict[str, str]:
        try:
            return {
                name: self._open_secret(owner(spec.application, spec.stack, name), sealed)
                for name, sealed in spec.secrets.items()
            }
        except Unavailable as error:
            raise StartFailed("secrets", str(error)) from None

    async def _last_words(self, spec: Spec, one: Instance) -> str:
        status = await spawn.wait(one.pid)
        kills = self._engine.memory_kills(one.id)
        cause = f"out of memory, the limit is {spec.sandbox.memory} bytes" if kills else spawn.say_status(status)
        tail = "\n".join(self.logs.tail(spec.application, one.id, 20))
        return f"{tail}\n{cause}".strip()

    async def _welcome(self, kept: Kept, post: Post) -> None:
        assert post.instance is not None
        await self._doors.open(kept.spec.backend, post.door)
        post.failure = None
        post.ready.set()
        post.settled.set()

    async def _watch(self, spec: Spec, post: Post) -> str:
        """Waits for the end of an instance, ends one that hangs; returns the cause."""
        one = post.instance
        assert one is not None
        loop = asyncio.get_running_loop()
        ended = loop.create_task(spawn.wait(one.pid))
        hangs = loop.create_task(probe.until_hung(self._sockets.door_path(one.door), spec.hang))
        try:
            await asyncio.wait({ended, hangs}, return_when=asyncio.FIRST_COMPLETED)
            hung = not ended.done()
            if hung:
                self._engine.kill(one.pid, one.pid_started, signal.SIGKILL)
            status = await ended
        finally:
            hangs.cancel()
            ended.cancel()
        if hung:
            return f"hung: no answer to the probe for {spec.hang:g} s"
        if self._engine.memory_kills(one.id):
            return f"out of memory, the limit is {spec.sandbox.memory} bytes"
        return spawn.say_status(status)

    def _note_failure(self, kept: Kept, post: Post, error: StartFailed) -> None:
        """Tells who waits. The first start of all is not repeated: it is for the release to decide."""
        one = post.instance
        tail = self.logs.tail(kept.spec.application, one.id, 20) if one is not None else []
        post.failure = {"step": error.step, "message": str(error), "log": tail}
        post.settled.set()

    def _bury(self, kept: Kept, post: Post, cause: str) -> None:
        """Takes a dead instance from its door; what is left of it is removed while the next one starts."""
        one, post.instance = post.instance, None
        post.ready.clear()
        if one is None:
            return
        task = asyncio.get_running_loop().create_task(self._bury_one(kept, post, one, cause))
        self._burials.add(task)
        task.add_done_callback(self._burials.discard)

    async def _bury_one(self, kept: Kept, post: Post, one: Instance, cause: str) -> None:
        # With nobody else to answer the door stays open: connections wait in the kernel for the next instance.
        if any(other.ready.is_set() for other in kept.posts):
            await self._doors.close(kept.spec.backend, post.door)
        try:
            await self._remove(one, cause)
        finally:
            self._free_slots.append(one.slot)

    async def _remove(self, one: Instance, cause: str) -> None:
        self._engine.kill(one.pid, one.pid_started, signal.SIGKILL)
        await self._engine.delete(one.id)
        await self._doors.hold(one.slot, "")
        self._journal.drop_instance(one.id)
        self.logs.note(one.application, one.id, f"instance ended: {cause}", event="ended", cause=cause)

    # Ending

    async def _idle(self, spec: Spec) -> None:
        deadline = time.monotonic() + spec.drain
        while time.monotonic() < deadline and await self._doors.busy(spec.backend):
            await asyncio.sleep(0.02)

    async def _end_post(self, kept: Kept, post: Post) -> None:
        one = post.instance
        if one is not None:
            self._engine.kill(one.pid, one.pid_started, signal.SIGTERM)
            await self._gone(one, kept.spec.drain)
        if post.task is not None:
            post.task.cancel()
            await asyncio.gather(post.task, return_exceptions=True)
        if post.instance is not None:
            self._bury(kept, post, "stopped")
        if not post.settled.is_set():
            post.failure = {"step": "start", "message": "it was ended before it was ready", "log": []}
            post.settled.set()
        await asyncio.gather(*self._burials, return_exceptions=True)

    async def _gone(self, one: Instance, patience: float) -> None:
        deadline = time.monotonic() + patience
        while spawn.started_at(one.pid) == one.pid_started and time.monotonic() < deadline:
            if _is_zombie(one.pid):
                return
            await asyncio.sleep(0.005)
        self._engine.kill(one.pid, one.pid_started, signal.SIGKILL)

    async def _stop_instance(self, one: Instance) -> None:
        await self._gone(one, 3.0)
        await self._remove(one, "the platform stopped")

    # All doors

    async def _keep_steady(self) -> None:
        """Holds the edge to what is true here: after its restart, or when a command was lost."""
        while True:
            await asyncio.sleep(_STEADY)
            try:
                opened = await self._doors.open_doors()
                for kept in list(self._kept.values()) if opened is not None else []:
                    if not kept.ending:
                        await self._set_doors(kept, opened or set())
                await asyncio.to_thread(self.logs.trim)
            except Exception:
                log.exception("a steady round failed; the next one follows")

    async def _set_doors(self, kept: Kept, opened: set[tuple[str, int]]) -> None:
        """Ready ones are open; others are shut while somebody else answers, else they wait for their next instance."""
        anybody = any(post.ready.is_set() for post in kept.posts)
        for post in kept.posts:
            is_open = (kept.spec.backend, post.door) in opened
            if post.ready.is_set() and not is_open:
                await self._doors.open(kept.spec.backend, post.door)
            elif not post.ready.is_set() and is_open and anybody:
                await self._doors.close(kept.spec.backend, post.door)

    def _describe(self, kept: Kept) -> list[str]:
        return [post.instance.id for post in kept.posts if post.instance is not None]


def _holder(spec: Spec, one: Instance) -> str:
    return f"{spec.deployment}|{spec.label}|{one.id}|{spec.stack}"


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
