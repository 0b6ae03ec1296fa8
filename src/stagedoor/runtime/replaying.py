"""Runs recordings again: the script as it was loaded, every API answer, every reading of clock and chance from a
recording, in virtual time.

Each recording is run in a fork of the loaded script, so that none sees what another left behind; under a debugger in
the process itself. What a run came to goes back as one message for each.
"""

import asyncio
import os
import resource
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from typing import NoReturn

import msgspec

from stagedoor.runtime import client, readings
from stagedoor.runtime.config import config, secrets
from stagedoor.runtime.connection import Connection, Settings
from stagedoor.runtime.exchange import Exchange
from stagedoor.runtime.loader import Boot, Loaded, LoadError, load
from stagedoor.runtime.output import forms, hide, open_output
from stagedoor.runtime.replayed import Asked, Birth, Divergence, Replayed, Script
from stagedoor.runtime.request import RawHeaders, Request
from stagedoor.runtime.serve import warm_up
from stagedoor.runtime.virtual import Loop
from stagedoor.runtime.wire import Streamed, WireError

_LENGTH = struct.Struct("<I")
_MOST = 64_000_000
_MOST_SAID = 4_000_000
_GRACE = 0.5
_FIELD = b"\r\n"


class Order(msgspec.Struct):
    """`pace`: 0 at once, 1 as it was recorded. `forks`: each recording in a process of its own."""

    boot: Boot
    birth: Birth
    pace: float = 0.0
    forks: bool = True


class Job(msgspec.Struct):
    """`faults`: by the number of a call, how it fails this time; -1: every call of the place that is named."""

    recording: Script
    faults: dict[int, str] = msgspec.field(default_factory=dict)


class Outcome(msgspec.Struct):
    id: str
    status: int = 0
    head: bytes = b""
    body: bytes = b""
    calls: list[Asked] = msgspec.field(default_factory=list)
    cpu: float = 0.0
    took: float = 0.0
    degraded: list[str] = msgspec.field(default_factory=list)
    divergences: list[Divergence] = msgspec.field(default_factory=list)
    failed: str = ""


class Answers:
    """The transport of a replay. `tape` is the one whose recording answers."""

    tape: Replayed | None = None

    def start(self, exchange: Exchange) -> None:
        exchange.retries = 0
        one = exchange.request.tape if exchange.request is not None else self.tape
        if one is None:
            exchange.fail("nothing is answered between recordings")
        else:
            one.answer(exchange)

    async def open(self, exchange: Exchange) -> Streamed:
        raise WireError("a stream is in no recording")

    def sweep(self) -> None: ...


def run(content: bytes, channel: socket.socket, report: Callable[[dict[str, object]], None]) -> None:
    """Until the channel ends. Calls `report` once: that the script is loaded, or why not."""
    order = msgspec.msgpack.decode(content, type=Order)
    boot = order.boot
    sys.stdout, sys.stderr = (open_output(number, boot.secrets, boot.log_rate) for number in (1, 2))
    if boot.debug:
        from stagedoor.runtime import debug

        debug.wait(boot.debug, boot.paths)
    try:
        with asyncio.Runner(loop_factory=Loop) as runner:
            _serve(runner, order, channel, report)
    except LoadError as error:
        message = hide(str(error), forms(boot.secrets))
        print(message, file=sys.stderr, flush=True)
        report({"failed": error.step, "message": message})
        sys.exit(3)


def _serve(
    runner: asyncio.Runner, order: Order, channel: socket.socket, report: Callable[[dict[str, object]], None]
) -> None:
    loaded = runner.run(_load(order, report))
    for content in _messages(channel):
        job = msgspec.msgpack.decode(content, type=Job)
        said, end = _fork() if order.forks else (b"", -1)
        if end >= 0 or not order.forks:
            said = msgspec.msgpack.encode(runner.run(_one(order, loaded, job)))
        if end >= 0:
            _say(end, said)
        said = said or msgspec.msgpack.encode(Outcome(job.recording.id, failed="the replay ended before its answer"))
        if len(said) > _MOST_SAID:
            said = msgspec.msgpack.encode(
                Outcome(job.recording.id, failed="its answer is larger than a replay's may be")
            )
        channel.sendall(_LENGTH.pack(len(said)) + said)


async def _load(order: Order, report: Callable[[dict[str, object]], None]) -> Loaded:
    """Raises LoadError."""
    boot, birth, answers = order.boot, order.birth, Answers()
    config.load(boot.config)
    secrets.load(boot.secrets)
    client.api.transport = answers
    client.api.unhurried = True
    client.api.catalogue.open(boot.catalogue)
    before = Replayed(_loop(), birth.script(), {})
    readings.outside = answers.tape = before
    loaded = load(boot)
    await warm_up(boot, loaded)
    readings.outside = answers.tape = None
    report({"loaded": True, "divergences": [f"{one.kind}: {one.what}" for one in before.divergences[:20]]})
    return loaded


def _loop() -> Loop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Loop)
    return loop


def _fork() -> tuple[bytes, int]:
    """What a fork said, and -1; in the fork itself nothing, and where to say it."""
    theirs, ours = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(theirs)
        return b"", ours
    os.close(ours)
    with open(theirs, "rb") as stream:
        said = stream.read()
    os.waitpid(pid, 0)
    return said, -1


def _say(end: int, said: bytes) -> NoReturn:
    """The last act of a fork."""
    sys.stdout.flush()
    sys.stderr.flush()
    with open(end, "wb") as stream:
        stream.write(said)
    os._exit(0)


async def _one(order: Order, loaded: Loaded, job: Job) -> Outcome:
    loop = _loop()
    loop.pace = order.pace
    loop.forget_threads()
    try:
        return await _replay(order.boot, loaded, job, loop)
    except Exception as error:
        return Outcome(job.recording.id, failed=f"{type(error).__name__}: {error}"[:500])


async def _replay(boot: Boot, loaded: Loaded, job: Job, loop: Loop) -> Outcome:
    recording = job.recording
    tape = Replayed(loop, recording, job.faults)
    settings = Settings(loaded.application, boot.instance, boot.body_limit, boot.request_timeout, boot.answer_limit)
    settings.now = loop.time()
    connection = Connection(settings, loop)
    connection.connection_made(_Nowhere())
    request = Request(recording.method, recording.target, _fields(recording.head), recording.body, recording.prefix)
    request.tape = tape
    began, used = loop.time(), _cpu()
    patience = 86_400.0 if boot.debug else boot.request_timeout
    client.api.forget()
    late = [
        loop.call_at(began + patience, connection.expire, began + patience + 1),
        loop.call_at(began + patience + _GRACE, tape.stop),
    ]
    connection.answer(request)
    await tape.over
    for one in late:
        one.cancel()
    tape.compare()
    return Outcome(
        recording.id, tape.status, tape.head, tape.body, tape.asked_calls, _cpu() - used, loop.time() - began,
        request.degraded or [], tape.divergences, tape.failed,
    )  # fmt: skip


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _fields(head: bytes) -> RawHeaders:
    lines = (line.partition(b": ") for line in head.split(_FIELD) if line)
    return [(name, value) for name, _, value in lines]


class _Nowhere(asyncio.Transport):
    """Where the answer would go: the tape has it."""

    def write(self, data: bytes | bytearray | memoryview) -> None: ...

    def is_closing(self) -> bool:
        return False

    def close(self) -> None: ...

    def abort(self) -> None: ...


def _messages(channel: socket.socket) -> Iterator[bytes]:
    """Blocking: between recordings nothing of the script runs."""
    with channel.makefile("rb") as stream:
        while len(label := stream.read(_LENGTH.size)) == _LENGTH.size:
            length = _LENGTH.unpack(label)[0]
            if length > _MOST:
                return
            content = stream.read(length)
            if len(content) < length:
                return
            yield content
