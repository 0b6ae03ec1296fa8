"""Whatever a container stores counts into its memory, or has a bound of its own; nothing is held beside its limit."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stagedoor.oci.runc import Engine
from tests.harness.containers import OutOfMemory, engine, run_inside
from tests.harness.running import Running
from tests.integration.applications import script

_LIMIT = 64_000_000
_DOUBLE = 2 * _LIMIT


@pytest.fixture(scope="module")
def made() -> Iterator[Engine]:
    with engine() as value:
        yield value


FILE = """
taken = 0
with open({path!r}, "wb", buffering=0) as file:
    try:
        while taken < {amount}:
            taken += file.write(b"x" * 100_000)
    except OSError as error:
        report([taken, error.strerror])
    else:
        report([taken, ""])
"""
MEMFD = (
    "file = os.memfd_create('x')\nfor n in range({amount} // 100_000): os.write(file, b'x' * 100_000)\nreport([1, ''])"
)
SOCKETS = """
import socket
held, taken = [], 0
while taken < {amount}:
    pair = socket.socketpair()
    held += pair
    for end in pair:
        end.setblocking(False)
        try:
            while True:
                taken += end.send(b"x" * 65536)
        except BlockingIOError:
            pass
report([taken, ""])
"""
QUEUES = """
import select
events = [os.eventfd(0) for _ in range(1000)]
queues, taken = [], 0
while taken < {amount} // 100:
    queue = select.epoll()
    for event in events:
        queue.register(event, 1)
        taken += 1
    queues.append(queue)
report([taken, ""])
"""


@pytest.mark.parametrize(
    "code",
    [FILE.format(path="/tmp/x", amount=_DOUBLE), MEMFD.format(amount=_DOUBLE), SOCKETS.format(amount=_DOUBLE),
     QUEUES.format(amount=_DOUBLE)],
    ids=["files of /tmp", "files without a name", "Unix sockets", "event queues"],
)  # fmt: skip
def test_what_is_stored_counts_into_the_limit(made: Engine, code: str) -> None:
    with pytest.raises(OutOfMemory):
        run_inside(made, code, memory=_LIMIT, tmp=4 * _LIMIT)


@pytest.mark.parametrize(
    "code",
    [FILE.format(path="/tmp/x", amount=_LIMIT // 4), MEMFD.format(amount=_LIMIT // 4),
     SOCKETS.format(amount=_LIMIT // 4)],
    ids=["files of /tmp", "files without a name", "Unix sockets"],
)  # fmt: skip
def test_what_fits_is_stored(made: Engine, code: str) -> None:
    _, refusal = run_inside(made, code, memory=_LIMIT, tmp=4 * _LIMIT)
    assert refusal == ""


@pytest.mark.parametrize(("path", "limit"), [("/tmp/x", 8_000_000), ("/dev/shm/x", 16 << 20)], ids=["/tmp", "/dev/shm"])
def test_each_place_for_files_is_full_at_its_own_size(made: Engine, path: str, limit: int) -> None:
    taken, refusal = run_inside(made, FILE.format(path=path, amount=_LIMIT), memory=_LIMIT, tmp=8_000_000)
    assert refusal == "No space left on device" and limit - 100_000 <= taken <= limit + 4096


@pytest.mark.parametrize(("folder", "limit"), [("/tmp", 2048), ("/dev/shm", 4096)])
def test_the_number_of_files_has_a_bound(made: Engine, folder: str, limit: int) -> None:
    code = f"""
made = 0
try:
    while made < 100_000:
        os.mkdir(f"{folder}/{{made}}")
        made += 1
except OSError as error:
    report([made, error.strerror])
"""
    taken, refusal = run_inside(made, code, tmp=8 << 20)
    assert refusal == "No space left on device" and limit // 2 < taken <= limit


def test_dev_takes_no_files(made: Engine) -> None:
    code = """
refused = []
for path in ("/dev/x", "/dev/shm/../x", "/dev/fd/../x", "/x", "/proc/x"):
    try:
        open(path, "w")
    except OSError as error:
        refused.append(error.strerror)
report(refused)
"""
    assert len(run_inside(made, code)) == 5


TCP = """
import socket
server = socket.create_server(("127.0.0.1", 0), backlog=100)
held, taken = [], 0
try:
    while taken < 300_000_000:
        ours = socket.create_connection(server.getsockname(), timeout=2)
        theirs, _ = server.accept()
        held += [ours, theirs]
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 << 20)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        ours.setblocking(False)
        try:
            while True:
                taken += ours.send(b"x" * 65536)
        except BlockingIOError:
            pass
except OSError:
    pass
report(taken)
"""


def test_buffers_of_network_connections_have_a_bound(made: Engine) -> None:
    """The kernel counts them apart, and lets a container without this bound have hundreds of megabytes."""
    try:
        taken = run_inside(made, TCP, memory=_LIMIT)
    except OutOfMemory:
        return
    assert taken < _DOUBLE


LOCKED = """
import ctypes, resource
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p


def lock(size):
    place = libc.mmap(None, size, 3, 0x22, -1, 0)
    return libc.mlock(ctypes.c_void_p(place), ctypes.c_size_t(size))


raised = []
for name in ("MEMLOCK", "NOFILE", "SIGPENDING", "NICE", "RTPRIO"):
    limit = getattr(resource, f"RLIMIT_{name}")
    try:
        resource.setrlimit(limit, (resource.getrlimit(limit)[1] + 1,) * 2)
        raised.append(name)
    except (OSError, ValueError):
        pass
report([lock(500_000), lock(4_000_000), raised])
"""


def test_memory_is_pinned_within_a_bound_and_no_bound_is_raised(made: Engine) -> None:
    assert run_inside(made, LOCKED) == [0, -1, []]


INSIDE = """
import os
import resource

from stagedoor import Request, endpoint


@endpoint("GET", "/places")
async def places(request: Request) -> dict:
    kinds = {path: os.statvfs(path) for path in ("/tmp", "/dev/shm", "/dev")}
    return {
        "bytes": {path: one.f_blocks * one.f_frsize for path, one in kinds.items()},
        "files": {path: one.f_files for path, one in kinds.items()},
        "locked": resource.getrlimit(resource.RLIMIT_MEMLOCK),
    }


@endpoint("GET", "/fill")
async def fill(request: Request) -> dict:
    with open("/tmp/x", "wb") as file:
        file.write(b"x" * 20_000_000)
    return {"bytes": 20_000_000}
"""


def test_a_container_of_the_pool_has_the_same_bounds(stagedoor: Running, tmp_path: Path) -> None:
    folder = script(tmp_path, "bounds", INSIDE, '\n[resources]\ntmp = "32MB"\n[scaling]\nmin = 1\n')
    stagedoor.cli("deploy", folder=folder)
    places = stagedoor.get("/bounds/places").json()
    assert places["bytes"] == {"/tmp": 7813 * 4096, "/dev/shm": 16 << 20, "/dev": 1 << 20}
    assert places["files"] == {"/tmp": 32_000_000 // 4096, "/dev/shm": 4096, "/dev": 64}
    assert places["locked"] == [1 << 20, 1 << 20]
    instance = str(next(one for one in stagedoor.json("instances", "bounds") if one["state"] == "ready")["id"])
    before = used(instance)
    assert stagedoor.get("/bounds/fill").status == 200
    assert used(instance) - before > 19_000_000


def used(instance: str) -> int:
    names = ("memory.usage_in_bytes", "memory.current")
    files = [file for name in names for file in Path("/sys/fs/cgroup").glob(f"**/{instance}/{name}")]
    return max(int(file.read_text()) for file in files)
