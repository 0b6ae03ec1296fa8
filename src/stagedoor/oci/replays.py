"""Runs recordings again in a container that has no way out at all, with the hash seed of the instance they are from."""

import asyncio
import json
import os
import secrets
import socket
import struct
from collections.abc import AsyncIterator, Sequence

import msgspec

from stagedoor.model.recording import Outcome
from stagedoor.model.replay import Job, Replay
from stagedoor.oci import catalogue, cgroups, launch
from stagedoor.oci.launch import Channel
from stagedoor.oci.runc import Engine

_LENGTH = struct.Struct("<I")
_LONGEST_START = 60.0
_NICE = 19
_WEIGHT = 0.02  # Of a core, where others want it.
_MOST = 5_000_000  # Bytes of an outcome: it comes from inside a container.
_MOST_PROCESSES = 10
_decode = msgspec.msgpack.Decoder(Outcome, strict=False).decode


class ReplayFailed(Exception):
    """The script could not be loaded; with what it said."""


async def run(engine: Engine, wanted: Replay) -> AsyncIterator[Outcome]:
    """What each came to, in their order. A replay that hangs or kills its process costs that one, and a new process for
    the others, so many times. Raises EngineError, ReplayFailed.
    """
    left = list(wanted.jobs)
    for _ in range(_MOST_PROCESSES):
        async for outcome in _run(engine, wanted, left):
            del left[0]
            yield outcome
        if not left:
            return
    for job in left:
        yield Outcome(job.recording.id, failed="it was not run: too many before it ended their process")


async def _run(engine: Engine, wanted: Replay, jobs: Sequence[Job]) -> AsyncIterator[Outcome]:
    """As far as one process goes."""
    container = f"r{secrets.token_hex(4)}"
    output = os.memfd_create("output", os.MFD_CLOEXEC)
    try:
        running = await launch.launch(
            engine, container, wanted.sandbox, extra=[engine.catalogue.mount], seed=wanted.birth.seed, nice=_NICE
        )
        try:
            # It stays as slow as it was begun: whoever serves comes first.
            sandbox = wanted.sandbox
            cgroups.limit(engine.cgroup_of(container), sandbox.memory, sandbox.cpu, sandbox.processes)
            cgroups.weigh(engine.cgroup_of(container), _WEIGHT)
            await _prepare(running.channel, wanted)
            boot = {**wanted.boot, "catalogue": catalogue.SERVICES}
            channel = await begin(running.channel, wanted, boot, output)
            try:
                for job in list(jobs):
                    outcome, lives = await _one(channel, job, wanted.timeout)
                    yield outcome
                    if not lives:
                        return
            finally:
                channel.close()
        finally:
            running.channel.close()
    finally:
        os.close(output)
        await asyncio.shield(engine.delete(container))


async def _prepare(orders: Channel, wanted: Replay) -> None:
    """Imports what the recorded instance had imported before it was anybody's. Raises ReplayFailed."""
    modules = wanted.birth.prepared
    if not modules:
        return
    paths = [mount.target for mount in wanted.sandbox.mounts if mount.target == "/layer"]
    orders.order("prepare", json.dumps({"paths": paths, "modules": modules}).encode())
    async with asyncio.timeout(_LONGEST_START):
        if await orders.line() is None:
            raise ReplayFailed("the script's dependencies could not be imported")


async def begin(
    orders: Channel, wanted: Replay, boot: dict[str, object], output: int, folder: str = "/app"
) -> socket.socket:
    """The container loads the script; the socket on which it takes recordings. Raises ReplayFailed."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    try:
        content = {"boot": boot, "birth": wanted.birth, "pace": wanted.pace, "forks": wanted.fresh}
        handed = [output, theirs.fileno()]
        orders.order("replay", msgspec.msgpack.encode(content), handed, wanted.sandbox, folder)
        async with asyncio.timeout(_LONGEST_START if not boot.get("debug") else None):
            told = await orders.line()
    except (TimeoutError, OSError) as error:
        ours.close()
        raise ReplayFailed(f"the script was not loaded: {str(error) or 'it took too long'}") from None
    finally:
        theirs.close()
    if told is None or "failed" in told:
        ours.close()
        raise ReplayFailed(f"the script was not loaded: {(told or {}).get('message', 'its process ended')}")
    return ours


async def _one(channel: socket.socket, job: Job, timeout: float) -> tuple[Outcome, bool]:
    """(what it came to, whether its process takes another one)."""
    try:
        async with asyncio.timeout(timeout):
            return await ask(channel, job), True
    except TimeoutError:
        return Outcome(job.recording.id, failed=f"it did not end within {timeout:g} s"), False
    except (OSError, EOFError, ValueError, msgspec.MsgspecError):
        return Outcome(job.recording.id, failed="its process ended before it answered"), False


async def ask(channel: socket.socket, job: Job) -> Outcome:
    """Raises OSError, EOFError when the process is gone."""
    loop = asyncio.get_running_loop()
    content = msgspec.msgpack.encode(job)
    await loop.sock_sendall(channel, _LENGTH.pack(len(content)) + content)
    length = _LENGTH.unpack(await _exactly(channel, _LENGTH.size))[0]
    if length > _MOST:
        raise EOFError("it says more than an answer may be")
    return _decode(await _exactly(channel, length))


async def _exactly(channel: socket.socket, size: int) -> bytes:
    loop = asyncio.get_running_loop()
    parts, left = [], size
    while left:
        data = await loop.sock_recv(channel, min(left, 1 << 20))
        if not data:
            raise EOFError("the process ended")
        parts.append(data)
        left -= len(data)
    return b"".join(parts)
