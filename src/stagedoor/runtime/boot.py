"""A container becomes an instance: takes what node hands over, then serves."""

import asyncio
import socket
import sys
from collections.abc import Callable

import msgspec
import uvloop

from stagedoor.runtime.loader import Boot, LoadError
from stagedoor.runtime.output import forms, hide, open_output
from stagedoor.runtime.serve import serve


def make_runner() -> asyncio.Runner:
    """An event loop, made and turned once while nobody waits: it is half of what a small script's start takes."""
    runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    runner.run(asyncio.sleep(0))
    return runner


def run(
    content: bytes, door: socket.socket, report: Callable[[dict[str, object]], None], runner: asyncio.Runner
) -> None:
    """Serves on `door`. Calls `report` once: that it is ready, with what was measured, or why not."""
    boot = msgspec.json.decode(content, type=Boot)
    sys.stdout, sys.stderr = (open_output(number, boot.secrets, boot.log_rate) for number in (1, 2))
    if boot.debug:
        from stagedoor.runtime import debug

        debug.wait(boot.debug, boot.paths)
    door.setblocking(False)
    try:
        with runner:
            runner.run(serve(boot, door, report))
    except LoadError as error:
        message = hide(str(error), forms(boot.secrets))
        print(message, file=sys.stderr, flush=True)
        report({"failed": error.step, "message": message})
        sys.exit(3)
