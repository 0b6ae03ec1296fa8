"""How instances leave: told, drained, ended, buried. A slot has another holder only when nothing of one is left."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Coroutine
from typing import Any

from stagedoor.model import instance as states
from stagedoor.model.deployment import Spec
from stagedoor.model.instance import End, Instance
from stagedoor.oci import spawn
from stagedoor.oci.background import Background
from stagedoor.oci.deaths import Ends
from stagedoor.oci.gates import Gates
from stagedoor.oci.journal import Journal
from stagedoor.oci.logs import Logs
from stagedoor.oci.pool import Pool
from stagedoor.oci.ports import Doors
from stagedoor.oci.post import Kept, Post
from stagedoor.oci.rings import Rings
from stagedoor.oci.runc import Engine

log = logging.getLogger("stagedoor.departures")

_LOOK = 0.02
_AGAIN = 0.2
_CORPSE = 2.0  # Seconds for the kernel to let go of a process that was killed.
_UNUSED = 8.0  # Seconds after which the edge has closed what it kept open to a server without use.


class Departures:
    """Who is on the way out, and who has gone of late."""

    def __init__(
        self, engine: Engine, pool: Pool, doors: Doors, gates: Gates, logs: Logs, rings: Rings,
        journal: Journal, background: Background,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._pool = pool
        self._doors = doors
        self._gates = gates
        self._logs = logs
        self._rings = rings
        self._journal = journal
        self._background = background
        self._leaving: dict[str, tuple[Instance, int]] = {}  # With the memory that each was promised.
        self._ends = Ends()

    @property
    def instances(self) -> list[Instance]:
        return [one for one, _ in self._leaving.values()]

    @property
    def memory(self) -> int:
        """Bytes that were promised to them, and are about to be given back."""
        return sum(memory for _, memory in self._leaving.values())

    def ends(self, after: int) -> list[End]:
        return self._ends.after(after)

    def hurry(self, deployment: str) -> None:
        """Those of a deployment that ends answer what they have, and no more."""
        for one in self.instances:
            if one.deployment == deployment:
                self._engine.kill(one.pid, one.pid_started, signal.SIGTERM)

    def begin(self, kept: Kept, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Something of the deployment is on its way out: its end waits for that."""
        task = self._background.run(work)
        kept.departures.add(task)
        task.add_done_callback(kept.departures.discard)
        return task

    def see_off(self, kept: Kept, one: Instance) -> None:
        """Tells an instance that it is to leave: it accepts no more, and its streams hear of it."""
        one.state = states.STOPPING
        self._journal.keep_instance(one)
        self._leaving[one.id] = (one, kept.spec.sandbox.memory)
        self._engine.kill(one.pid, one.pid_started, signal.SIGUSR1)

    async def let_go(self, kept: Kept, one: Instance) -> None:
        await self.gone(one, kept.spec.drain + _UNUSED, signal.SIGTERM)
        await self.gone(one, kept.spec.drain)
        await self.remove(one, states.STOPPED, "it had nothing to do")
        self._pool.free(one.slot)

    async def bury(self, kept: Kept, post: Post, one: Instance, kind: str, cause: str) -> None:
        # With nobody else to answer the door stays open: connections wait in the kernel for the next instance.
        if kept.answers:
            await self._gates.close(kept, post)
        await self.remove(one, kind, cause)
        self._pool.free(one.slot)

    async def remove(self, one: Instance, kind: str, cause: str) -> None:
        """Nothing of it is left when this returns: only then may its slot have another holder."""
        at = time.time()
        self._engine.kill(one.pid, one.pid_started, signal.SIGKILL)
        while not await self._is_gone(one):
            await asyncio.sleep(_AGAIN)
        await self._logs.outputs.finish(one.id, one.application, 0, one.started_at)
        self._leaving.pop(one.id, None)
        self._journal.drop_instance(one.id)
        self._rings.retire(one.id)
        self._ends.note(one, at, kind, cause)
        self._logs.note(one.application, one.id, f"instance ended: {cause}", event="ended", cause=cause)

    async def _is_gone(self, one: Instance) -> bool:
        """A full disk, or no process to be had, only delays what must be done."""
        try:
            await self._engine.delete(one.id)
            await spawn.ended(one.pid, one.pid_started, _CORPSE)
            await self._pool.holders.vacate(one.slot)
        except OSError as error:
            log.warning("%s is not gone yet: %s", one.id, error)
            return False
        return True

    async def leave(self, kept: Kept, post: Post) -> None:
        """Out of the edge, told, drained, ended: in this order no request is cut."""
        post.leaving = True
        await self._gates.close(kept, post)
        if post.task is not None:
            post.task.cancel()
            await asyncio.gather(post.task, return_exceptions=True)
        one, post.instance = post.instance, None
        post.ready.clear()
        if one is not None:
            self.see_off(kept, one)
            await self._idle(kept.spec, post.door)
            self._engine.kill(one.pid, one.pid_started, signal.SIGTERM)
            await self.gone(one, kept.spec.drain)
            await self.remove(one, states.STOPPED, "stopped")
            self._pool.free(one.slot)
        if not post.settled.is_set():
            post.failure = {"step": "start", "message": "it was ended before it was ready", "log": []}
            post.settled.set()
        held, post.socket = post.socket, -1
        if held >= 0:
            os.close(held)
        if kept.posts.get(post.door) is post:
            del kept.posts[post.door]

    async def _idle(self, spec: Spec, door: int) -> None:
        deadline = time.monotonic() + spec.drain
        while time.monotonic() < deadline and await self._doors.busy(spec.backend, door):
            await asyncio.sleep(_LOOK)

    async def gone(self, one: Instance, patience: float, number: signal.Signals = signal.SIGKILL) -> None:
        """Waits for its end; when that does not come, `number` is sent."""
        if not await spawn.ended(one.pid, one.pid_started, patience):
            self._engine.kill(one.pid, one.pid_started, number)
