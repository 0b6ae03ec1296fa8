"""A live instance looked into without stopping it: the profiler from outside, the runtime's own word at its door.

What the instance says is evidence. When its event loop does not answer, the profiler says where it stands.
"""

import asyncio
import time
from pathlib import Path
from typing import Any

from stagedoor.model import flame
from stagedoor.model import instance as states
from stagedoor.model.errors import Conflict, Missing, Unavailable
from stagedoor.model.instance import Instance
from stagedoor.model.profile import RATE, Blocked, Memory, MemoryShare, Profile, Waiting
from stagedoor.oci import cgroups, evidence, probe, profiler, spawn
from stagedoor.oci.keeper import Keeper
from stagedoor.oci.ports import Sockets
from stagedoor.oci.runc import Engine
from stagedoor.untrusted import decode_json

_PATIENCE = 1.0  # Seconds until a loop that does not answer counts as blocked.
_LONG_PATIENCE = 10.0
_LARGEST = 8_000_000
_AT_ONCE = 4  # Profiles on this machine.


class Profiles:
    """Raises Missing for an instance that is gone, Conflict for one that is profiled already, Unavailable."""

    def __init__(self, keeper: Keeper, engine: Engine, sockets: Sockets) -> None:
        self._keeper = keeper
        self._engine = engine
        self._sockets = sockets
        self._profiled: set[str] = set()
        self._program = profiler.find()

    def _find(self, name: str) -> Instance:
        for one in self._keeper.instances():
            if one.id == name and one.pid and spawn.started_at(one.pid) == one.pid_started:
                return one
        raise Missing(f"there is no instance {name!r}", hint="`stagedoor instances` lists them")

    async def profile(self, name: str, seconds: int) -> Profile:
        one, group = self._find(name), self._engine.cgroup_of(name)
        if name in self._profiled:
            raise Conflict(f"{name} is being profiled already", hint="wait until that ends")
        if len(self._profiled) >= _AT_ONCE:
            raise Conflict(f"{_AT_ONCE} profiles are under way on this machine", hint="wait until one ends")
        self._profiled.add(name)
        began, used = time.monotonic(), cgroups.cpu_seconds(group)
        try:
            text, samples, misses = await profiler.record(self._require_program(), one.pid, seconds)
        except profiler.ProfilerError as error:
            raise Unavailable(f"{name}: {error}") from None
        finally:
            self._profiled.discard(name)
        took = time.monotonic() - began
        cores = max(0.0, cgroups.cpu_seconds(group) - used) / took
        return await asyncio.to_thread(make_profile, name, took, samples, misses, cores, text)

    def _require_program(self) -> str:
        if not self._program:
            raise Unavailable("there is no profiler", hint="install py-spy beside Stagedoor")
        return self._program

    async def waiting(self, name: str) -> Waiting:
        one = self._find(name)
        told = await self._ask(one, "waiting", _PATIENCE)
        if told is None:
            return Waiting(name, [], 0, [], await self._look_from_outside(one))
        requests, total, others = evidence.read_requests(told)
        return Waiting(name, requests, total, others, None)

    async def memory(self, name: str, apart: int) -> Memory:
        """With `apart`, two looks so many seconds apart, and what grew between them."""
        one = self._find(name)
        share = cgroups.memory_share(self._engine.cgroup_of(name))
        if not share.has_room:
            return _without_types(name, share, "so near its limit, a look at the objects could end it", None)
        first = await self._census(one) if apart else None
        if apart and first is not None:
            await asyncio.sleep(apart)
        last = await self._census(self._find(name)) if first is not None or not apart else None
        share = cgroups.memory_share(self._engine.cgroup_of(name))  # As it is after the look.
        if last is None:
            blocked = await self._look_from_outside(one)
            return _without_types(name, share, blocked.reason, blocked)
        types = evidence.compare(evidence.read_types(first) if first else None, evidence.read_types(last))
        return Memory(name, share, types, *evidence.read_census(last), float(apart), "", None)

    async def _census(self, one: Instance) -> Any:
        """None when the loop is blocked: a look takes its time only where the loop turns."""
        if one.state != states.READY or not await probe.alive(self._sockets.door_path(one.door), _PATIENCE):
            return None
        return await self._ask(one, "memory", _LONG_PATIENCE)

    async def _ask(self, one: Instance, what: str, patience: float) -> Any:
        if one.state != states.READY:
            return None
        return await ask(self._sockets.door_path(one.door), one.id, what, patience)

    async def _look_from_outside(self, one: Instance) -> Blocked:
        reason = f"the event loop did not answer within {_PATIENCE:g} s: something holds it"
        if one.state != states.READY:
            reason = f"the instance is {one.state}, and does not answer at its door"
        try:
            told = await profiler.dump(self._require_program(), one.pid)
        except profiler.ProfilerError as error:
            raise Unavailable(f"{one.id}: {reason}; {error}") from None
        return Blocked(reason, evidence.read_threads(told))


def _without_types(name: str, share: MemoryShare, reason: str, blocked: Blocked | None) -> Memory:
    return Memory(name, share, [], 0, 0, 0.0, 0.0, reason, blocked)


def make_profile(name: str, took: float, samples: int, misses: int, cores: float, text: str) -> Profile:
    """What the folded lines come to."""
    stacks = flame.busy(flame.read(text))
    busy = sum(one.count for one in stacks)
    return Profile(
        name, round(took, 3), RATE, samples, busy, misses, round(cores, 3),
        flame.hottest(stacks), flame.heaviest(stacks), flame.tree(stacks),
    )  # fmt: skip


async def ask(door: Path, instance: str, what: str, patience: float) -> Any:
    """The runtime's answer, as it stands; None when none came in time, or when somebody else stands at the door."""
    request = f"REPORT /.stagedoor/{what} HTTP/1.1\r\nhost: node\r\nconnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_unix_connection(str(door), limit=65536)
            try:
                writer.write(request.encode())
                return _read_answer(await _read_all(reader), instance)
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return None


async def _read_all(reader: asyncio.StreamReader) -> bytes:
    content = b""
    while len(content) <= _LARGEST and (part := await reader.read(65536)):
        content += part
    return content


def _read_answer(content: bytes, instance: str) -> Any:
    head, _, body = content.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    if len(content) > _LARGEST or not head.startswith(b"HTTP/1.1 200"):
        return None
    if b"stagedoor-instance: " + instance.encode() not in lines:
        return None
    try:
        told = decode_json(body)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
