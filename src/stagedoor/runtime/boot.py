"""A container becomes an instance: takes what node hands over, then serves."""

import asyncio
import socket
import sys
from collections.abc import Callable
from typing import Any

import msgspec

from stagedoor.runtime import tape
from stagedoor.runtime.loader import Boot, LoadError
from stagedoor.runtime.output import forms, hide, open_output
from stagedoor.runtime.serve import serve

try:
    from uvloop import Loop as _Base
except ImportError:  # `dev --plain` on a system for which there is no uvloop: slower, otherwise the same.
    from asyncio import SelectorEventLoop as _Base  # type: ignore[assignment]


class Loop(_Base):
    """Notes who opens a connection that is none of the egress's."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        tape.note_own_client()
        return await super().create_connection(*args, **options)


def make_runner() -> asyncio.Runner:
    """An event loop, made and turned once while nobody waits: it is half of what a small script's start takes."""
    runner = asyncio.Runner(loop_factory=Loop)
    runner.run(asyncio.sleep(0))
    return runner


def run(
    content: bytes,
    door: socket.socket,
    report: Callable[[dict[str, object]], None],
    runner: asyncio.Runner,
    ring: int = -1,
) -> None:
    """Serves on `door`. Calls `report` once: that it is ready, with what was measured, or why not.

    `ring` is the descriptor of the memory for recordings; without one nothing is recorded.
    """
    boot = msgspec.json.decode(content, type=Boot)
    sys.stdout, sys.stderr = (open_output(number, boot.secrets, boot.log_rate) for number in (1, 2))
    if boot.debug:
        from stagedoor.runtime import debug

        debug.wait(boot.debug, boot.paths)
    door.setblocking(False)
    try:
        with runner:
            runner.run(serve(boot, door, report, ring))
    except LoadError as error:
        message = hide(str(error), forms(boot.secrets))
        print(message, file=sys.stderr, flush=True)
        report({"failed": error.step, "message": message})
        sys.exit(3)
