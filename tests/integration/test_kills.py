"""What dies comes back, and nobody notices: each program, instances in every state, everything at once."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.harness.running import Running, fetch, wait_until
from tests.integration.applications import hello, script
from tests.integration.load import Load

SLOW = """
import asyncio
import time
from stagedoor import Request, Stream, endpoint


@endpoint("GET", "/hello")
async def hello(request: Request) -> dict:
    return {"word": "up"}


@endpoint("GET", "/slow")
async def slow(request: Request) -> dict:
    await asyncio.sleep(1.0)
    return {"word": "slow"}


@endpoint("GET", "/hang")
async def hang(request: Request) -> dict:
    time.sleep(3600)


@endpoint("GET", "/stream")
async def stream(request: Request) -> Stream:
    async def chunks():
        for number in range(100):
            yield f"{number}\\n"
            await asyncio.sleep(0.1)

    return Stream(chunks(), media_type="text/plain")
"""
LIMITS = '\n[limits]\nhang = "1s"\n'


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def instance(running: Running, application: str) -> dict[str, object]:
    found = [one for one in running.json("instances", application) if one["state"] == "ready"]
    return found[0]


def test_an_idle_instance_that_is_killed(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=script(tmp_path, "idle", SLOW))
    before = instance(stagedoor, "idle")
    kill(int(str(before["pid"])))
    assert stagedoor.get("/idle/hello").json() == {"word": "up"}
    after = instance(stagedoor, "idle")
    assert (after["door"], after["restarts"]) == (before["door"], 1)
    log = stagedoor.cli("logs", "idle", "--instance", str(before["id"])).stdout
    assert "instance ended: killed by signal 9" in log


def test_a_killed_instance_with_a_full_queue_loses_nobody_who_may_be_asked_again(
    stagedoor: Running, tmp_path: Path
) -> None:
    extra = "\n[scaling]\nconcurrency = 4\n"
    stagedoor.cli("deploy", folder=script(tmp_path, "queue", SLOW, extra))
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(fetch(stagedoor.port("test"), "/queue/slow", timeout=30).status)

    workers = [threading.Thread(target=ask) for _ in range(8)]
    for worker in workers:
        worker.start()
    time.sleep(0.3)
    kill(int(str(instance(stagedoor, "queue")["pid"])))
    for worker in workers:
        worker.join(30)
    assert statuses == [200] * 8


def test_an_instance_killed_in_the_middle_of_an_answer_cuts_it_visibly(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=script(tmp_path, "middle", SLOW))
    with socket.create_connection(("127.0.0.1", stagedoor.port("test")), timeout=20) as connection:
        connection.sendall(b"GET /middle/stream HTTP/1.1\r\nhost: x\r\n\r\n")
        content = connection.recv(65536)
        kill(int(str(instance(stagedoor, "middle")["pid"])))
        while chunk := connection.recv(65536):
            content += chunk
    assert content.startswith(b"HTTP/1.1 200")
    assert not content.endswith(b"0\r\n\r\n")
    assert stagedoor.get("/middle/hello").status == 200


def test_an_instance_that_hangs_is_replaced(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=script(tmp_path, "hangs", SLOW, LIMITS))
    before = str(instance(stagedoor, "hangs")["id"])
    threading.Thread(target=lambda: fetch(stagedoor.port("test"), "/hangs/hang", timeout=30)).start()
    wait_until(lambda: _state(stagedoor, "hangs") not in ("", before), 20, "another instance")
    assert stagedoor.get("/hangs/hello").status == 200
    assert "hung: no answer to the probe for 1 s" in stagedoor.cli("logs", "hangs", "--instance", before).stdout


def _state(running: Running, application: str) -> str:
    ready = [one["id"] for one in running.json("instances", application) if one["state"] == "ready"]
    return str(ready[0]) if ready else ""


@pytest.mark.full
def test_programs_that_are_killed_while_a_deploy_runs(own: Running, tmp_path: Path) -> None:
    own.cli("deploy", folder=hello(tmp_path, "victim", "w0"))
    with Load(own.port("test"), "/victim/hello", rate=100) as load:
        for number, victims in enumerate((("control",), ("node",), ("control", "node")), start=1):
            for delay in (0.05, 0.15, 0.25, 0.35):
                word = f"w{number}-{delay}"
                outcome = _deploy_and_kill(own, hello(tmp_path, "victim", word), victims, delay)
                running = wait_until(lambda: _word(own), 20, "an answer")
                finished = outcome.returncode == 0
                assert (running == word) == finished, (victims, delay, outcome.stdout, outcome.stderr)
                released = {one["number"] for one in own.json("versions", "victim") if one["released"]}
                assert len(released) == 1
    assert load.failures == []


def _word(own: Running) -> str:
    return str(own.get("/victim/hello").json()["word"])


def _deploy_and_kill(
    own: Running, folder: Path, victims: tuple[str, ...], delay: float
) -> "subprocess.CompletedProcess[str]":
    pids = [int(own.program(name)["pid"]) for name in victims]
    outcome: list[subprocess.CompletedProcess[str]] = []
    worker = threading.Thread(target=lambda: outcome.append(own.cli("deploy", folder=folder, check=False)))
    worker.start()
    time.sleep(delay)
    for pid in pids:
        kill(pid)
    worker.join(60)
    return outcome[0]


def test_the_edge_that_is_killed_refuses_nobody_and_counts_who_was_lost(own: Running, tmp_path: Path) -> None:
    own.cli("deploy", folder=script(tmp_path, "edge", SLOW))
    edge = int(own.program("edge")["pid"])
    lost = [threading.Thread(target=_ask_in_vain, args=(own,)) for _ in range(3)]
    for one in lost:
        one.start()
    time.sleep(0.4)
    # Master and worker at once: what is in flight is lost, and nobody is left to accept what comes next.
    os.killpg(edge, signal.SIGKILL)
    for _ in range(20):
        assert own.get("/edge/hello").json()["word"] == "up"
    for one in lost:
        one.join(20)
    assert own.program("edge")["restarts"] == 1
    counted = wait_until(lambda: [one for one in own.json("activity") if one["action"] == "restart"], 20, "an activity")
    assert counted[0]["target"] == "edge"
    assert counted[0]["after"]["requests_lost"] == 3


def _ask_in_vain(own: Running) -> None:
    with contextlib.suppress(OSError):
        fetch(own.port("test"), "/edge/slow", timeout=20)


def test_everything_that_is_killed_comes_back_as_it_was(own: Running, tmp_path: Path) -> None:
    own.cli("deploy", "--stack", "prod", folder=hello(tmp_path, "back", "two"))
    own.cli("deploy", folder=hello(tmp_path, "back", "one"))
    assert own.process is not None
    for program in own.json("status")["programs"]:
        kill(int(program["pid"]))
    own.process.kill()
    own.process.wait()
    own.stop()
    own.start()
    assert own.get("/back/hello", "test").json()["word"] == "one"
    assert own.get("/back/hello", "prod").json()["word"] == "two"
    own.stop()
    own.start()
    assert own.get("/back/hello", "prod").json()["word"] == "two"


def test_a_node_that_lost_its_memory_gets_it_back(own: Running, tmp_path: Path) -> None:
    own.cli("deploy", folder=hello(tmp_path, "memory", "one"))
    for file in (own.data / "node" / "deployments").iterdir():
        file.unlink()
    kill(int(own.program("node")["pid"]))
    wait_until(lambda: len(own.json("instances", "memory")) == 1 and _ready(own), 30, "the instance")
    assert own.get("/memory/hello").json()["word"] == "one"


def _ready(own: Running) -> bool:
    return bool(own.json("instances", "memory")[0]["state"] == "ready")


def test_one_request_that_kills_who_answers_it_ends_three_instances_at_most(stagedoor: Running, tmp_path: Path) -> None:
    text = '\n\n@endpoint("GET", "/die")\nasync def die(request: Request) -> dict:\n    import os\n    os._exit(3)\n'
    stagedoor.cli("deploy", folder=hello(tmp_path, "poisoned", "one"))
    folder = hello(tmp_path, "poisoned", "two")
    (folder / "main.py").write_text((folder / "main.py").read_text() + text)
    stagedoor.cli("deploy", folder=folder)
    assert stagedoor.get("/poisoned/die").status == 502

    def ended() -> int:
        return sum("exit code 3" in line for line in stagedoor.cli("logs", "poisoned").stdout.splitlines())

    wait_until(lambda: ended() >= 3, 30, "the ends")
    assert ended() == 3
    wait_until(lambda: stagedoor.get("/poisoned/hello").json().get("word") == "two", 30, "what was released")
