"""The first code in a container. It waits for node to say what the container becomes; until then it is nobody's.

One descriptor is a socket to node. An order is one line of JSON, {"do": ...}, with descriptors beside it: first the
order's content, then what it hands over. A container becomes something once; when node goes away, it ends.
"""

import asyncio
import gc
import importlib
import json
import os
import resource
import socket
import sys
import time
from contextlib import suppress
from typing import Any

from stagedoor.runtime import boot, readings

_LONGEST = 4096


def main(descriptor: int) -> None:
    channel = socket.socket(fileno=descriptor)
    runner = boot.make_runner()
    say(channel, {"waits": True})
    while True:
        try:
            line, descriptors, _, _ = socket.recv_fds(channel, _LONGEST, 4)
        except OSError:
            line = b""
        if not line:
            os._exit(0)
        told = json.loads(line)
        order = told["do"]
        content = _read(descriptors[0])
        if order == "prepare":
            readings.install()
            readings.prepared += json.loads(content)["modules"]
            say(channel, {"prepared": _prepare(json.loads(content))})
            continue
        os.chdir(told["folder"])
        _limit(told)
        _become(order, content, descriptors[1:], channel, runner)
        return


def _become(order: str, content: bytes, descriptors: list[int], channel: socket.socket, runner: asyncio.Runner) -> None:
    log, *others = descriptors
    for number in (1, 2):
        os.dup2(log, number)
    os.close(log)

    def report(message: dict[str, object]) -> None:
        say(channel, message)
        channel.close()

    if order == "checks":
        from stagedoor.runtime import checks

        checks.run(json.loads(content), report)
    elif order == "escape":
        from stagedoor.runtime import escape

        escape.run(json.loads(content), report)
    elif order == "replay":
        readings.install(virtual=True)
        from stagedoor.runtime import replaying

        runner.close()
        replaying.run(content, socket.socket(fileno=others[0]), report)
    else:
        readings.install()
        boot.run(content, socket.socket(fileno=others[0]), report, runner, others[1] if len(others) > 1 else -1)


def _limit(told: dict[str, Any]) -> None:
    """For good: what is lowered here, nothing that runs later can raise."""
    for name, number in (("files", resource.RLIMIT_NOFILE), ("file_size", resource.RLIMIT_FSIZE)):
        if name in told:
            resource.setrlimit(number, (told[name], told[name]))


def _read(descriptor: int) -> bytes:
    with open(descriptor, "rb") as stream:
        return stream.read()


def _prepare(wanted: dict[str, Any]) -> float:
    """Imports what a version will import, its own code aside; seconds. What fails is left to the version itself."""
    began = time.perf_counter()
    sys.path[:0] = wanted["paths"]
    for name in wanted["modules"]:
        with suppress(BaseException):
            importlib.import_module(name)
    del sys.path[: len(wanted["paths"])]
    # What is here now stays: no collection looks at it again.
    gc.collect()
    gc.freeze()
    return time.perf_counter() - began


def say(channel: socket.socket, message: dict[str, object]) -> None:
    """Tells node; node may be gone, and that is no reason to stop."""
    try:
        channel.sendall(json.dumps(message).encode() + b"\n")
    except OSError:
        pass
