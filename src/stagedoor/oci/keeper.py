"""Keeps instances on their doors: starts them, wakes what sleeps, restarts what dies or hangs, drains and ends them,
adopts them again.

Its journal makes it independent of control: after a restart it knows what must run, and what runs already. It decides
nothing about versions, traffic or numbers; it only says which doors may take some, and starts one where somebody waits.
"""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from stagedoor.decide import capacity, restart
from stagedoor.model import instance as states
from stagedoor.model.deployment import Spec
from stagedoor.model.instance import Attendance, Capacity, End, Instance, Usage
from stagedoor.oci import cgroups, listeners, machine, probe, spawn
from stagedoor.oci.background import Background
from stagedoor.oci.deaths import find_cause
from stagedoor.oci.departures import Departures
from stagedoor.oci.gates import Gates
from stagedoor.oci.journal import Journal
from stagedoor.oci.logs import Logs
from stagedoor.oci.pool import Pool
from stagedoor.oci.ports import Doors, Sockets
from stagedoor.oci.post import Kept, Post, StartFailed
from stagedoor.oci.rings import Rings
from stagedoor.oci.runc import Engine
from stagedoor.oci.starter import Starter, holder
from stagedoor.oci.weights import Weights

log = logging.getLogger("stagedoor.keeper")

_STEADY = 1.0
_LOOK = 0.02
_LATER = 0.5
_AGAIN = 0.2
_ROOM = 10.0  # Seconds in which something else may give way.
_spawn = asyncio.create_task


class Keeper:
    """Every public call may be repeated without harm."""

    def __init__(
        self,
        engine: Engine,
        pool: Pool,
        doors: Doors,
        sockets: Sockets,
        logs: Logs,
        rings: Rings,
        journal: Journal,
        open_secret: Callable[[str, str], str],
        memory: int,
    ) -> None:
        self._engine = engine
        self.pool = pool
        self._sockets = sockets
        self.logs = logs
        self._rings = rings
        self._journal = journal
        self._background = Background()
        self._starter = Starter(engine, pool, pool.holders, logs, rings, journal, open_secret, self._background)
        self._memory = memory
        self._kept: dict[str, Kept] = {}
        self._gates = Gates(doors)
        self._departures = Departures(engine, pool, doors, self._gates, logs, rings, journal, self._background)
        self._weights = Weights()
        self._steady: asyncio.Task[None] | None = None

    # What others ask

    async def deploy(self, spec: Spec) -> None:
        """Makes `spec` run from now on."""
        if spec.deployment not in self._kept:
            self._journal.keep_spec(spec)
            self._kept[spec.deployment] = Kept(spec)
            self._arrange(self._kept[spec.deployment])

    async def change(self, spec: Spec) -> None:
        """Other doors or another number of instances for what runs: new ones first, then those that leave."""
        kept = self._kept.get(spec.deployment)
        if kept is None or kept.ending or kept.spec == spec:
            return
        self._journal.keep_spec(spec)
        kept.spec = spec
        self._arrange(kept)

    async def settled(self, deployment: str) -> dict[str, object]:
        """Waits until every instance is ready or failed. Returns what they measured, or the first failure."""
        kept = self._kept.get(deployment)
        if kept is None:
            return {"state": "missing"}
        posts = list(kept.active)
        for post in posts:
            await post.settled.wait()
        failures = [post.failure for post in posts if post.failure]
        if failures:
            return {"state": "failed", **failures[0]}
        one = next((post.instance for post in posts if post.instance), None)
        memory = await asyncio.to_thread(self._starter.memory_of, one.id) if one else 0
        return {"state": "ready", **kept.report, "memory_bytes": memory}

    async def end(self, deployment: str) -> None:
        """Drains and ends a deployment: its doors are closed, what is in flight is answered, then it stops.

        When this returns nobody of it is left who could accept at a door: only then may a door be another's.
        """
        kept = self._kept.get(deployment)
        if kept is None:
            return
        kept.ending = True
        self._journal.drop_spec(deployment)
        self._departures.hurry(deployment)
        for post in list(kept.posts.values()):
            self._dismiss(kept, post)
        while kept.departures:
            await asyncio.wait(kept.departures)
        self._kept.pop(deployment, None)

    def instances(self) -> list[Instance]:
        standing = [post.instance for kept in self._kept.values() for post in kept.posts.values() if post.instance]
        return standing + self._departures.instances

    def deployments(self) -> list[str]:
        return list(self._kept)

    def attendance(self) -> list[Attendance]:
        self._rings.tidy()
        return [
            Attendance(
                name, kept.spec.instances,
                {door: post.instance.state if post.instance else "" for door, post in kept.posts.items()},
                kept.woken, kept.refused,
            )
            for name, kept in self._kept.items()
        ]  # fmt: skip

    async def usage(self) -> list[Usage]:
        """Of every instance that is ready."""
        groups = [(one.id, self._engine.cgroup_of(one.id)) for one in self.instances() if one.state == states.READY]
        return await asyncio.to_thread(_read_usage, groups)

    async def measure(self) -> dict[str, int]:
        """Proportional memory of each instance, in bytes."""
        names = [one.id for one in self.instances()]
        return await asyncio.to_thread(lambda: {name: self._starter.memory_of(name) for name in names})

    def ends(self, after: int) -> list[End]:
        return self._departures.ends(after)

    def capacity(self) -> Capacity:
        return Capacity(self._memory, self._promised(), machine.free_memory(), self._departures.memory)

    def _promised(self) -> int:
        standing = sum(
            kept.spec.sandbox.memory
            for kept in self._kept.values()
            for post in kept.posts.values()
            if post.instance or post.starting
        )
        return standing + self._departures.memory

    # The life of node

    async def start(self, *, fresh: bool = False) -> None:
        """Adopts what the journal names and still lives; buries what died; removes what nobody knows.

        `fresh`: the sockets are new ones, so that whoever still lives listens where nobody can reach it.
        """
        specs, instances = self._journal.read()
        adopted: dict[str, list[Instance]] = {}
        leaving: list[Instance] = []
        for one in instances:
            spec = specs.get(one.deployment)
            alive = not fresh and one.pid and spawn.started_at(one.pid) == one.pid_started
            if spec is None or not alive or one.state == states.STARTING or not self.pool.hold(one.slot):
                gone = one.state == states.READY and not fresh and spec is not None
                await self._departures.remove(one, states.EXIT if gone else states.STOPPED, "ended while node was away")
            elif one.state == states.READY and one.door in (spec.active or spec.doors[:1]):
                adopted.setdefault(one.deployment, []).append(one)
            else:
                leaving.append(one)
        living = [*(one for listed in adopted.values() for one in listed), *leaving]
        known = {one.id for one in living}
        await self.logs.outputs.keep(sorted(known))
        for one in living:
            # Node may have ended before it said whose their output is.
            self._background.run(self._starter.assign_output(specs[one.deployment], one))
        self._rings.recover({one.id: one.pid for one in living})
        strangers = [container for container in self._engine.containers() if container not in known]
        await asyncio.gather(*(self._engine.delete(container) for container in strangers))
        await self.pool.holders.recover({one.slot: holder(specs[one.deployment], one) for one in living})
        for spec in specs.values():
            self._take_up(spec, adopted.get(spec.deployment, ()))
        for one in leaving:
            kept = self._kept[one.deployment]
            self._departures.see_off(kept, one)
            self._departures.begin(kept, self._departures.let_go(kept, one))
        self.pool.start()
        self._steady = _spawn(self._keep_steady())

    def _take_up(self, spec: Spec, adopted: Sequence[Instance]) -> None:
        # It may have been woken a moment before this node's predecessor ended, which had no time to write it down.
        spec = replace(spec, instances=max(spec.instances, len(adopted)))
        kept = self._kept[spec.deployment] = Kept(spec, proven=True)
        kept.posts = {one.door: Post(one.door, one) for one in adopted}
        self._arrange(kept)

    async def stop(self) -> None:
        """Ends every container at once, keeping the journal: the next start brings all of it back."""
        if self._steady is not None:
            self._steady.cancel()
        for kept in self._kept.values():
            kept.ending = True
            for post in kept.posts.values():
                if post.task is not None:
                    post.task.cancel()
                if post.departure is not None and not post.leaving:
                    post.departure.cancel()
        listed = self.instances()
        for one in listed:
            self._engine.kill(one.pid, one.pid_started, signal.SIGTERM)
        await asyncio.gather(*(self._stop_instance(one) for one in listed), self.pool.stop())
        await self._background.wait()

    async def _stop_instance(self, one: Instance) -> None:
        await self._departures.gone(one, 3.0)
        await self._departures.remove(one, states.STOPPED, "the platform stopped")

    # Which posts there are

    def _arrange(self, kept: Kept) -> None:
        """Brings the posts to what the spec says. What is to leave does so in the background, once others answer."""
        spec = kept.spec
        self.pool.expect(spec.sandbox.ground)
        self.pool.expect_kind(spec)
        wanted = spec.active or spec.doors[:1]
        for door in wanted:
            post = kept.posts.get(door)
            if post is None or post.leaving:
                post = kept.posts[door] = Post(door)
            if post.task is None or post.task.done():
                post.task = _spawn(self._tend(kept, post))
            post.turn.set()
        for door, post in list(kept.posts.items()):
            if door not in wanted and post.departure is None:
                post.departure = self._departures.begin(kept, self._leave_once_replaced(kept, post))

    def _dismiss(self, kept: Kept, post: Post) -> None:
        """It leaves now, whoever else answers; once, however often it is asked to."""
        if not post.leaving:
            if post.departure is not None:
                post.departure.cancel()
            post.departure = self._departures.begin(kept, self._departures.leave(kept, post))

    async def _leave_once_replaced(self, kept: Kept, post: Post) -> None:
        for other in list(kept.active):
            await other.ready.wait()
        if post.door in (kept.spec.active or kept.spec.doors[:1]):
            post.departure = None  # It is wanted again meanwhile.
            return
        await self._departures.leave(kept, post)

    # One post

    async def _tend(self, kept: Kept, post: Post) -> None:
        """One door for as long as its deployment is wanted there."""
        kept.proven = kept.proven or post.instance is not None
        await self._take_socket(kept, post)
        while not kept.ending and not post.leaving:
            if post.instance is None and not kept.spec.instances:
                await self._sleep(kept, post)
            try:
                if post.instance is None:
                    await self._take_socket(kept, post)
                    await self._start(kept, post)
                await self._welcome(kept, post)
                if await self._watch(kept, post) == states.STOPPED:
                    continue
            except Exception as error:
                failed = error if isinstance(error, StartFailed) else StartFailed("start", f"{error!r}")
                if failed.step != "capacity":
                    log.warning("%s: %s: %s", kept.spec.label, failed.step, failed)
                await self._note_failure(kept, post, failed)
                self._bury(kept, post, states.NOT_STARTED, f"did not start ({failed.step})")
                if not kept.proven:
                    return
            post.deaths = [*post.deaths[-20:], time.time()]
            post.restarts += 1
            if not kept.ending:
                await self._pause(kept, post)

    async def _take_socket(self, kept: Kept, post: Post) -> None:
        """The supervisor holds it, and may be away for a moment. One that is shut is replaced by a new one."""
        while post.socket < 0 or post.shut:
            try:
                former = post.socket
                post.socket = await self._sockets.listener(post.door, kept.spec.deployment, renew=post.shut)
                post.shut = False
                if former >= 0:
                    os.close(former)
            except OSError as error:
                log.warning("door %d: %s", post.door, error)
                await asyncio.sleep(_AGAIN)

    async def _pause(self, kept: Kept, post: Post) -> None:
        """Before a next start. While nobody answers for long, who comes is told so at once instead of waiting."""
        pause = restart.decide(time.time(), post.deaths).pause
        shut = pause >= restart.LONG and not kept.answers
        if shut:
            await self._gates.close(kept, post)
        await asyncio.sleep(pause)
        if shut:
            await self._gates.open(kept, post)

    async def _start(self, kept: Kept, post: Post) -> None:
        async with kept.starts:
            await self._start_one(kept, post)

    async def _start_one(self, kept: Kept, post: Post) -> None:
        deadline = time.monotonic() + _ROOM
        while not (fit := capacity.fits(self._memory, self._promised(), kept.spec.sandbox.memory)).fits:
            # Control sees who was refused, and puts to sleep what has nothing to do.
            kept.refused = fit.reason
            if time.monotonic() > deadline:
                raise StartFailed("capacity", fit.reason)
            await asyncio.sleep(_LOOK)
        kept.refused, post.starting = "", True
        try:
            await self._starter.start(kept, post)
        finally:
            post.starting = False

    async def _sleep(self, kept: Kept, post: Post) -> None:
        """Until somebody knocks. The door stays open: who comes waits in the kernel."""
        await self._gates.open(kept, post)
        post.failure = None
        post.settled.set()
        loop = asyncio.get_running_loop()
        try:
            while not kept.spec.instances:
                loop.remove_reader(post.socket)
                await self._take_socket(kept, post)
                # Each time: a knock takes the reader away, and may have been answered by a wish to sleep on.
                loop.add_reader(post.socket, self._knock, kept, post)
                post.turn.clear()
                await post.turn.wait()
        finally:
            loop.remove_reader(post.socket)
        post.settled.clear()

    def _knock(self, kept: Kept, post: Post) -> None:
        if not kept.spec.instances:
            kept.woken += 1
            kept.spec = replace(kept.spec, instances=1)
            self._background.run(self._write_down(kept))
        post.turn.set()
        asyncio.get_running_loop().remove_reader(post.socket)

    async def _write_down(self, kept: Kept) -> None:
        """Later: nothing on the way to the first byte waits for it."""
        await asyncio.sleep(_LATER)
        if not kept.ending:
            self._journal.keep_spec(kept.spec)

    async def _welcome(self, kept: Kept, post: Post) -> None:
        assert post.instance is not None
        post.failure, kept.proven = None, True
        post.ready.set()
        post.settled.set()
        await self._gates.open(kept, post)

    async def _watch(self, kept: Kept, post: Post) -> str:
        """Waits for the end of an instance, ends one that hangs, lets one go that is to sleep. Returns what it was."""
        one, spec = post.instance, kept.spec
        assert one is not None
        ended, turn = _spawn(spawn.wait(one.pid)), _spawn(post.turn.wait())
        hangs = _spawn(probe.until_hung(self._sockets.door_path(one.door), spec.hang))
        try:
            while not ended.done() and not hangs.done() and not post.shut:
                if turn.done():
                    post.turn.clear()
                    turn = _spawn(post.turn.wait())
                await asyncio.wait({ended, hangs, turn}, return_when=asyncio.FIRST_COMPLETED)
                if not kept.spec.instances and not ended.done():
                    # No probe may wait at the door once nobody stands there: it would wake the next.
                    hangs.cancel()
                    await asyncio.gather(hangs, return_exceptions=True)
                    self._put_to_sleep(kept, post)
                    return states.STOPPED
            dead, shut = ended.done(), post.shut
            if not dead:
                self._engine.kill(one.pid, one.pid_started, signal.SIGKILL)
            status = await ended
        finally:
            for task in (hangs, ended, turn):
                task.cancel()
        if dead:
            kind, cause = find_cause(self._engine, one, status, spec.sandbox.memory)
        elif shut:
            kind, cause = states.SHUT_LISTENER, "it shut its listener down; the next instance has a new one"
        else:
            kind, cause = states.HUNG, f"hung: no answer to the probe for {spec.hang:g} s"
        self._bury(kept, post, kind, cause)
        return kind

    def _put_to_sleep(self, kept: Kept, post: Post) -> None:
        """The instance takes no more and goes once the edge has closed its connections; the door is free at once."""
        one, post.instance = post.instance, None
        post.ready.clear()
        assert one is not None
        self._departures.see_off(kept, one)
        self._departures.begin(kept, self._departures.let_go(kept, one))

    async def _note_failure(self, kept: Kept, post: Post, error: StartFailed) -> None:
        """Tells who waits. The first start of all is not repeated: it is for the release to decide."""
        one = post.instance
        tail = []
        if one is not None:
            await self._starter.read_output(kept.spec, one)
            tail = self.logs.words(kept.spec.application, one.id, 20)
        post.failure = {"step": error.step, "message": str(error), "log": tail}
        post.settled.set()

    def _bury(self, kept: Kept, post: Post, kind: str, cause: str) -> None:
        """Takes a dead instance from its door; what is left of it is removed while the next one starts."""
        one, post.instance = post.instance, None
        post.ready.clear()
        if one is not None:
            self._departures.begin(kept, self._departures.bury(kept, post, one, kind, cause))

    # All doors

    async def _keep_steady(self) -> None:
        """Holds the edge to what is true here: after its restart, or when a command was lost."""
        while True:
            await asyncio.sleep(_STEADY)
            try:
                self._check_listeners()
                await self._gates.correct(list(self._kept.values()))
                await asyncio.to_thread(self._weights.look, self._groups())
            except Exception:
                log.exception("a steady round failed; the next one follows")

    def _check_listeners(self) -> None:
        """Whatever a script did to the listener that it shares with us is put right, or ends its instance."""
        for kept in self._kept.values():
            for post in kept.posts.values():
                if post.socket < 0 or post.leaving or post.shut:
                    continue
                post.shut = not listeners.restore(post.socket)
                if post.shut:
                    log.warning("%s shut its listener at door %d; it is bound anew", kept.spec.label, post.door)
                    post.turn.set()

    def _groups(self) -> list[tuple[str, float]]:
        return [
            (self._engine.cgroup_of(post.instance.id), kept.spec.sandbox.cpu)
            for kept in self._kept.values()
            for post in kept.posts.values()
            if post.instance is not None and post.ready.is_set()
        ]


def _read_usage(groups: Sequence[tuple[str, str]]) -> list[Usage]:
    return [Usage(name, cgroups.memory_in_use(group), cgroups.cpu_seconds(group)) for name, group in groups]
