"""From zero to many and back: sleeping, waking, scaling by itself and by hand, leaving without a lost request."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.harness.running import Running, fetch, fetch_json, platform, wait_until
from tests.integration.applications import hello, script
from tests.integration.load import Load

SLEEPY = '\n[scaling]\nidle = "1s"\n'
SLOW = """
import asyncio
from stagedoor import Request, Stream, ending, endpoint


@endpoint("GET", "/slow")
async def slow(request: Request) -> dict:
    await asyncio.sleep(0.4)
    return {"word": "slow"}


@endpoint("POST", "/slow")
async def post(request: Request) -> dict:
    await asyncio.sleep(0.05)
    return {"size": len(request.body)}


@endpoint("GET", "/stream")
async def stream(request: Request) -> Stream:
    async def chunks():
        number = 0
        while not ending.is_set():
            yield f"{number}\\n"
            number += 1
            await asyncio.sleep(0.05)
        yield "goodbye\\n"

    return Stream(chunks(), media_type="text/plain")
"""


def instances(running: Running, name: str) -> int:
    return len([one for one in fetch_json(running, f"/v1/instances?application={name}") if one["state"] == "ready"])


def reasons(running: Running, name: str) -> list[str]:
    return [one["reason"] for one in running.json("scale", "why", name)["steps"]]


def test_it_sleeps_when_idle_and_an_arrival_wakes_it(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "sleeper", extra=SLEEPY))
    for _ in range(2):
        wait_until(lambda: not stagedoor.json("instances", "sleeper"), 30, "the sleep")
        assert stagedoor.get("/sleeper/hello").json()["word"] == "one"
        assert instances(stagedoor, "sleeper") == 1
    told = wait_until(lambda: [one for one in reasons(stagedoor, "sleeper") if "woke" in one])
    assert told[0] == "an arrival woke it"
    assert any("no request for" in one for one in reasons(stagedoor, "sleeper"))
    said = stagedoor.cli("scale", "why", "sleeper").stdout
    assert "0 to 4, sleeps after 1 s" in said and "an arrival woke it" in said


def test_a_crowd_at_zero_is_answered_whole_posts_too(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=script(tmp_path, "crowd", SLOW, SLEEPY))
    wait_until(lambda: not stagedoor.json("instances", "crowd"), 30, "the sleep")

    def post(number: int) -> tuple[int, bytes]:
        got = fetch(stagedoor.port("test"), "/crowd/slow", method="POST", body=b"x" * (number + 1))
        return got.status, got.body

    with ThreadPoolExecutor(60) as pool:
        answers = list(pool.map(post, range(60)))
    assert answers == [(200, b'{"size":%d}' % (number + 1)) for number in range(60)]


def test_requests_that_come_while_it_falls_asleep_are_answered(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=script(tmp_path, "drowsy", SLOW, '\n[scaling]\nidle = "300ms"\n'))
    statuses = []
    for number in range(40):
        # Around the moment of sleep, on the edge's own kept connections.
        time.sleep(0.25 + number * 0.01)
        statuses.append(fetch(stagedoor.port("test"), "/drowsy/slow", method="POST", body=b"x").status)
    assert statuses == [200] * 40
    assert len([one for one in reasons(stagedoor, "drowsy") if "woke" in one]) >= 2


def test_load_adds_instances_and_says_why(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=script(tmp_path, "loaded", SLOW, "\n[scaling]\nmax = 3\nconcurrency = 4\n"))
    with Load(stagedoor.port("test"), "/loaded/slow", rate=200, threads=16) as load:
        wait_until(lambda: instances(stagedoor, "loaded") == 3, 30, "three instances")
    assert load.failures == []
    told = stagedoor.json("scale", "why", "loaded")["steps"]
    assert "requests in flight or waiting" in told[0]["reason"]
    assert told[0]["inputs"]["target"] == 2.8
    assert {one["cpu_limit"] for one in stagedoor.json("instances", "loaded")} == {1.0}


def test_a_fixed_number_is_kept_until_it_is_freed(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=script(tmp_path, "fixed", SLOW))
    stagedoor.cli("scale", "set", "fixed", "3")
    wait_until(lambda: instances(stagedoor, "fixed") == 3, what="three instances")
    assert "fixed at 3" in stagedoor.cli("scale", "why", "fixed").stdout
    with Load(stagedoor.port("test"), "/fixed/slow", rate=100, threads=30) as load:
        time.sleep(1)
        stagedoor.cli("scale", "set", "fixed", "1")
        wait_until(lambda: instances(stagedoor, "fixed") == 1, what="one instance")
        time.sleep(0.5)
    assert load.failures == []
    assert "scales by itself" in stagedoor.cli("scale", "auto", "fixed").stdout
    refused = stagedoor.cli("scale", "set", "fixed", "9999", check=False)
    assert refused.returncode != 0 and "0 to" in refused.stderr
    assert "scale" in stagedoor.cli("activity", "fixed").stdout


def test_a_long_stream_is_told_and_ends_whole(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=script(tmp_path, "streams", SLOW))
    stagedoor.cli("scale", "set", "streams", "2")
    wait_until(lambda: instances(stagedoor, "streams") == 2, what="two instances")
    answers = []

    def read() -> None:
        answers.append(fetch(stagedoor.port("test"), "/streams/stream").body.decode())

    readers = [threading.Thread(target=read) for _ in range(4)]
    for one in readers:
        one.start()

    def in_flight() -> list[int]:
        return [one["in_flight"] for one in fetch_json(stagedoor, "/v1/instances?application=streams")]

    wait_until(lambda: in_flight() == [2, 2], 30, "the streams")
    stagedoor.cli("scale", "set", "streams", "1")
    wait_until(lambda: len(answers) == 2, what="the end of the streams on the instance that left")
    assert all(one.endswith("goodbye\n") for one in answers)
    stagedoor.cli("delete", "streams", "--line", "1", "--stack", "test", "--confirm", "streams/v1")
    for one in readers:
        one.join(20)
    assert len(answers) == 4 and all(one.endswith("goodbye\n") for one in answers)


def test_what_waits_is_bounded(stagedoor: Running, tmp_path: Path) -> None:
    """The platform of the tests allows few to wait."""
    with platform("[edge]\nqueue = 3\n") as running:
        running.cli("deploy", folder=script(tmp_path, "narrow", SLOW, "\n[scaling]\nmax = 1\nconcurrency = 1\n"))
        with ThreadPoolExecutor(12) as pool:
            got = list(pool.map(lambda _: fetch(running.port("test"), "/narrow/slow"), range(12)))
        refused = [one for one in got if one.status == 503]
        assert {one.status for one in got} == {200, 503}
        assert all(one.json()["error"]["code"] == "queue_full" for one in refused)
        assert all(one.headers["retry-after"] == "1" for one in refused)


@pytest.fixture(scope="module")
def narrow() -> Iterator[Running]:
    """A machine with room for two instances of 200 MB."""
    with platform('[capacity]\nmemory = "500MB"\n') as running:
        yield running


def test_what_does_not_fit_is_refused_with_the_figures(narrow: Running, tmp_path: Path) -> None:
    held = '[resources]\nmemory = "200MB"\n[scaling]\nmin = 1\n'
    for name in ("first", "second"):
        narrow.cli("deploy", folder=hello(tmp_path, name, extra=held))
    refused = narrow.cli("deploy", folder=hello(tmp_path, "third", extra=held), check=False)
    assert refused.returncode == 1
    assert "does not fit into the machine's memory: 200 MB are wanted, 100 MB are left" in refused.stderr
    assert "of the 500 MB for instances 400 MB are promised" in refused.stderr
    assert narrow.get("/first/hello").status == narrow.get("/second/hello").status == 200
    wide = narrow.cli("deploy", folder=hello(tmp_path, "wide", extra='[resources]\nmemory = "2GB"\n'), check=False)
    assert "resources.memory = 2 GB is above the machine's memory" in wide.stderr
    assert "at most 500 MB" in wide.stderr
    for name in ("first", "second"):
        narrow.cli("delete", name, "--line", "1", "--stack", "test", "--confirm", f"{name}/v1")


def test_what_idles_gives_its_memory_to_who_needs_it(narrow: Running, tmp_path: Path) -> None:
    light = '[resources]\nmemory = "200MB"\n'
    for name in ("one", "two", "three", "four"):
        narrow.cli("deploy", folder=hello(tmp_path, name, extra=light))
        time.sleep(2.2)  # Idle for long enough to give way.
    assert len(narrow.json("instances")) <= 2
    for name in ("one", "two", "three", "four"):
        assert narrow.get(f"/{name}/hello", timeout=30).status == 200
        time.sleep(2.2)
    assert any("its memory is needed by another" in one for one in reasons(narrow, "one"))


def test_doors_outlive_instances(stagedoor: Running, tmp_path: Path) -> None:
    """Behind a door with nobody a connection waits in the kernel: it is accepted before anything runs."""
    stagedoor.cli("deploy", folder=script(tmp_path, "door", SLOW, SLEEPY))
    wait_until(lambda: not stagedoor.json("instances", "door"), 30, "the sleep")
    with socket.create_connection(("127.0.0.1", stagedoor.port("test")), timeout=10) as connection:
        connection.sendall(b"POST /door/slow HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\nconnection: close\r\n\r\nab")
        time.sleep(0.3)
        connection.sendall(b"cd")
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 200") and answer.endswith(b'{"size":4}')
