"""An instance writes into the memory for its recordings, and changes neither its size nor what may be done with it."""

import os
import signal
from pathlib import Path
from typing import Any

from stagedoor.main.paths import Paths
from tests.harness.running import Running, fetch_json, wait_until
from tests.integration.applications import script

MAIN = """
import errno
import fcntl
import mmap
import os

from stagedoor import Request, endpoint


def ring() -> int:
    for name in os.listdir("/proc/self/fd"):
        try:
            if "memfd:stagedoor-ring" in os.readlink(f"/proc/self/fd/{name}"):
                return int(name)
        except OSError:
            pass
    return -1


def outcome(function, *arguments) -> str:
    try:
        return f"done: {function(*arguments)}"
    except OSError as error:
        return errno.errorcode[error.errno]
    except ValueError as error:
        return "too long"


@endpoint("GET", "/fails")
async def fails(request: Request) -> dict:
    raise RuntimeError("broken")


@endpoint("GET", "/attack")
async def attack(request: Request) -> dict:
    number = ring()
    size = os.fstat(number).st_size
    own = os.memfd_create("own")
    again = os.open(f"/proc/self/fd/{number}", os.O_RDWR)
    return {
        "size": size,
        "grow": outcome(os.ftruncate, number, 100_000_000),
        "shrink": outcome(os.ftruncate, number, 100),
        "append": outcome(os.pwrite, number, b"x" * 100_000, size),
        "grow again": outcome(os.ftruncate, again, 100_000_000),
        "allocate": outcome(os.posix_fallocate, again, 0, 100_000_000),
        "forbid writing": outcome(fcntl.fcntl, number, fcntl.F_ADD_SEALS, 8),
        "map more": outcome(mmap.mmap, number, size * 2),
        "grow its own": outcome(os.ftruncate, own, 10_000),
        "after": os.fstat(number).st_size,
    }
"""


PATH = "/v1/recordings?application=ringed&endpoint=GET%20/fails"


def recordings(running: Running) -> list[Any]:
    return list(fetch_json(running, PATH))


def record(running: Running, count: int) -> None:
    """Fails one request and waits until that is the next recording."""
    assert running.get("/ringed/fails").status == 500
    wait_until(lambda: len(recordings(running)) == count, 20, f"recording {count}")


def test_a_ring_keeps_its_size_and_outlives_node(own: Running, tmp_path: Path) -> None:
    own.cli("deploy", folder=script(tmp_path, "ringed", MAIN, "\n[scaling]\nmin = 1\nmax = 1\n"))
    outcomes = own.get("/ringed/attack").json()
    size = outcomes["size"]
    assert size == 4_000_000
    assert outcomes == {
        "size": size, "grow": "EPERM", "shrink": "EPERM", "append": "EPERM", "grow again": "EPERM",
        "allocate": "EPERM", "forbid writing": "EPERM", "map more": "too long", "grow its own": "done: None",
        "after": size,
    }  # fmt: skip
    # The same ring still does what it is for,
    record(own, 1)
    instance = own.json("instances", "ringed")[0]
    # also for the next node, which takes it from the instance,
    before = own.program("node")["pid"]
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: own.program("node")["pid"] not in (0, before), what="the next node")
    link = Paths.of(own.data).rings / instance["id"]
    wait_until(lambda: str(link.readlink()).startswith(f"/proc/{own.program('node')['pid']}/fd/"), what="the ring")
    record(own, 2)
    # and for the next telemetry.
    former = own.program("telemetry")["pid"]
    os.kill(former, signal.SIGKILL)
    wait_until(lambda: own.program("telemetry")["pid"] not in (0, former), what="the next telemetry")
    wait_until(lambda: isinstance(fetch_json(own, PATH), list), what="its answers")
    record(own, len(recordings(own)) + 1)
    assert [one["id"] for one in own.json("instances", "ringed")] == [instance["id"]]
    own.cli("delete", "ringed", "--line", "1", "--stack", "test", "--confirm", "ringed/v1")
    wait_until(lambda: not link.is_symlink(), 30, "the end of the ring")
