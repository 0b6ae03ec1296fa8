"""A hostile or broken script hurts nobody else, and its death has a cause."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from stagedoor.main.paths import Paths
from stagedoor.oci import cgroups
from tests.harness.running import COMMAND, Running, fetch, fetch_json, wait_until
from tests.integration.applications import hello, script
from tests.integration.load import Load

BAD = """
import asyncio
import ctypes
import os
import subprocess
import signal
import socket
import time

from stagedoor import Request, Response, Stream, endpoint

held = []


@endpoint("GET", "/hello")
async def hello(request: Request) -> dict:
    return {"pid": os.getpid()}


@endpoint("GET", "/deaf")
async def deaf(request: Request) -> dict:
    for name in os.listdir("/proc/self/fd"):
        try:
            one = socket.socket(fileno=os.dup(int(name)))
            if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                os.close(int(name))
            one.close()
        except OSError:
            pass
    return {"closed": True}


@endpoint("GET", "/stubborn")
async def stubborn(request: Request) -> dict:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGUSR1):
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_IGN)
    return {"ignores": True}


@endpoint("GET", "/daemon")
async def daemon(request: Request) -> dict:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(3600)  # Holds the door, its connections and the way out.
        os._exit(0)
    return {"forked": True}


@endpoint("GET", "/eat")
async def eat(request: Request) -> dict:
    taken = bytearray(400_000_000)
    for place in range(0, len(taken), 4096):
        taken[place] = 1
    return {"bytes": len(taken)}


@endpoint("GET", "/leak")
async def leak(request: Request) -> dict:
    held.append(bytearray(os.urandom(1) * 500_000))
    return {"held": len(held)}


@endpoint("GET", "/die")
async def die(request: Request) -> dict:
    print("my last words", flush=True)
    os._exit(7)


@endpoint("GET", "/abort")
async def abort(request: Request) -> dict:
    os.kill(os.getpid(), signal.SIGSEGV) if os.getpid() != 1 else ctypes.string_at(0)


@endpoint("GET", "/flood")
async def flood(request: Request) -> dict:
    for number in range(20_000):
        print("x" * 200)
    return {"printed": True}


@endpoint("GET", "/large")
async def large(request: Request) -> Response:
    return Response("x" * 3_000_000)


@endpoint("GET", "/endless")
async def endless(request: Request) -> Stream:
    async def chunks():
        while True:
            yield b"x" * 65536

    return Stream(chunks(), media_type="text/plain")
"""
LIMITS = '\n[limits]\nhang = "1s"\ndrain = "1s"\nlog = "100KB"\nanswer = "2MB"\n[resources]\nmemory = "160MB"\n'


def deploy(running: Running, folder: Path, name: str, extra: str = "") -> None:
    running.cli("deploy", folder=script(folder, name, BAD, LIMITS + extra))


def the_one(running: Running, name: str) -> dict[str, object]:
    return next(one for one in running.json("instances", name) if one["state"] == "ready")


def deaths(running: Running, name: str) -> list[dict[str, object]]:
    return [one for one in running.json("activity", name) if one["action"] == "death"]


def test_every_attempt_to_get_out_is_refused(stagedoor: Running) -> None:
    told = stagedoor.json("doctor", "--data", str(stagedoor.data))
    attempts = {one["attempt"]: one for one in told["isolation"]}
    assert [one for one in attempts.values() if not one["held"]] == []
    for name in ("mount a file system", "trace a process", "make a user namespace", "call bpf", "become root"):
        assert attempts[name]["got"] == "Operation not permitted"
    for name in ("open a socket for pings", "watch who reads the machine's files", "ask a folder who reads in it"):
        assert attempts[name]["got"] == "Operation not permitted"
    assert attempts["set disk aside unseen"]["got"] == "Operation not supported"
    assert attempts["read the machine's files"]["got"] == "No such file or directory"
    assert attempts["see other processes"]["got"] == "it sees itself alone"
    assert "the limit is 32" in attempts["start more processes than allowed"]["got"]
    assert len(attempts) > 40


@pytest.mark.parametrize(
    ("path", "kind", "cause"),
    [
        ("/die", "exit", "exit code 7"),
        ("/abort", "signal", "killed by signal 11"),
        ("/eat", "out of memory", "out of memory, the limit is 160000000 bytes"),
    ],
)
def test_a_death_has_a_cause_and_its_last_words(
    stagedoor: Running, tmp_path: Path, path: str, kind: str, cause: str
) -> None:
    name = f"dies-{path[1:]}"
    deploy(stagedoor, tmp_path, name)
    before = the_one(stagedoor, name)
    got = fetch(stagedoor.port("test"), f"/{name}{path}", method="POST" if path == "/never" else "GET", timeout=30)
    assert got.status in (502, 503)
    assert stagedoor.get(f"/{name}/hello").status == 200
    log = stagedoor.cli("logs", name, "--instance", str(before["id"])).stdout
    assert f"instance ended: {cause}" in log
    assert path != "/die" or "my last words" in log

    def with_what_was_lost() -> object:
        """Each death is written on its own; the one that took the request need not be the first."""
        found = deaths(stagedoor, name)
        return found if any(one["after"]["requests_lost"] for one in found) else None

    written = wait_until(with_what_was_lost, what="the activity")
    assert written[-1]["after"]["cause"] == cause and written[-1]["after"]["kind"] == kind
    assert any(one["after"]["requests_lost"] for one in written)
    assert the_one(stagedoor, name)["last_end"] == cause


def another(running: Running, name: str, before: dict[str, object]) -> bool:
    """Whether another instance serves; between the two there is none."""
    return any(one["state"] == "ready" and one["id"] != before["id"] for one in running.json("instances", name))


def test_one_that_closes_its_door_is_replaced(stagedoor: Running, tmp_path: Path) -> None:
    deploy(stagedoor, tmp_path, "deaf")
    before = the_one(stagedoor, "deaf")
    assert stagedoor.get("/deaf/deaf").json() == {"closed": True}
    wait_until(lambda: another(stagedoor, "deaf", before), 30, "another instance")
    assert stagedoor.get("/deaf/hello").status == 200
    assert "hung: no answer to the probe" in stagedoor.cli("logs", "deaf", "--instance", str(before["id"])).stdout


def test_one_that_ignores_its_signals_ends_anyway(stagedoor: Running, tmp_path: Path) -> None:
    deploy(stagedoor, tmp_path, "stubborn")
    pid = int(str(the_one(stagedoor, "stubborn")["pid"]))
    assert stagedoor.get("/stubborn/stubborn").json() == {"ignores": True}
    began = time.monotonic()
    stagedoor.cli("delete", "stubborn", "--line", "1", "--stack", "test", "--confirm", "stubborn/v1")
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), 30, "its end")
    assert time.monotonic() - began < 20


def test_a_double_fork_does_not_outlive_its_instance(stagedoor: Running, tmp_path: Path) -> None:
    deploy(stagedoor, tmp_path, "daemon")
    before = the_one(stagedoor, "daemon")
    assert stagedoor.get("/daemon/daemon").json() == {"forked": True}
    members = wait_until(
        lambda: len(found := members_of(stagedoor, str(before["id"]))) == 2 and found, what="the daemon"
    )
    os.kill(int(str(before["pid"])), 9)
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in members), what="the end of both")
    assert stagedoor.get("/daemon/hello").status == 200
    after = the_one(stagedoor, "daemon")
    assert after["id"] != before["id"]
    assert members_of(stagedoor, str(before["id"])) == []


def members_of(running: Running, instance: str) -> list[int]:
    """The processes of an instance, as the kernel lists them."""
    return sorted(cgroups.processes(f"{Paths.of(running.data).scripts_cgroup}/{instance}"))


def test_a_flooded_log_is_limited_and_says_so(stagedoor: Running, tmp_path: Path) -> None:
    deploy(stagedoor, tmp_path, "flood")
    one = the_one(stagedoor, "flood")
    assert stagedoor.get("/flood/flood").status == 200
    time.sleep(1.1)
    stagedoor.get("/flood/flood")
    file = stagedoor.data / "logs" / "flood" / f"{one['id']}.log"
    assert file.stat().st_size < 600_000
    assert "bytes of output were dropped: the limit is 100000 in a second" in file.read_text()


def test_an_answer_above_its_limit_is_refused_or_broken_off(stagedoor: Running, tmp_path: Path) -> None:
    deploy(stagedoor, tmp_path, "talks")
    large = stagedoor.get("/talks/large")
    assert (large.status, large.json()["error"]["code"]) == (500, "answer_too_large")
    assert "limits.answer" in large.json()["error"]["message"]
    with pytest.raises(ConnectionResetError):
        stagedoor.get("/talks/endless")
    assert "AnswerTooLarge" in stagedoor.cli("logs", "talks").stdout


def test_a_leak_is_replaced_before_it_kills_and_nobody_notices(stagedoor: Running, tmp_path: Path) -> None:
    deploy(stagedoor, tmp_path, "leaky", "[scaling]\nmax = 1\n")
    before = the_one(stagedoor, "leaky")
    with Load(stagedoor.port("test"), "/leaky/leak", rate=5, threads=2) as load:

        def forecast() -> bool:
            told = fetch_json(stagedoor, f"/v1/instances/{before['id']}")
            return "more each minute" in told["instance"]["forecast"] and len(told["memory"]) > 5

        wait_until(forecast, 40, "the forecast")
        wait_until(lambda: another(stagedoor, "leaky", before), 50, "the replacement")
    assert load.failures == []
    assert deaths(stagedoor, "leaky") == []
    replaced = [one for one in stagedoor.json("activity", "leaky") if one["action"] == "replace"]
    assert "leaks" in replaced[0]["after"]["reason"]


def test_a_new_version_that_crash_loops_is_rolled_back_by_itself(stagedoor: Running, tmp_path: Path) -> None:
    good = hello(tmp_path, "looping", "good")
    stagedoor.cli("deploy", folder=good)
    text = (good / "main.py").read_text()
    dying = text.replace("import Request", "import Request").replace(
        "    log.info", "    import os\n    os._exit(1)\n    log.info"
    )
    (good / "main.py").write_text(dying)
    stagedoor.cli("deploy", folder=good)

    def back() -> bool:
        got = fetch(stagedoor.port("test"), "/looping/hello", timeout=30)
        return got.status == 200

    wait_until(back, 30, "the way back")
    told = [one for one in stagedoor.json("activity", "looping") if one["action"] == "crash-loop"]
    assert "instances died within 60 s" in told[0]["after"]["reason"]
    assert stagedoor.get("/looping/hello").json()["word"] == "good"


def test_a_start_above_its_budget_is_refused_with_its_time(stagedoor: Running, tmp_path: Path) -> None:
    slow = BAD.replace("held = []", "held = []\ntime.sleep(0.4)")
    folder = script(tmp_path, "heavy", slow, '\n[limits]\nstart = "200ms"\n')
    refused = stagedoor.cli("deploy", folder=folder, check=False)
    assert refused.returncode == 1
    assert re.search(r"the start takes ([4-9]\d\d ms|[\d.]+ s), the budget is 200 ms", refused.stderr), refused.stderr
    assert "limits.start" in refused.stderr
    assert stagedoor.cli("versions", "heavy", check=False).returncode != 0


def test_a_shell_stands_beside_the_script_and_is_written_down(stagedoor: Running, tmp_path: Path) -> None:
    deploy(stagedoor, tmp_path, "looked-into", "[scaling]\nmin = 1\n")
    one = the_one(stagedoor, "looked-into")
    typed = "id -u; cat /proc/1/comm; ls /app; ls /root; hostname; echo done\n"
    got = subprocess.run(
        [*COMMAND, "shell", str(one["id"])], input=typed, env=stagedoor.environment, text=True, capture_output=True,
        timeout=30, check=True,
    )  # fmt: skip
    said = got.stdout.replace("\r", "")
    assert "\n10002\n" in said and "main.py" in said and "\ndone\n" in said
    assert "cannot access '/root'" in said
    written = [entry for entry in stagedoor.json("activity", "looked-into") if entry["action"] == "shell"]
    assert written[0]["target"] == one["id"] and written[0]["by"] == "operator"
    # The commands were in a namespace of the shell's own: the script has none of them.
    assert not Path(f"/proc/{one['pid']}/root/usr/bin/bash").exists()
    assert members_of(stagedoor, str(one["id"])) == [one["pid"]]
    gone = stagedoor.cli("shell", "i00000000", check=False)
    assert gone.returncode != 0 and "there is no instance" in gone.stderr
