"""The product's story: write, deploy, change, deploy again, roll back, look; as a team does it."""

import socket
from pathlib import Path

import pytest

from tests.harness.running import Running, wait_until
from tests.integration.applications import hello, script
from tests.integration.load import Load

pytestmark = pytest.mark.database


def test_from_init_to_rollback(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("init", "my-script", folder=tmp_path)
    folder = tmp_path / "my-script"
    said = stagedoor.cli("deploy", folder=folder).stdout
    assert "my-script 1.0.0 is release 1 of ^1 in test" in said
    assert "2 passed" in said
    assert stagedoor.get("/my-script/hello/Ada").json() == {"message": "Hello, Ada!"}
    assert stagedoor.get("/my-script/v1/hello/Ada").status == 200

    for file in (folder / "main.py", folder / "tests" / "test_main.py"):
        file.write_text(file.read_text().replace("Hello", "Welcome"))
    (folder / "stagedoor.toml").write_text((folder / "stagedoor.toml").read_text().replace("Hello", "Welcome"))
    stagedoor.cli("deploy", folder=folder)
    assert stagedoor.get("/my-script/hello/Ada").json() == {"message": "Welcome, Ada!"}

    back = stagedoor.cli("rollback", folder=folder).stdout
    assert "back at 1.0.0 (release 3)" in back
    # Configuration rolls back with the code.
    assert stagedoor.get("/my-script/hello/Ada").json() == {"message": "Hello, Ada!"}
    actions = [one["action"] for one in stagedoor.json("activity", "my-script")]
    assert actions == ["rollback", "deploy", "publish", "deploy", "publish"]


def test_no_request_fails_while_versions_change(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "steady", "one"))
    with Load(stagedoor.port("test"), "/steady/hello", rate=200) as load:
        for word in ("two", "three"):
            stagedoor.cli("deploy", folder=hello(tmp_path, "steady", word))
        stagedoor.cli("rollback", "steady")
        stagedoor.cli("rollback", "steady")
    assert load.failures == []
    assert load.words() == ["one", "two", "three"]
    assert load.answers[-1].word == "one"


def test_the_same_content_is_the_same_version(stagedoor: Running, tmp_path: Path) -> None:
    folder = hello(tmp_path, "same")
    first = stagedoor.json("deploy", folder=folder)
    again = stagedoor.cli("deploy", folder=folder).stdout
    assert first["version"] == "1.0.0"
    assert "the same content is version 1.0.0" in again
    assert [one["number"] for one in stagedoor.json("versions", "same")] == ["1.0.0"]


def test_majors_are_lines_that_live_side_by_side(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "lines", "one"))
    stagedoor.cli("deploy", "--bump", "major", folder=hello(tmp_path, "lines", "two"))
    assert stagedoor.get("/lines/v1/hello").json()["word"] == "one"
    assert stagedoor.get("/lines/v2/hello").json()["word"] == "two"
    assert stagedoor.get("/lines/hello").json()["word"] == "one"
    stagedoor.cli("release", "2.0.0", "--default", "--application", "lines")
    assert stagedoor.get("/lines/hello").json()["word"] == "two"


def test_major_zero_is_a_line_too(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "early", extra='version = "0.3.1"\n'))
    assert stagedoor.get("/early/v0/hello").status == 200
    assert stagedoor.get("/early/hello").status == 200


def test_stacks_are_apart(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "stacks", "one"))
    assert stagedoor.get("/stacks/hello", "prod").status == 404
    stagedoor.cli("release", "1.0.0", "--stack", "prod", "--application", "stacks")
    stagedoor.cli("deploy", folder=hello(tmp_path, "stacks", "two"))
    assert stagedoor.get("/stacks/hello", "prod").json()["word"] == "one"
    assert stagedoor.get("/stacks/hello", "test").json()["word"] == "two"


def test_a_preview_needs_a_token_of_the_team(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("publish", folder=hello(tmp_path, "shown", "one"))
    path = "/-/preview/shown@1.0.0/hello"
    assert stagedoor.get(path).status == 401
    token = {"authorization": f"Bearer {stagedoor.token}"}
    first = stagedoor.get(path, headers=token)
    assert (first.status, first.headers.get("location")) == (307, path), first.body
    answer = stagedoor.get(path, headers=token)
    assert answer.json()["word"] == "one"
    headers = stagedoor.get("/-/preview/shown@1.0.0/headers", headers=token).json()
    assert "authorization" not in headers
    other = _token(stagedoor, "stranger", "strangers")
    assert stagedoor.get(path, headers={"authorization": f"Bearer {other}"}).status == 403
    own = _token(stagedoor, "member", "tests")
    assert stagedoor.get(path, headers={"authorization": f"Bearer {own}"}).status == 200


def _token(stagedoor: Running, name: str, team: str) -> str:
    from stagedoor.http.client import Client

    client = Client(stagedoor.addresses["control"], stagedoor.token)
    return str(client.post("tokens", body={"name": name, "role": "developer", "team": team})["token"])


def test_a_line_with_traffic_is_deleted_only_by_name(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "doomed"))
    stagedoor.get("/doomed/hello")
    refused = stagedoor.cli("delete", "doomed", "--line", "1", "--stack", "test", check=False)
    assert refused.returncode == 1
    assert "requests in the last" in refused.stderr and "--confirm doomed/v1" in refused.stderr
    stagedoor.cli("delete", "doomed", "--line", "1", "--stack", "test", "--confirm", "doomed/v1")
    assert stagedoor.get("/doomed/hello").status == 404
    assert [one for one in stagedoor.json("instances") if one["application"] == "doomed"] == []


def test_requests_and_logs_tell_what_happened(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "told-of", "one"))
    got = stagedoor.get("/told-of/hello?secret=1", headers={"x-device": "tv", "cookie": "member=m1"})
    request_id = got.headers["stagedoor-request-id"]
    lines = wait_until(lambda: _lines(stagedoor, "requests", "--id", request_id), 30, "the record")
    assert len(lines) == 1
    record = lines[0]
    assert record["path"] == "/told-of/hello"
    assert (record["application"], record["version"], record["release"]) == ("told-of", "1.0.0", 1)
    assert (record["device"], record["member"], record["status"]) == ("tv", "m1", 200)
    instance = stagedoor.json("instances", "told-of")[0]["id"]
    assert record["instance"] == instance
    log = _lines(stagedoor, "logs", "told-of")
    assert [line["instance"] for line in log if line.get("request_id") == request_id] == [instance]


def _lines(stagedoor: Running, *arguments: str) -> list[dict[str, object]]:
    import json
    import time

    time.sleep(0.1)  # A record travels to telemetry after its answer; nothing tells a reader when it arrived.
    return [json.loads(line) for line in stagedoor.cli(*arguments, "--json").stdout.splitlines()]


ENDLESS = """
import asyncio
from stagedoor import Stream, endpoint


@endpoint("GET", "/slow")
async def slow(request):
    async def words():
        for _ in range(120):
            yield b"{word}"
            await asyncio.sleep(0.1)

    return Stream(words(), media_type="text/plain")
"""
QUEUE = """
import asyncio
from stagedoor import endpoint

WORD = "{word}"


@endpoint("GET", "/slow")
async def slow(request):
    await asyncio.sleep(0.4)
    return {{"word": WORD}}
"""


def test_requests_that_wait_at_a_version_are_answered_by_it_when_it_is_rolled_back(
    stagedoor: Running, tmp_path: Path
) -> None:
    import threading
    import time

    for word in ("good", "bad"):
        main = QUEUE.format(word=word)
        stagedoor.cli("deploy", folder=script(tmp_path, "queued", main, "[scaling]\nconcurrency = 1\n"))
    words: list[str] = []
    workers = [
        threading.Thread(target=lambda: words.append(stagedoor.get("/queued/slow").json()["word"])) for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    time.sleep(0.2)
    said = stagedoor.cli("rollback", "queued").stdout
    for worker in workers:
        worker.join(20)
    assert words == ["bad"] * 4
    assert "queued@1.0.1 had" in said
    assert stagedoor.get("/queued/slow").json()["word"] == "good"


def test_requests_and_logs_are_followed_as_they_come(stagedoor: Running, tmp_path: Path) -> None:
    import json
    import subprocess

    from tests.harness.running import COMMAND

    stagedoor.cli("deploy", folder=hello(tmp_path, "followed"))
    for verb, told in (("requests", "path"), ("logs", "message")):
        arguments = [*COMMAND, verb, "followed", "-f", "--json"]
        with subprocess.Popen(arguments, env=stagedoor.environment, stdout=subprocess.PIPE, text=True) as follower:
            assert follower.stdout is not None
            for _ in range(40):
                stagedoor.get("/followed/hello")
            line = json.loads(follower.stdout.readline())
            assert line[told] in ("/followed/hello", "said hello")
            follower.terminate()


def test_login_remembers_a_token_that_was_tried(stagedoor: Running, tmp_path: Path) -> None:
    import os
    import subprocess

    from tests.harness.running import COMMAND

    environment = {key: value for key, value in os.environ.items() if not key.startswith("STAGEDOOR")}
    environment["XDG_CONFIG_HOME"] = str(tmp_path)

    def run(*arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*COMMAND, *arguments], env=environment, input=given, capture_output=True, text=True, check=False
        )

    assert run("status").returncode == 4
    assert run("login", stagedoor.addresses["control"], given="sd_wrong\n").returncode == 4
    assert "operator, operator" in run("login", stagedoor.addresses["control"], given=stagedoor.token + "\n").stdout
    assert run("status").returncode == 0
    assert (tmp_path / "stagedoor" / "contexts.json").stat().st_mode & 0o777 == 0o600


def test_doctor_says_what_is_there(stagedoor: Running) -> None:
    findings = {one["name"]: one for one in stagedoor.json("doctor", "--data", str(stagedoor.data))["findings"]}
    assert all(one["ok"] for one in findings.values() if one["needed"])
    assert findings["haproxy"]["found"].startswith(("version 2.", "version 3."))


def test_more_instances_than_one_share_the_requests_and_the_dead_ones_work(stagedoor: Running, tmp_path: Path) -> None:
    import os
    import signal

    stagedoor.cli("deploy", folder=hello(tmp_path, "several", extra="[scaling]\nmin = 3\n"))
    listed = stagedoor.json("instances", "several")
    assert len({one["door"] for one in listed}) == 3
    with Load(stagedoor.port("test"), "/several/hello", rate=200) as load:
        for one in listed[:2]:
            os.kill(int(one["pid"]), signal.SIGKILL)
        wait_until(lambda: len([1 for one in stagedoor.json("instances", "several") if one["state"] == "ready"]) == 3)
    assert load.failures == []


def test_a_rollback_need_not_wait_for_long_answers_of_the_old_version(stagedoor: Running, tmp_path: Path) -> None:
    import threading

    stagedoor.cli("deploy", folder=script(tmp_path, "hurried", ENDLESS.format(word="good")))
    with socket.create_connection(("127.0.0.1", stagedoor.port("test")), timeout=10) as slow:
        slow.sendall(b"GET /hurried/slow HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b"200 OK" in slow.recv(65536)
        folder = script(tmp_path, "hurried", ENDLESS.format(word="bad"))
        deploy = threading.Thread(target=lambda: stagedoor.cli("deploy", folder=folder))
        deploy.start()
        wait_until(lambda: _released(stagedoor) == "1.0.1")
        assert "back at 1.0.0" in stagedoor.cli("rollback", "hurried").stdout
        slow.setblocking(False)
        while _read_now(slow):
            pass
        slow.settimeout(5)
        assert b"good" in slow.recv(65536), "the long answer of the old version is still under way"
    deploy.join(20)


def _read_now(connection: socket.socket) -> bytes:
    """Returns what has arrived; nothing when more is still to come. Raises AssertionError at the end."""
    try:
        content = connection.recv(65536)
    except BlockingIOError:
        return b""
    assert content, "the answer ended"
    return content


def _released(stagedoor: Running) -> str:
    return next((one["number"] for one in stagedoor.json("versions", "hurried") if one["released"]), "")


def test_a_preview_that_becomes_a_release_gets_all_its_instances(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("publish", folder=hello(tmp_path, "grown", extra="[scaling]\nmin = 2\n"))
    token = {"authorization": f"Bearer {stagedoor.token}"}
    stagedoor.get("/-/preview/grown@1.0.0/hello", headers=token)
    stagedoor.cli("release", "1.0.0", "--application", "grown")
    line = next(one for one in stagedoor.json("status")["applications"] if one["name"] == "grown")["lines"][0]
    assert line["instances"] == {"ready": 2}
