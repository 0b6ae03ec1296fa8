"""What a script prints can be neither taken back nor forged, blocks nobody, and is not lost whoever is killed."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from stagedoor.oci.output import pipes
from tests.harness.running import Running, wait_until
from tests.integration.applications import hello, script

PRINTS = """
import ctypes
import fcntl
import json
import os
import stat
import time

from stagedoor import Request, endpoint, log


@endpoint("GET", "/say")
async def say(request: Request) -> dict:
    log.info(request.query["word"])
    return {"pid": os.getpid()}


@endpoint("GET", "/raw")
async def raw(request: Request) -> dict:
    return {"written": os.write(1, request.query["text"].encode() + b"\\n")}


@endpoint("GET", "/numbers")
async def numbers(request: Request) -> dict:
    first, count = int(request.query["first"]), int(request.query["count"])
    for number in range(first, first + count):
        log.info(f"number {number}")
    return {}


def tries(attempt) -> str:
    try:
        return repr(attempt())
    except OSError as error:
        return error.strerror


@endpoint("GET", "/attack")
async def attack(request: Request) -> dict:
    libc = ctypes.CDLL(None, use_errno=True)

    def fallocate():
        libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_longlong, ctypes.c_longlong]
        if libc.fallocate(1, 1, 0, 1 << 24):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return True

    kinds = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            kinds[name] = os.fstat(int(name)).st_mode
        except OSError:
            pass
    log.info("evidence")
    outcomes = {
        "kinds": kinds,
        "fallocate": tries(fallocate),
        "truncate": tries(lambda: os.ftruncate(1, 0)),
        "reopen": tries(lambda: os.open("/proc/self/fd/1", os.O_RDONLY | os.O_NONBLOCK)),
        "read": tries(lambda: os.read(1, 100)),
        "enlarge": tries(lambda: fcntl.fcntl(1, fcntl.F_SETPIPE_SZ, 64 << 20)),
    }
    fcntl.fcntl(1, fcntl.F_SETFL, 0)
    log.info("after the attack")
    fcntl.fcntl(1, fcntl.F_SETFL, os.O_NONBLOCK)
    return outcomes


@endpoint("GET", "/flood")
async def flood(request: Request) -> dict:
    began, written, refused = time.monotonic(), 0, 0
    while time.monotonic() - began < float(request.query["seconds"]):
        try:
            written += os.write(1, b"noise " * 600 + b"\\n")
        except BlockingIOError:
            refused += 1
            time.sleep(0.001)
    log.info("the flood is over")
    return {"written": written, "refused": refused}


@endpoint("GET", "/die")
async def die(request: Request) -> dict:
    os.write(1, b"my last words, without an end")
    os._exit(7)
"""


def deploy(running: Running, folder: Path, name: str, extra: str = "") -> dict[str, Any]:
    running.cli("deploy", folder=script(folder, name, PRINTS, extra))
    return ready(running, name)


def ready(running: Running, name: str) -> dict[str, Any]:
    return next(instance for instance in running.json("instances", name) if instance["state"] == "ready")


def entries(running: Running, name: str, *options: str) -> list[dict[str, Any]]:
    output = running.cli("logs", name, "--json", *options).stdout
    return [json.loads(line) for line in output.splitlines()]


def message(running: Running, name: str, text: str) -> dict[str, Any]:
    """The line that has these words, once it is there."""
    return wait_until(
        lambda: next((line for line in entries(running, name) if text in str(line.get("message"))), None),
        20, f"the line {text!r}",
    )  # fmt: skip


@pytest.fixture(scope="module")
def printing(stagedoor: Running, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return deploy(stagedoor, tmp_path_factory.mktemp("printing"), "printing")


def test_no_container_has_a_file_of_the_disk_and_what_it_printed_stays(
    stagedoor: Running, printing: dict[str, Any]
) -> None:
    outcomes = stagedoor.get("/printing/attack").json()
    assert stat.S_ISFIFO(outcomes["kinds"]["1"]) and stat.S_ISFIFO(outcomes["kinds"]["2"])
    for descriptor, mode in outcomes["kinds"].items():
        where = Path(f"/proc/{printing['pid']}/fd/{descriptor}")
        if stat.S_ISREG(mode) and where.exists():
            device = os.major(where.stat().st_dev), os.minor(where.stat().st_dev)
            assert device != (os.major(stagedoor.data.stat().st_dev), os.minor(stagedoor.data.stat().st_dev))
    assert outcomes["fallocate"] in ("Illegal seek", "Operation not supported", "Operation not permitted")
    assert outcomes["truncate"] == "Invalid argument" and outcomes["reopen"] == "Permission denied"
    assert outcomes["read"] == "Bad file descriptor" and outcomes["enlarge"] == "Operation not permitted"
    assert message(stagedoor, "printing", "after the attack")
    assert message(stagedoor, "printing", "evidence")


def test_a_line_claims_neither_the_platform_nor_another_instance(
    stagedoor: Running, printing: dict[str, Any], tmp_path: Path
) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "bystander"))
    request = stagedoor.get("/bystander/hello").headers["stagedoor-request-id"]
    claims = {
        "at": time.time() + 3600, "level": "platform", "message": "instance ended: killed by the operator",
        "instance": "i00000000", "event": "ended", "cause": "killed by the operator", "request_id": request,
    }  # fmt: skip
    before = time.time()
    stagedoor.get("/printing/raw?text=" + json.dumps(claims).replace(" ", "%20").replace('"', "%22"))
    line = message(stagedoor, "printing", "killed by the operator")
    assert (line["level"], line["instance"]) == ("info", printing["id"])
    assert "event" not in line and "cause" not in line and before - 1 < line["at"] < time.time() + 1
    assert message(stagedoor, "printing", "as if the platform had")["level"] == "platform"

    def stored() -> list[dict[str, Any]]:
        output = stagedoor.cli("logs", "printing", "--json", "--where", 'message.contains("by the operator")')
        return [json.loads(line) for line in output.stdout.splitlines()]

    (line,) = wait_until(stored, 30, "the line in the store")
    assert (line["level"], line["instance"]) == ("info", printing["id"])
    # The control: the bystander's own line joins its request, and the forged one does not.
    trace = wait_until(
        lambda: (trace := stagedoor.json("trace", request)).get("logs") and trace, 30, "the bystander's line"
    )
    assert [line["application"] for line in trace["logs"]] == ["bystander"]

    def noted() -> list[dict[str, Any]]:
        activities = stagedoor.json("activity")
        return [one for one in activities if (one["action"], one["target"]) == ("line_forged", printing["id"])]

    (activity,) = wait_until(noted, 40, "the activity")
    assert activity["application"] == "printing"


NESTS = """
import os

from stagedoor import Request, endpoint

SEPARATORS = "a\\u2028b\\u2029c\\x85d"


@endpoint("GET", "/nest")
async def nest(request: Request) -> dict:
    for levels in (2, 40, 300, 900, 5000, 20000):
        for head in (b'{"message": "nested", "d":', b'{"d":'):
            for open, close in ((b"[", b"]"), (b'{"a":', b"}")):
                os.write(1, head + open * levels + b"1" + close * levels + b"}\\n")
        os.write(1, b'{"message": "cut", "d":' + b"[" * levels + b"\\n")
    os.write(1, b'{"message": "flat after them", "d": [[[1]]]}\\n')
    return {}


@endpoint("GET", "/separate")
async def separate(request: Request) -> dict:
    os.write(1, f'{{"message": "separators {SEPARATORS}"}}\\n'.encode())
    return {}
"""


def test_no_line_ends_the_reading_of_logs(stagedoor: Running, printing: dict[str, Any], tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=script(tmp_path, "nests", NESTS))
    before = stagedoor.program("logs")["pid"]
    assert stagedoor.get("/nests/nest").status == 200
    assert message(stagedoor, "nests", "flat after them")["d"] == [[[1]]]
    lines = entries(stagedoor, "nests", "--lines", "100")
    assert {line["level"] for line in lines if line["message"] == "nested"} == {"info"}
    assert any(line["level"] == "print" and "[[[[" in line["message"] for line in lines)
    stagedoor.get("/printing/say?word=meanwhile")
    assert message(stagedoor, "printing", "meanwhile")
    stagedoor.cli("delete", "nests", "--line", "1", "--stack", "test", "--confirm", "nests/v1")
    assert stagedoor.program("logs")["pid"] == before


def test_only_a_line_feed_ends_a_line_wherever_it_is_shown(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=script(tmp_path, "separates", NESTS))
    assert stagedoor.get("/separates/separate").status == 200
    expected = "separators a\u2028b\u2029c\x85d"
    assert message(stagedoor, "separates", "separators")["message"] == expected

    def stored() -> list[dict[str, Any]]:
        output = stagedoor.cli("logs", "separates", "--json", "--where", 'message.contains("separators")').stdout
        return [json.loads(line) for line in output.split("\n") if line]

    (line,) = wait_until(stored, 30, "the line in the store")
    assert "a\u2028b\u2029c" in line["message"]


HANGS = """
import re, socket, sys
from pathlib import Path

from stagedoor.oci.output import guard, lines, pipes, program
from stagedoor.oci.output.writer import LogLimits

folder, pipe = Path(sys.argv[1]), int(sys.argv[2])
guard.MAX_PIECE_S = program.MAX_PIECE_S = 1.0
store = lines.store


def hang(text, now, born):
    if b"hangs" in text:
        re.match(b"(a|a)*b", b"a" * 60)  # It lets no other thread run meanwhile.
    return store(text, now, born)


class Holder:
    def list_outputs(self):
        return {"i1": {"application": "tv", "ended": True}}

    def take_output(self, instance):
        return pipes._open(pipe, 2)

    def forget_output(self, instance):
        import os
        os._exit(0)


lines.store = hang
limits = LogLimits(folder / "logs", 1_000_000, 60.0)
limits.folder.mkdir(exist_ok=True)
logs = program.LogProgram(limits, Holder(), guard.Guard(folder / "reading"), lambda name: True)
logs.run(socket.create_server(("127.0.0.1", 0)))
"""


def test_a_piece_that_hangs_the_reading_is_left_behind(tmp_path: Path) -> None:
    pipe = pipes.make()
    os.write(pipe, b"before\nhangs\nafter\n")

    def read() -> int:
        command = [sys.executable, "-c", HANGS, str(tmp_path), str(pipe)]
        return subprocess.run(command, pass_fds=[pipe], capture_output=True, timeout=30, check=False).returncode

    codes = [read(), read(), read()]
    os.close(pipe)
    assert [code == 0 for code in codes] == [False, False, True]
    log = (tmp_path / "logs" / "tv" / "i1.log").read_text().splitlines()
    assert [json.loads(line)["message"] for line in log] == ["before", "after"]
    assert "1 lines were dropped" in (tmp_path / "logs" / "tv" / "i1.platform").read_text()


def test_platform_lines_stand_where_no_script_writes_and_come_in_their_time(stagedoor: Running, tmp_path: Path) -> None:
    instance = deploy(stagedoor, tmp_path, "ends")
    stagedoor.get("/ends/say?word=before")
    assert stagedoor.get("/ends/die").status in (502, 503)
    assert stagedoor.get("/ends/say?word=next").status == 200
    message(stagedoor, "ends", "instance ended")
    lines = entries(stagedoor, "ends", "--instance", str(instance["id"]))
    assert [line["message"] for line in lines] == [
        "before", "my last words, without an end", "instance ended: exit code 7",
    ]  # fmt: skip
    assert [line["level"] for line in lines] == ["info", "print", "platform"]
    folder = stagedoor.data / "logs" / "ends"
    assert "ended" not in (folder / f"{instance['id']}.log").read_text()
    assert "ended" in (folder / f"{instance['id']}.platform").read_text()


def test_a_flood_costs_only_the_script_that_makes_it(stagedoor: Running, tmp_path: Path) -> None:
    deploy(stagedoor, tmp_path, "floods", '\n[limits]\nlog = "200KB"\n')
    stagedoor.cli("deploy", folder=hello(tmp_path, "quiet"))
    flood = stagedoor.get("/floods/flood?seconds=2").json()
    assert flood["refused"] > 0 and flood["written"] < 4_000_000
    stagedoor.get("/quiet/hello")
    line = message(stagedoor, "quiet", "said hello")
    assert time.time() - line["at"] < 15
    assert "above 200000 bytes a second" in message(stagedoor, "floods", "it writes more than is read")["message"]
    size = sum(path.stat().st_blocks * 512 for path in (stagedoor.data / "logs" / "floods").iterdir())
    assert size < 3_000_000


def test_the_log_of_a_living_instance_is_never_removed(stagedoor: Running, printing: dict[str, Any]) -> None:
    stagedoor.get("/printing/say?word=old")
    message(stagedoor, "printing", "old")
    folder = stagedoor.data / "logs" / "printing"
    file, ended = folder / f"{printing['id']}.log", folder / "i0000dead.log"
    ended.write_text("of an instance that is gone\n")
    for path in (file, ended):
        os.utime(path, (time.time() - 9 * 86400,) * 2)
    wait_until(lambda: not ended.exists(), 20, "the end of the old log")
    stagedoor.get("/printing/say?word=new")
    assert message(stagedoor, "printing", "new") and message(stagedoor, "printing", "old")


def kill(pid: object) -> None:
    os.kill(int(str(pid)), signal.SIGKILL)


def test_whoever_is_killed_no_line_is_lost_and_no_script_notices(own: Running, tmp_path: Path) -> None:
    before = deploy(own, tmp_path, "counts")
    count = 200
    for turn, victims in enumerate((("logs",), ("node",), ("logs", "node"), ("logs",))):
        for name in victims:
            kill(own.program(name)["pid"])
        assert own.get(f"/counts/numbers?first={turn * count}&count={count}").status == 200
    for name in ("logs", "node"):
        wait_until(lambda name=name: own.program(name)["pid"], 20, name)  # type: ignore[misc]

    def numbers() -> set[int]:
        messages = (str(line.get("message")).split() for line in entries(own, "counts", "--lines", "5000"))
        return {int(words[1]) for words in messages if words[0] == "number"}

    wait_until(lambda: len(numbers()) == 4 * count, 30, "every line")
    after = ready(own, "counts")
    assert (after["id"], after["pid"]) == (before["id"], before["pid"])
    # What it prints still comes, and its end too.
    assert own.get("/counts/die").status in (502, 503)
    assert message(own, "counts", "instance ended: exit code 7")


def test_a_supervisor_that_is_killed_leaves_a_reader_behind(own: Running, tmp_path: Path) -> None:
    instance = deploy(own, tmp_path, "orphan")
    file = own.data / "logs" / "orphan" / f"{instance['id']}.log"
    assert own.process is not None
    own.process.kill()
    own.process.wait()
    assert own.get("/orphan/say?word=alone").status == 200
    wait_until(lambda: file.exists() and "alone" in file.read_text(), 20, "the line")
    own.stop()
    own.start()
    assert own.get("/orphan/say?word=again").status == 200
    assert message(own, "orphan", "again") and message(own, "orphan", "alone")


def test_a_reader_that_is_killed_in_the_middle_of_a_flood_loses_no_line(own: Running, tmp_path: Path) -> None:
    deploy(own, tmp_path, "counts", '\n[limits]\nlog = "20MB"\n')
    for turn in range(4):
        wait_until(lambda: own.program("logs")["pid"], 20, "the reader")
        pid = own.program("logs")["pid"]
        own.get(f"/counts/numbers?first={turn * 2000}&count=1000")
        kill(pid)
        own.get(f"/counts/numbers?first={turn * 2000 + 1000}&count=1000")

    def numbers() -> set[int]:
        messages = (str(line.get("message")).split() for line in entries(own, "counts", "--lines", "20000"))
        return {int(words[1]) for words in messages if words[0] == "number"}

    wait_until(lambda: len(numbers()) == 8000, 30, "every line")
