"""The life of an instance: load, warm up, say ready, serve on the door, drain, end.

Two signals end it. SIGUSR1: it accepts no more, tells its streams, and ends once the edge has closed its connections;
the runtime never closes an idle one first, so that no request meets a closed door. SIGTERM: what is being answered has
the grace, then it ends.
"""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from inspect import isawaitable

from stagedoor.runtime import client, inside, readings, scripted, tape
from stagedoor.runtime.config import config, secrets
from stagedoor.runtime.connection import Connection, Settings
from stagedoor.runtime.ending import ending
from stagedoor.runtime.loader import Boot, Loaded, LoadError, load
from stagedoor.runtime.log import log
from stagedoor.runtime.output import forms
from stagedoor.runtime.request import Request
from stagedoor.runtime.ring import Ring
from stagedoor.runtime.router import warmups
from stagedoor.runtime.tape import Noted, Recorder
from stagedoor.runtime.wire import Pool

_SWEEP = 0.25


async def warm_up(boot: Boot, loaded: Loaded) -> None:
    """Runs the warm-ups. Raises LoadError when one raises or the time is over."""
    try:
        async with asyncio.timeout(boot.warmup_timeout):
            if loaded.lifespan is not None:
                await loaded.lifespan.start()
            for function in warmups.functions:
                result = function()
                if isawaitable(result):
                    await result
    except TimeoutError:
        raise LoadError("warmup", f"the warm-up did not end within {boot.warmup_timeout:g} s") from None
    except Exception as error:
        raise LoadError("warmup", scripted.trim(error)) from None


async def serve(boot: Boot, door: socket.socket, ready: Callable[[dict[str, object]], None], ring: int = -1) -> None:
    """Serves until SIGTERM. Calls `ready` once with what was measured: seconds, bytes, endpoints."""
    loop = asyncio.get_running_loop()
    config.load(boot.config)
    secrets.load(boot.secrets)
    if boot.egress:
        client.api.transport = Pool(boot.egress)
    client.api.catalogue.open(boot.catalogue)
    began, born = time.perf_counter(), time.time()
    noted = _begin_recording(boot, ring)
    loaded, measured = _load(boot)
    imported = time.perf_counter()
    await warm_up(boot, loaded)
    _end_birth(noted, born)
    settings = Settings(loaded.application, boot.instance, boot.body_limit, boot.request_timeout, boot.answer_limit)
    settings.lost = _report_lost
    settings.max_uploads = boot.max_uploads
    stop, leave = asyncio.Event(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, leave.set)
    server = await loop.create_unix_server(lambda: Connection(settings, loop), sock=door, backlog=4096) \
        if door.family == socket.AF_UNIX \
        else await loop.create_server(lambda: Connection(settings, loop), sock=door, backlog=4096)  # fmt: skip
    sweeper = loop.create_task(_sweep(settings))
    ready({
        "import_s": imported - began,
        "warmup_s": time.perf_counter() - imported,
        "endpoints": loaded.endpoints,
        **measured,
    })  # fmt: skip
    await _either(stop, leave)
    server.close()
    settings.drain()
    ending.set()
    while settings.connections and not stop.is_set():
        await asyncio.sleep(0.02)
    await _drain(settings, boot.grace)
    sweeper.cancel()
    if loaded.lifespan is not None:
        await loaded.lifespan.stop()


def _begin_recording(boot: Boot, ring: int) -> Noted | None:
    if ring < 0:
        return None
    tape.recorder = Recorder(Ring(ring, os.fstat(ring).st_size), boot.instance, readings.real_time, forms(boot.secrets))
    readings.outside = noted = Noted(tape.recorder, asyncio.get_running_loop().time())
    return noted


def _end_birth(noted: Noted | None, began: float) -> None:
    if noted is None or tape.recorder is None:
        return
    readings.outside = None
    tape.recorder.causes += readings.libraries()
    tape.recorder.born(
        began, int(os.environ.get("PYTHONHASHSEED", 0)), sys.version.split()[0], noted, readings.prepared
    )


def _load(boot: Boot) -> tuple[Loaded, dict[str, object]]:
    """The application; what its imports took, when that is asked for."""
    if not boot.measure:
        return load(boot), {}
    from stagedoor.runtime import imports

    with imports.measured() as measured:
        loaded = load(boot)
    return loaded, measured.report()


async def _either(*events: asyncio.Event) -> None:
    tasks = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


async def _sweep(settings: Settings) -> None:
    """Ends requests whose time is over; one timer for all costs less than one for each."""
    loop = asyncio.get_running_loop()
    while True:
        settings.now = loop.time()
        for connection in list(settings.connections):
            connection.expire(settings.now)
        client.api.sweep()
        await asyncio.sleep(_SWEEP)


async def _drain(settings: Settings, grace: float) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + grace
    while any(one.request is not None for one in settings.connections) and loop.time() < deadline:
        await asyncio.sleep(0.01)


def _report_lost(request: Request) -> None:
    """The peer went away in the middle: with the edge dead, this is how a lost request is counted."""
    if request.method != inside.METHOD:
        log.warning("the connection closed before the answer was complete", event="request_lost", request_id=request.id)
