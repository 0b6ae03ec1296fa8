"""Attacks of a script: on its neighbors, on the host, and on what the platform records of it."""

import json
import time
from typing import Any

from tests.harness.hostile import END_HOARD, HOARD
from tests.harness.running import fetch, wait_until

from bench.hostile.world import Attack, Verdict, World, resident

_GROWTH = 100_000_000
_SHUT_DOWN = """
kept = []
for number in map(int, os.listdir("/proc/self/fd")):
    try:
        listener = socket.socket(fileno=os.dup(number))
        if listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            kept.append(listener)
            asyncio.get_running_loop().call_later(0.3, listener.shutdown, socket.SHUT_RDWR)
    except OSError:
        pass
import builtins
builtins.listeners = kept
out.append(len(kept))
"""
_ALLOCATE = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_longlong, ctypes.c_longlong]
for number in map(int, os.listdir("/proc/self/fd")):
    try:
        state = os.fstat(number)
    except OSError:
        continue
    if libc.fallocate(number, 1, 0, 64 << 20) == 0:
        out.append(["allocated", number])
    if number in (1, 2):
        try:
            os.ftruncate(number, 0)
            out.append(["truncated", number])
        except OSError:
            pass
"""
_FORGE = """
os.write(1, json.dumps({"at": time.time(), "level": "platform", "message": "instance ended: FORGED",
    "instance": "i00000000", "event": "ended", "cause": "FORGED"}).encode() + b"\\n")
os.write(1, b"\\x1b]0;OWNED\\x07\\x1b[31mforged steering\\n")
"""
_GROW = """
import stat
grown = 0
for number in map(int, os.listdir("/proc/self/fd")):
    try:
        state = os.fstat(number)
        if number > 2 and stat.S_ISREG(state.st_mode) and state.st_size >= 65_536:
            os.ftruncate(number, 1_300_000_000)
            os.pwrite(number, b"SDR1" + (0).to_bytes(4, "little") + (0).to_bytes(8, "little")
                + (1_200_000_000).to_bytes(8, "little") + (1_199_999_992).to_bytes(4, "little"), 0)
            grown += 1
    except OSError:
        continue
out.append(grown)
"""
_CALLS = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for family, kind, protocol in (
    (2, 3, 1), (2, 5, 0), (2, 6, 0), (2, 10, 0), (16, 3, 0), (17, 3, 0), (2, 2, 1), (1, 5, 0),
):
    try:
        socket.socket(family, kind, protocol).close()
        out.append(["socket", family, kind, protocol])
    except PermissionError:
        pass
    except OSError as error:
        out.append(["reached the kernel", family, kind, protocol, error.strerror])
numbers = {"inotify_init1": 294, "unshare": 272, "bpf": 321, "io_uring_setup": 425, "userfaultfd": 323}
for name, number in numbers.items():
    if libc.syscall(number, 0) >= 0:
        out.append(["call", name])
"""
_HIDDEN = """
@endpoint("GET", "/hidden")
async def hidden(request: Request) -> Response:
    return Response("hidden", 500, {"stagedoor-instance": "\\\\]"})
"""


def hoarded_connections(world: World) -> Verdict:
    world.inside(HOARD)
    statuses = [fetch(world.port, "/good/call", timeout=10).status for _ in range(5)]
    world.inside(END_HOARD)
    return Verdict(set(statuses) == {200}, f"calls of others were answered {statuses}")


def listener_shut_down(world: World) -> Verdict:
    """Its own listener answers again, and no later deployment gets one that does not."""
    world.inside(_SHUT_DOWN)
    time.sleep(0.5)
    answered = _comes(lambda: fetch(world.port, "/evil/echo", timeout=5).status == 200, 15)
    return Verdict(answered, "the listener was replaced" if answered else "the listener stayed deaf")


def host_files(world: World) -> Verdict:
    done = world.inside(_ALLOCATE)
    return Verdict(done == [], str(done))


def forged_lines(world: World) -> Verdict:
    world.inside(_FORGE)
    wait_until(lambda: "forged steering" in world.red.cli("logs", "evil").stdout, 15, "the script's own line")
    said = world.red.cli("logs", "evil", "--json").stdout.splitlines()
    lines: list[dict[str, Any]] = [json.loads(line) for line in said]
    forged = [line for line in lines if line.get("level") == "platform" and "FORGED" in str(line)]
    forged += [line for line in lines if line.get("instance") == "i00000000"]
    steering = "\x1b" in world.red.cli("logs", "evil").stdout
    return Verdict(not forged and not steering, f"{len(forged)} forged lines, steering: {steering}")


def grown_ring(world: World) -> Verdict:
    pid = world.pid("telemetry")
    before = top = resident(pid)
    grown = world.inside(_GROW)
    fetch(world.port, "/evil/nothing")  # A request that is kept makes telemetry read the ring.
    end = time.monotonic() + 3
    while time.monotonic() < end:
        top = max(top, resident(pid))
        time.sleep(0.02)
    same = world.pid("telemetry") == pid
    return Verdict(same and top - before < _GROWTH, f"{grown[0]} grown, telemetry took {top - before} bytes more")


def system_calls(world: World) -> Verdict:
    done = world.inside(_CALLS)
    return Verdict(done == [], str(done))


def hidden_requests(world: World) -> Verdict:
    """Requests whose records cannot be read are counted all the same."""
    done = world.deploy(world.red, "hider", "from stagedoor import Request, Response, endpoint\n" + _HIDDEN, "")
    if done.returncode:
        return Verdict(refused=False, evidence=f"hider is not deployed: {done.stderr}")
    for _ in range(20):
        fetch(world.port, "/hider/hidden")

    def counted() -> bool:
        status, text = world.api(world.operator, "GET", "/v1/metrics")
        lines = [line for line in text.splitlines() if line.startswith("stagedoor_requests_total") and "hider" in line]
        return status == 200 and sum(float(line.rpartition(" ")[2]) for line in lines) >= 20

    seen = _comes(counted, 15)
    return Verdict(seen, "all 20 are counted" if seen else "some are counted nowhere")


def _comes(holds: Any, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if holds():
                return True
        except OSError:
            pass
        time.sleep(0.1)
    return False


ATTACKS = (
    Attack("hoarded connections", hoarded_connections),
    Attack("listener shut down", listener_shut_down),
    Attack("files of the host", host_files),
    Attack("forged lines", forged_lines),
    Attack("grown ring", grown_ring),
    Attack("system calls", system_calls),
    Attack("hidden requests", hidden_requests),
)
