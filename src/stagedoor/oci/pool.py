"""The warm pool: containers that wait ahead, in slots of their own, until a version needs one at once.

A container of the pool is nobody's: interpreter and runtime, nothing of anybody's code. Some are prepared for one set
of dependencies, which they have imported. Each becomes an instance once, and is never used again.
"""

import asyncio
import contextlib
import json
import logging
import os
import time
from collections import Counter, defaultdict, deque
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from stagedoor.decide import pool as decide
from stagedoor.model.deployment import Ground, Mount, Sandbox, Spec
from stagedoor.oci import launch, mounts, spawn, spec
from stagedoor.oci.ports import Outputs, Slots, Sockets
from stagedoor.oci.runc import Engine, EngineError

log = logging.getLogger("stagedoor.pool")

EGRESS = "/run/stagedoor/egress.sock"
_QUIETLY = 10  # The refill gives way to whatever serves, where its containers can be made quicker again.
_SYS_NICE = 23
_PAUSE = 0.02
_VACATE_PAUSE_S = 0.2
_PATIENCE = 60.0
_LONGEST_IMPORT = 20.0
_LONGEST_WAIT = 5.0  # Seconds for a slot that is about to be free.
_REMEMBERED = 500
_NOBODYS_MEMORY = 256_000_000

Kind = tuple[Ground, str, tuple[str, ...]]


@dataclass(slots=True)
class Blank:
    """A container that waits in a slot. `given` is the folder below which its code arrives, None for one of a cold
    start, which has everything. `output` is the end of its pipe that writes. `kind` is what it has imported.
    """

    running: launch.Running
    slot: int
    given: Path | None
    output: int
    kind: Kind | None = None


class NoSlot(Exception):
    """All slots of this machine are held."""


class Pool:
    """`least` wait always; up to `most` wait after a burst, prepared ones included."""

    def __init__(
        self, engine: Engine, sockets: Sockets, holders: Slots, outputs: Outputs, folder: Path, slots: int, least: int,
        most: int, *, propagates: bool,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._sockets = sockets
        self.holders = holders
        self._outputs = outputs
        self._folder = folder
        self._free = list(range(slots - 1, -1, -1))
        self._least, self._most = least, most
        self._propagates = propagates
        self._blanks: dict[Ground, deque[Blank]] = defaultdict(deque)
        self._prepared: dict[Kind, deque[Blank]] = defaultdict(deque)
        self._starts: dict[Ground, deque[float]] = defaultdict(lambda: deque(maxlen=_REMEMBERED))
        self._kind_starts: dict[Kind, deque[float]] = {}
        self._preparing: Counter[Kind] = Counter()
        self._refused: set[Kind] = set()
        self._short = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._made: set[asyncio.Task[None]] = set()

    # Slots

    def hold(self, slot: int) -> bool:
        """An instance that was adopted has it. False when there is no such slot any more."""
        if slot not in self._free:
            return False
        self._free.remove(slot)
        return True

    def free(self, slot: int) -> None:
        self._free.append(slot)
        self._short.set()

    # What waits

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._refill())

    def expect(self, ground: Ground) -> None:
        """Containers of this ground wait from now on."""
        if ground.mounts and ground not in self._starts:
            self._starts[ground] = deque(maxlen=_REMEMBERED)
            self._short.set()

    def expect_kind(self, spec: Spec) -> None:
        """A version that may start soon: one that has its dependencies imported waits for it."""
        kind = kind_of(spec)
        if kind is not None and self._propagates and kind not in self._refused:
            self._kind_starts.setdefault(kind, deque([time.monotonic()], maxlen=_REMEMBERED))
            self._short.set()

    def waiting(self) -> dict[str, int]:
        return {
            "generic": sum(map(len, self._blanks.values())),
            "prepared": sum(map(len, self._prepared.values())),
            "free_slots": len(self._free),
        }

    async def take(self, wanted: Spec, *, urgent: bool) -> Blank:
        """A container for `wanted`: prepared for it, else a generic one, else a new one. Raises NoSlot, EngineError.

        `urgent`: somebody waits and nobody else answers. Whoever has instances already leaves some for those.
        """
        ground, kind = wanted.sandbox.ground, None if wanted.measure else kind_of(wanted)
        if not ground.mounts or not self._propagates:
            return await self._make_cold(wanted.sandbox)
        now = time.monotonic()
        self._starts[ground].append(now)
        if kind is not None and kind not in self._refused:
            self._kind_starts.setdefault(kind, deque(maxlen=_REMEMBERED)).append(now)
        self._short.set()
        deadline, reserve = now + _LONGEST_WAIT, 0 if urgent else self._least // 2
        while True:
            blank = None
            if kind is not None and self._prepared[kind]:
                blank = self._prepared[kind].popleft()
            elif len(self._blanks[ground]) > reserve:
                blank = self._blanks[ground].popleft()
            if blank is not None:
                if blank.running.channel.lives():
                    return blank
                self._drop(blank)  # The kernel may have ended it: under pressure these are the first to go.
                continue
            if self._free or not await self._make_room(deadline):
                return await self._make(ground, nice=0 if urgent or not _may_hurry() else _QUIETLY)

    async def _make_room(self, deadline: float) -> bool:
        """What waits for somebody else gives its slot; else one that is being made or freed is waited for."""
        for waiting in (*self._prepared.values(), *self._blanks.values()):
            if waiting:
                await asyncio.shield(self._drop(waiting.popleft()))
                return True
        await asyncio.sleep(_PAUSE)
        return time.monotonic() < deadline

    async def stop(self) -> None:
        tasks = [task for task in (self._task, *self._made) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for waiting in (*self._blanks.values(), *self._prepared.values()):
            while waiting:
                await self._end(waiting.popleft())

    # Making

    async def _refill(self) -> None:
        while True:
            self._short.clear()
            try:
                missing = self._missing()
                if missing is None:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._short.wait(), _PATIENCE)
                    continue
                ground, kind = missing
                blank = await self._make(ground, nice=_QUIETLY if _may_hurry() else 0)
                if kind is None:
                    self._blanks[ground].append(blank)
                else:
                    self._preparing[kind] += 1
                    self._beside(self._prepare(blank, kind))
            except NoSlot:
                await asyncio.sleep(1.0)
            except Exception as error:
                # Whatever it was, others need containers as well.
                log.warning("the pool: %r", error)
                await asyncio.sleep(1.0)

    def _missing(self) -> tuple[Ground, Kind | None] | None:
        """What to make next; generic ones first, since they serve anybody."""
        now = time.monotonic()
        self._drop_surplus(now)
        if not self._free:
            return None
        for ground in self._starts:
            if len(self._blanks[ground]) < self._generic(now, ground):
                return ground, None
        for kind, wanted in self._kinds(now):
            if len(self._prepared[kind]) + self._preparing[kind] < wanted:
                return kind[0], kind
        return None

    def _kinds(self, now: float) -> Iterator[tuple[Kind, int]]:
        """Each kind with how many of it are to wait, what started last first, as far as there is room."""
        room = self._most
        for kind, starts in sorted(self._kind_starts.items(), key=lambda pair: -pair[1][-1]):
            wanted = decide.prepared(now, list(starts), room).waiting
            room -= wanted
            yield kind, wanted

    def _drop_surplus(self, now: float) -> None:
        """What no burst of the last minutes would need is ended."""
        for kind, wanted in self._kinds(now):
            while len(self._prepared[kind]) > wanted:
                self._drop(self._prepared[kind].popleft())
        for ground in self._starts:
            while len(self._blanks[ground]) > self._generic(now, ground):
                self._drop(self._blanks[ground].popleft())

    def _generic(self, now: float, ground: Ground) -> int:
        return decide.generic(now, list(self._starts[ground]), self._least, self._most).waiting

    async def _make(self, ground: Ground, *, nice: int) -> Blank:
        """A container that is nobody's. Raises NoSlot, EngineError, OSError."""
        slot = self._take_slot()
        given = self._folder / str(slot)
        try:
            for name in spec.GIVEN:
                (given / name).mkdir(parents=True, exist_ok=True)
            mounts.share(given)
            return await self._launch(slot, _nobody(ground), given, nice)
        except BaseException:
            # Nothing stays mounted: the next try in this slot would double it.
            mounts.release(given)
            self.free(slot)
            raise

    async def _make_cold(self, sandbox: Sandbox) -> Blank:
        """Where nothing can be given later: a container of this version from the start."""
        slot = self._take_slot()
        try:
            return await self._launch(slot, sandbox, None, 0)
        except BaseException:
            self.free(slot)
            raise

    def _take_slot(self) -> int:
        if not self._free:
            raise NoSlot
        return self._free.pop()

    async def _launch(self, slot: int, sandbox: Sandbox, given: Path | None, nice: int) -> Blank:
        """Its pipe is made now: nothing on the way to a first byte waits for it."""
        name = launch.name()
        output = await self._outputs.make(name)
        try:
            running = await launch.launch(
                self._engine, name, sandbox, extra=self._ways_out(slot), given=given, place=slot, nice=nice,
                network=await self._sockets.network(slot),
            )  # fmt: skip
        except BaseException:
            os.close(output)
            await self._outputs.discard(name)
            raise
        return Blank(running, slot, given, output)

    def _ways_out(self, slot: int) -> list[Mount]:
        return [Mount(str(self._sockets.slot_path(slot)), EGRESS), self._engine.catalogue.mount]

    async def _prepare(self, blank: Blank, kind: Kind) -> None:
        """Has a container import the dependencies of a kind. What does so badly is left to the version itself."""
        _, layer, modules = kind
        assert blank.given is not None
        try:
            if layer:
                mounts.attach(Path(layer), blank.given / "layer")
            order = {"paths": ["/layer"] if layer else [], "modules": modules}
            blank.running.channel.order("prepare", json.dumps(order).encode())
            async with asyncio.timeout(_LONGEST_IMPORT):
                told = await blank.running.channel.line()
            if told is None:
                raise EngineError("the process ends")
        except (EngineError, OSError) as error:
            log.warning("the dependencies in %s are not imported ahead: %r", layer, error)
            self._refused.add(kind)
            self._kind_starts.pop(kind, None)
            self._drop(blank)
        else:
            blank.kind = kind
            self._prepared[kind].append(blank)
        finally:
            self._preparing[kind] -= 1

    def _drop(self, blank: Blank) -> "asyncio.Task[None]":
        return self._beside(self._end(blank))

    def _beside(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        self._made.add(task)
        task.add_done_callback(self._made.discard)
        return task

    async def _end(self, blank: Blank) -> None:
        blank.running.channel.close()
        let_go(blank)
        await self._engine.delete(blank.running.id)
        await self._outputs.discard(blank.running.id)
        await spawn.ended(blank.running.pid, blank.running.started, _PATIENCE)
        await self._vacate(blank.slot)
        self.free(blank.slot)

    async def _vacate(self, slot: int) -> None:
        """What it imported ahead may have called out: nothing of that reaches who comes next."""
        while True:
            try:
                return await self.holders.vacate(slot)
            except OSError as error:
                log.warning("slot %d is not free yet: %s", slot, error)
                await asyncio.sleep(_VACATE_PAUSE_S)


def kind_of(spec: Spec) -> Kind | None:
    """What a container can be prepared for; None for a version whose imports are not worth it."""
    if not spec.preload:
        return None
    layer = next((one.source for one in spec.sandbox.mounts if one.target == "/layer"), "")
    return spec.sandbox.ground, layer, spec.preload


@cache
def _may_hurry() -> bool:
    """Whether this process may make another one quicker; else none is made slow in the first place."""
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("CapEff"))
    return bool(int(line.split()[1], 16) >> _SYS_NICE & 1)


def _nobody(ground: Ground) -> Sandbox:
    return Sandbox(ground.python, (), _NOBODYS_MEMORY, 1.0, 64, 1, shared=ground.mounts)


def become(blank: Blank, wanted: Sandbox, engine: Engine) -> None:
    """Gives a waiting container its code and its limits. Raises OSError."""
    blank.running.become(engine, wanted)
    if blank.given is None:
        return
    prepared = blank.kind[1] if blank.kind else ""
    for one in wanted.mounts:
        if one.source != prepared:
            mounts.attach(Path(one.source), blank.given / one.target.lstrip("/"))
    mounts.attach_memory(blank.given / "tmp", spec.memory_options(wanted.tmp))


def let_go(blank: Blank) -> None:
    """Once it has become somebody's: it keeps what it has, and nothing is left here."""
    if blank.output >= 0:
        os.close(blank.output)
        blank.output = -1
    if blank.given is not None:
        mounts.release(blank.given)
