"""A recording is taken as it happens, lies in the ring, and a replay is answered by it: in virtual time."""

import asyncio
import json
import mmap
import os
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stagedoor.model.recording import Recording
from stagedoor.runtime.ring import HEAD, Ring
from stagedoor.runtime.tape import APART
from stagedoor.runtime.virtual import Loop
from stagedoor.telemetry.recordings.keeping import decode_recording
from stagedoor.telemetry.recordings.rings import RingReader, Rings

SIZE = HEAD + 4096


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[tuple[Path, Ring]]:
    path = tmp_path / "i1"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    os.ftruncate(descriptor, SIZE)
    yield path, Ring(descriptor, SIZE)
    os.close(descriptor)


def packed(number: int, size: int) -> bytes:
    return msgspec.msgpack.encode({"id": f"r{number}", "answer": bytes([number % 256]) * size})


def test_the_last_ones_are_found_whatever_their_sizes(memory: tuple[Path, Ring]) -> None:
    path, ring = memory
    reader = RingReader(path, SIZE)
    contents = {f"r{number}": packed(number, (number * 37) % 700) for number in range(200)}
    for number, content in enumerate(contents.values()):
        ring.add(content)
        found = reader.find([f"r{number}"])
        assert found == {f"r{number}": content}
    there = RingReader(path, SIZE).find(contents)
    assert 4 <= len(there) < 200
    assert all(contents[name] == content for name, content in there.items())
    assert list(there) == list(contents)[-len(there) :]
    ring.add(packed(999, 4096))  # Larger than it may be: nothing of it is written.
    assert reader.find(["r999", "r199"]).keys() == {"r199"}


@pytest.mark.parametrize("at", [0, 5, 9, 17, HEAD, HEAD + 4, HEAD + 30])
def test_a_ring_that_a_script_scribbled_on_is_no_trouble(memory: tuple[Path, Ring], at: int) -> None:
    path, ring = memory
    for number in range(8):
        ring.add(packed(number, 300))
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as harmed:
        harmed[at : at + 6] = b"\xff" * 6
    found = Rings(path.parent, SIZE).find("i1", [f"r{number}" for number in range(8)])
    assert all(content == packed(int(name[1:]), 300) for name, content in found.items())
    # What lies behind the harm is found when the head still says where it is.
    assert len(found) >= (6 if at == HEAD + 30 else 0)
    assert Rings(path.parent, SIZE).find("../i1", ["r1"]) == {}
    assert Rings(path.parent, SIZE).find("i9", ["r1"]) == {}


def test_a_ring_that_its_script_made_shorter_costs_nobody_anything(memory: tuple[Path, Ring]) -> None:
    path, ring = memory
    ring.add(packed(1, 300))
    for size in (HEAD + 100, 0, SIZE + 1, 3 << 30):
        rings = Rings(path.parent, SIZE)
        assert rings.find("i1", ["r1"])
        os.truncate(path, size)
        assert rings.find("i1", ["r1"]) == {}
        assert rings.refused == {"i1": f"its size is {size} bytes, and {SIZE} were made"}
        fresh = Rings(path.parent, SIZE)
        assert fresh.find("i1", ["r1"]) == {} and "i1" in fresh.refused
        os.truncate(path, 0)
        os.truncate(path, SIZE)
        descriptor = os.open(path, os.O_RDWR)
        Ring(descriptor, SIZE).add(packed(1, 300))
        os.close(descriptor)
    assert Rings(path.parent, SIZE).find("i1", ["r1"])


def forge(path: Path, *, size: int = 4096, tail: int = 0, head: int = 0, records: bytes = b"") -> dict[str, str]:
    """What a script may write into its ring; returns why it is refused."""
    with path.open("r+b") as file:
        file.write(b"SDR1" + struct.pack("<IQQ", size, tail, head) + records)
    rings = Rings(path.parent, SIZE)
    assert rings.find("i1", ["r1"]) == {}
    return rings.refused


def test_a_ring_that_no_runtime_wrote_is_refused_with_the_reason(memory: tuple[Path, Ring]) -> None:
    path, _ = memory
    content = packed(1, 2000)
    record = struct.pack("<II", len(content), zlib.crc32(content)) + content
    assert "a record of 2017 bytes, and 1024 are allowed" in forge(path, head=len(record), records=record)["i1"]
    assert "none of the runtime's" in forge(path, size=1 << 30)["i1"]
    assert "counters" in forge(path, head=1 << 62)["i1"]
    assert "counters" in forge(path, tail=9, head=8)["i1"]
    small = struct.pack("<II", 1, 0) + b"x"
    assert "a record of 1 bytes" in forge(path, head=4000, records=small * 400)["i1"]
    content = packed(1, 300)
    record = struct.pack("<II", len(content), zlib.crc32(content)) + content
    with path.open("r+b") as file:
        file.write(b"SDR1" + struct.pack("<IQQ", 4096, 0, len(record)) + record)
    assert Rings(path.parent, SIZE).find("i1", ["r1"]) == {"r1": content}


def test_what_is_no_file_is_no_ring(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "i1")
    (tmp_path / "i2").symlink_to("/etc/passwd")
    rings = Rings(tmp_path, SIZE)
    assert rings.find("i1", ["r1"]) == rings.find("i2", ["r1"]) == {}


def test_a_recording_that_would_fill_the_memory_is_refused() -> None:
    plain = {"id": "r1", "began": 1.0, "method": "GET", "target": b"/", "head": b""}
    encode = msgspec.msgpack.encode
    assert decode_recording(encode(plain | {"readings": {"time": [1.0] * 10_000}})).id == "r1"
    empty = b"\xdd" + struct.pack(">I", 900_000) + b"\x80" * 900_000
    for content in (
        encode(plain | {"readings": {"time": msgspec.Raw(empty)}}),
        encode(plain | {"birth": {"readings": {"time": msgspec.Raw(empty)}}}),
        encode(plain | {"format": 99}),
        encode(plain)[:-1],
        b"\x91" * 100_000,
        b"\xdd\xff\xff\xff\xff",
    ):
        with pytest.raises(ValueError):
            decode_recording(content)


def test_time_goes_on_when_nothing_is_left_to_do() -> None:
    async def wait() -> list[float]:
        loop = asyncio.get_running_loop()
        seen = [loop.time()]
        await asyncio.gather(asyncio.sleep(3600), asyncio.sleep(60))
        return [*seen, loop.time()]

    with asyncio.Runner(loop_factory=Loop) as runner:
        first, last = runner.run(wait())
    assert last - first == pytest.approx(3600)


@pytest.mark.parametrize(("turns", "seen"), [((3, 4, 40), 2), ((3, 3 + APART, 40), 1)])
def test_who_waits_for_the_first_sees_those_that_came_a_turn_later(turns: tuple[int, ...], seen: int) -> None:
    async def wait() -> tuple[int, float]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Loop)
        answers = [loop.create_future() for _ in turns]
        for number, turn in enumerate(turns):
            loop.arrivals.add(turn, 0.1 * (number + 1), partial(answers[number].set_result, None))
        tasks = [loop.create_task(_wait_for(each)) for each in answers]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.gather(*tasks)
        return len(done), loop.time()

    with asyncio.Runner(loop_factory=Loop) as runner:
        assert runner.run(wait()) == (seen, pytest.approx(0.3))


@pytest.mark.parametrize("at", [1, None])
def test_who_asks_again_and_again_is_done_some_time(at: int | None) -> None:
    async def poll() -> bool:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Loop)
        answer = loop.create_future()
        if at is None:
            loop.call_later(0.2, answer.set_result, None)
        else:
            loop.arrivals.add(at, 0.2, partial(answer.set_result, None))
        while not answer.done():
            await asyncio.sleep(0)
        return True

    with asyncio.Runner(loop_factory=Loop) as runner:
        assert runner.run(asyncio.wait_for(poll(), 60))


async def _wait_for(answer: asyncio.Future[None]) -> None:
    await answer


SCRIPT = """
import asyncio, datetime, random, secrets, time, uuid
from stagedoor import Request, api, endpoint

STARTED = time.time()
random.gauss()  # Keeps a second one.


class Kept:
    # As libraries keep functions of C: they become no methods.
    clock = time.monotonic
    converter = time.gmtime

@endpoint("GET", "/a")
async def a(request: Request) -> dict:
    order = []
    async def one(name, timeout=None):
        try:
            answer = await api.films.get(f"/{name}", timeout=timeout)
            order.append((name, answer.status, time.time()))
        except Exception as error:
            order.append((name, type(error).__name__))
    await asyncio.gather(*(one(name) for name in "abc"), one("slow", 0.05), one("gone"))
    return {
        "order": order, "id": str(uuid.uuid4()), "by_time": str(uuid.uuid1()), "dice": random.sample(range(99), 3),
        "token": secrets.token_hex(4), "now": datetime.datetime.now().isoformat(), "own": random.Random().random(),
        "day": datetime.date.today().isoformat(), "words": list({"x", "y", "z", "w"}), "up": time.time() - STARTED,
        "big": random.getrandbits(300), "said": time.strftime("%H:%M:%S"), "clock": Kept().clock() > 0,
        "utc": Kept().converter(0)[0], "normal": random.gauss(),
    }
"""


# What a container does, without one: an instance with a ring, and a fake egress.
HARNESS = """
import asyncio, json, os, socket, sys
sys.path.insert(0, {source!r})
sys.path.insert(0, {folder!r})
from stagedoor.runtime import readings
readings.install()
from stagedoor.runtime import boot as booting, client, serve, tape
from stagedoor.runtime.connection import Connection, Settings
from stagedoor.runtime.loader import Boot, load
from stagedoor.runtime.replaying import _Nowhere
from stagedoor.runtime.request import Request

class Egress:
    def start(self, exchange):
        name = exchange.target.decode()[1:]
        pause = {{"a": 0.03, "b": 0.01, "c": 0.02, "slow": 5, "gone": 0.015}}[name]
        loop = asyncio.get_running_loop()
        if name == "gone":
            loop.call_later(pause, exchange.fail, "the connection was closed")
        else:
            loop.call_later(pause, exchange.finish, 200, b"HTTP/1.1 200 OK\\r\\nx: y\\r\\n", b"{{}}")
    def sweep(self): ...

async def main():
    ring = os.open({ring!r}, os.O_RDWR)
    boot = Boot("i1")
    noted = serve._begin_recording(boot, ring)
    client.api.transport = Egress()
    loaded = load(boot)
    serve._end_birth(noted, 0.0)
    loop = asyncio.get_running_loop()
    connection = Connection(Settings(loaded.application, "i1", 1000, 5.0), loop)
    connection.connection_made(_Nowhere())
    connection.answer(Request("GET", b"/a", [(b"stagedoor-request-id", b"r1")]))
    while connection.request is not None:
        await asyncio.sleep(0.005)

booting.make_runner().run(main())
"""


def run(code: str, seed: int) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": str(seed), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_replay_comes_to_the_same_in_another_process(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(SCRIPT)
    ring = tmp_path / "ring"
    ring.write_bytes(b"\0" * (HEAD + 1_000_000))
    source = str(Path(__file__).parents[2] / "src")
    run(HARNESS.format(source=source, folder=str(tmp_path), ring=str(ring)), 4711)
    content = RingReader(ring, HEAD + 1_000_000).find(["r1"])["r1"]
    one = msgspec.msgpack.decode(content, type=Recording, strict=False)
    assert (one.lacking, one.causes, one.birth.seed) == ([], [], 4711)
    assert [call.target for call in one.calls] == [b"/a", b"/b", b"/c", b"/slow", b"/gone"]
    assert [call.status for call in one.calls] == [200, 200, 200, -1, 0]
    told = json.loads(one.answer)
    assert [each[0] for each in told["order"]] == ["b", "gone", "c", "a", "slow"]

    outcome = _replay(tmp_path, source, one)
    assert outcome["failed"] == ""
    assert json.loads(outcome["body"]) == told
    assert outcome["body"] == one.answer
    assert outcome["divergences"] == []
    failing = _replay(tmp_path, source, one, faults={0: "error"})
    assert ["a", "ApiOverloaded"] in json.loads(failing["body"])["order"]


def _replay(folder: Path, source: str, one: Recording, faults: dict[int, str] | None = None) -> dict[str, Any]:
    code = f"""
import socket, sys
sys.path.insert(0, {source!r})
from stagedoor.runtime import readings
readings.install()
from stagedoor.runtime import replaying
replaying.run(open({str(folder / "order")!r}, "rb").read(), socket.socket(fileno=int(sys.argv[1])), lambda told: None)
"""
    order = {"boot": {"instance": "r", "paths": [str(folder)]}, "birth": one.birth}
    (folder / "order").write_bytes(msgspec.msgpack.encode(order))
    ours, theirs = socket.socketpair()
    environment = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": str(one.birth.seed)}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(theirs.fileno())], env=environment, pass_fds=[theirs.fileno()],
        stderr=subprocess.PIPE,
    )  # fmt: skip
    theirs.close()
    job = msgspec.msgpack.encode({"recording": one, "faults": faults or {}})
    ours.sendall(len(job).to_bytes(4, "little") + job)
    with ours.makefile("rb") as stream:
        length = int.from_bytes(stream.read(4), "little")
        found: dict[str, Any] = msgspec.msgpack.decode(stream.read(length))
    ours.close()
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said.decode()
    return found
