"""Telemetry's own program, alone, fed with lines as the edge writes them.

Nothing of it is replaced: lines come to its socket, and how far it is, it is asked as control asks it. What is fed has
fresh ids and times; twenty applications with twelve endpoints each, half of them with an identifier in the path, of
which there are twenty thousand; every fifth line is a call.
"""

import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from tests.harness.running import wait_until

_LINES = 500
_BLOCKS = 100
_ID, _END, _BEGAN = b"@@@@@@@@", b"1000000000000002", b"1000000000000001"
WORKER = 4711


@dataclass
class Program:
    process: "subprocess.Popen[bytes]"
    records: Path
    client: httpx2.Client

    def taken(self) -> int:
        """Records in the store of all that came until now: the answer waits until they are."""
        self.client.post("/usage", json={"rows": [], "asked": {}, "under_way": 0}).raise_for_status()
        return int(self.health()["records"])

    def health(self) -> dict[str, int]:
        found: dict[str, int] = self.client.get("/health").json()
        return found


@contextmanager
def telemetry(folder: Path) -> Iterator[Program]:
    """The program for the length of a block."""
    (folder / "data").mkdir()
    held = {name: socket.socket(socket.AF_UNIX) for name in ("RECORDS", "TELEMETRY")}
    paths = {name: folder / f"{name.lower()}.sock" for name in held}
    for name, one in held.items():
        one.bind(str(paths[name]))
        one.listen(16)
    environment = dict(os.environ) | {"STAGEDOOR_DATA": str(folder / "data"), "STAGEDOOR_RUN": str(folder)}
    environment |= {f"STAGEDOOR_{name}": str(one.fileno()) for name, one in held.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "stagedoor.main.telemetry"],
        env=environment,
        pass_fds=[one.fileno() for one in held.values()],
    )
    client = httpx2.Client(
        transport=httpx2.HTTPTransport(uds=str(paths["TELEMETRY"])), base_url="http://telemetry", timeout=120
    )
    try:
        program = Program(process, paths["RECORDS"], client)
        wait_until(program.health, 20, "telemetry's first answer")
        client.post("/known", json={"endpoints": endpoints(), "personal": [], "flags": []}).raise_for_status()
        yield program
    finally:
        process.terminate()
        process.wait(120)
        client.close()
        for one in held.values():
            one.close()


@dataclass
class Feed:
    """Lines at `rate` a second, in a thread, until `stop`; without a rate as fast as they are taken.

    `stop` raises OSError when telemetry closed the connection meanwhile.
    """

    socket: Path
    rate: int = 0
    sent: int = 0
    seconds: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    _running: "Future[None] | None" = None

    def start(self) -> None:
        self._running = self._pool.submit(self._run)

    def stop(self) -> None:
        assert self._running is not None
        self._stop.set()
        self._running.result()

    def _run(self) -> None:
        made = blocks()
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.socket))
            began = time.perf_counter()
            while not self._stop.is_set():
                if self.rate:
                    time.sleep(max(0.0, began + self.sent / self.rate - time.perf_counter()))
                number = self.sent // _LINES
                connection.sendall(fresh(made[number % _BLOCKS], number, time.time()))
                self.sent += _LINES
            self.seconds = time.perf_counter() - began


def fresh(block: bytes, number: int, now: float) -> bytes:
    """The block with ids that no block before it had, and the present time."""
    micros = int(now * 1e6)
    times = block.replace(_END, b"%d" % micros).replace(_BEGAN, b"%d" % (micros - 3000))
    return times.replace(_ID, b"%08x" % number)


def endpoints() -> dict[str, list[tuple[str, str]]]:
    """By application@version, as control tells them."""
    listed = [("GET", f"/part-{place}{'/{id}' if place % 2 else ''}") for place in range(12)]
    return {f"app-{number:02}@1.4.2": listed for number in range(1, 21)}


def blocks() -> list[bytes]:
    chance = random.Random(1)
    return [b"".join(_line(chance, block * _LINES + one) for one in range(_LINES)) for block in range(_BLOCKS)]


def _line(chance: random.Random, number: int) -> bytes:
    application = f"app-{min(20, int(chance.paretovariate(0.7))):02}"
    place, device = chance.randrange(12), chance.randrange(100_000)
    path = f"/{application}/part-{place}" + (f"/{chance.randrange(20_000)}" if place % 2 else "")
    head, tail = chance.getrandbits(48), chance.getrandbits(16)
    # Figures choose by how an id begins: that is as random as the edge's.
    identifier = f"{head >> 16:08x}-{head & 0xFFFF:04x}-4{number % 4096:03x}-8000-{_ID.decode()}{tail:04x}"
    kinds = {"id": identifier, "end": int(_END)}
    if number % 5 == 4:
        line = {
            "kind": "call", **kinds, "us": 1500, "holder": f"d1|{application}@1.4.2|{application}-1|prod",
            "service": "films", "name": "rows", "refused": "-", "fault": "-", "attempt": "-", "how": "--",
            "hash": "81ff00aa", "server": "films-0", "method": "GET", "path": "/rows", "query": f"?member=m{device}",
            "trace": f"00-{identifier.replace('-', '')}-{chance.getrandbits(64):016x}-01",
        }  # fmt: skip
    else:
        line = {
            "kind": "request", **kinds, "began": _BEGAN.decode(), "stack": "prod",
            "target": f"script-{number % 20}|{application}@1.4.2|17|bench", "instance": f"{application}-{number % 3}",
            "door": "door-1", "told": "", "method": "GET", "path": path, "device": f"tv-{device}",
            "member": f"m{device // 2}",
        }  # fmt: skip
    line |= {
        "status": 503 if number % 400 == 0 else 200, "ended": "--", "retries": "0", "in": 350, "out": 4200 + place,
        "queue_ms": 0, "connect_ms": 0, "answer_ms": 3, "total_ms": 3, "worker": WORKER, "seq": number,
    }  # fmt: skip
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"
