"""Live instances looked into, with everything real: their CPU, their memory, and what their requests wait for."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from stagedoor.http.client import Client
from stagedoor.model.errors import Conflict, Forbidden, Invalid, Missing, Unavailable
from tests.harness.running import Running, wait_until
from tests.integration.applications import script
from tests.integration.services import Films, register, serving

MAIN = """
import os
import time

from stagedoor import api, endpoint

KEPT = []


class Kept:
    def __init__(self, number):
        self.text = f"kept {number}"


def burn(rounds):
    total = 0
    for number in range(rounds):
        total += number * number % 7
    return total


@endpoint("GET", "/burn")
async def hot(request):
    return {"total": burn(60_000)}


async def rows():
    return await api.seen.rows(timeout=5)


@endpoint("GET", "/wait/{name}")
async def wait(request):
    return await rows()


@endpoint("GET", "/block")
async def block(request):
    time.sleep(5)
    return {}


@endpoint("GET", "/keep")
async def keep(request):
    KEPT.extend(Kept(number) for number in range(20_000))
    return {}


@endpoint("GET", "/end")
async def end(request):
    os._exit(3)


@endpoint("GET", "/quick")
async def quick(request):
    return {}
"""

ASGI = """
import asyncio


async def ponder():
    await asyncio.sleep(5)


async def app(scope, receive, send):
    if scope["type"] != "http":
        raise RuntimeError
    await ponder()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"pondered"})
"""


@pytest.fixture(scope="module")
def films() -> Iterator[Films]:
    with serving() as known:
        yield known


@pytest.fixture(scope="module")
def seen(stagedoor: Running, films: Films, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The platform with the application `profiled` of the team `tests`, which one instance serves."""
    register(stagedoor, "seen", films)
    folder = tmp_path_factory.mktemp("profile")
    extra = 'services = ["seen"]\n[scaling]\nmin = 1\nmax = 1\n'
    stagedoor.json("deploy", folder=script(folder, "profiled", MAIN, extra))
    yield stagedoor
    films.pause = 0.0


def instance(stagedoor: Running) -> str:
    return str(stagedoor.json("instances", "profiled")[0]["id"])


@contextmanager
def asking(stagedoor: Running, *paths: str) -> Iterator[list[int]]:
    """Asks for each path, over and over while the block lasts; what was answered."""
    statuses: list[int] = []
    over = threading.Event()

    def ask(path: str) -> None:
        while not over.is_set():
            try:
                statuses.append(stagedoor.get(path).status)
            except OSError:
                statuses.append(0)

    with ThreadPoolExecutor(len(paths)) as pool:
        for path in paths:
            pool.submit(ask, path)
        try:
            yield statuses
        finally:
            over.set()


def test_the_function_that_burns_stands_at_the_top_and_no_request_fails(seen: Running) -> None:
    with asking(seen, "/profiled/burn", "/profiled/quick") as statuses:
        told = seen.json("profile", "profiled", "--seconds", "3")
    assert len(statuses) > 50 and set(statuses) == {200}
    assert told["instance"] == instance(seen) and told["cores"] > 0.05
    first = told["functions"][0]
    assert (first["name"], first["file"], first["kind"]) == ("burn", "/app/main.py", "script")
    assert first["own"] > 0.5 * told["busy"] > told["samples"] / 6
    assert told["paths"][0]["frames"][-1].startswith("burn (main.py:")


def test_the_command_line_says_it_in_words_and_writes_folded_stacks(seen: Running, tmp_path: Path) -> None:
    file = tmp_path / "stacks.txt"
    with asking(seen, "/profiled/burn"):
        said = seen.cli("profile", "profiled", "--seconds", "1", "--folded", str(file)).stdout
    assert "burn  main.py" in said and "heaviest paths" in said
    assert any(";hot (main.py);burn (main.py) " in line for line in file.read_text().splitlines())


def test_a_request_that_waits_for_a_call_shows_the_call_and_its_stack(seen: Running, films: Films) -> None:
    films.pause = 4.0
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(seen.get, "/profiled/wait/7")

        def flying() -> Any:
            told = seen.json("profile", "profiled", "--waiting")
            return told if told["requests"] and told["requests"][0]["calls"] else None

        told = wait_until(flying, 30, "the request in flight")
        films.pause = 0.0
        assert asked.result().status == 200
    one = told["requests"][0]
    assert told["blocked"] is None and (one["method"], one["path"]) == ("GET", "/wait/7") and one["id"]
    assert [frame["name"] for frame in one["stacks"][0] if frame["kind"] == "script"] == ["wait", "rows"]
    call = one["calls"][0]
    assert (call["service"], call["method"], call["path"], call["limit"]) == ("seen", "rows", "/rows", 5.0)
    assert 0 < call["age"] <= one["age"] + 0.05 < 5


def test_an_asgi_applications_requests_are_seen_as_well(stagedoor: Running, tmp_path: Path) -> None:
    extra = 'app = "main:app"\n'
    stagedoor.json("deploy", folder=script(tmp_path, "pondering", ASGI, extra))
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(stagedoor.get, "/pondering/slow")

        def flying() -> Any:
            found = stagedoor.json("profile", "pondering", "--waiting")
            return found if found["requests"] else None

        told = wait_until(flying, 30, "the request in flight")
        assert asked.result().status == 200
    (one,) = told["requests"]
    assert [frame["name"] for frame in one["stacks"][0] if frame["kind"] == "script"] == ["app", "ponder"]


def test_a_blocked_loop_is_shown_by_the_profilers_stack(seen: Running) -> None:
    client = Client(seen.addresses["control"], seen.token)
    name = instance(seen)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(seen.get, "/profiled/block")
        time.sleep(1.0)
        told = client.post("instances", name, "waiting")
        assert asked.result().status == 200
    assert "did not answer within 1 s" in told["blocked"]["reason"]
    last = told["blocked"]["threads"][0]["frames"][-1]
    assert (last["name"], last["kind"]) == ("block", "script")
    assert MAIN.splitlines()[last["line"] - 1].strip() == "time.sleep(5)"
    assert "request_lost" not in seen.cli("logs", "profiled", "--instance", name).stdout
    assert client.post("instances", name, "waiting")["blocked"] is None


def test_what_grows_in_memory_is_told_by_type(seen: Running) -> None:
    name = instance(seen)
    client = Client(seen.addresses["control"], seen.token)
    later = threading.Timer(2.0, seen.get, ("/profiled/keep",))
    later.start()
    told = client.post("instances", name, "memory", body={"apart": 5})
    later.join()
    grown = {one["type"]: one for one in told["types"]}
    kept = next(one for name, one in grown.items() if name.endswith("Kept"))
    assert 18_000 < kept["count_growth"] < 22_000
    assert grown["str"]["bytes_growth"] > 500_000
    share = told["share"]
    assert 0 < share["anonymous"] <= share["used"] < share["limit"] and told["looked"] <= told["tracked"]


def test_its_team_and_operators_may_and_each_look_is_an_activity(seen: Running) -> None:
    name, url = instance(seen), seen.addresses["control"]
    roles = {"viewer": (), "stranger": ("--team", "others"), "developer": ("--team", "tests")}
    clients = {}
    for role, team in roles.items():
        kind = "viewer" if role == "viewer" else "developer"
        made = seen.json("token", "create", f"profile-{role}", "--role", kind, "--expires", "1h", *team)
        clients[role] = Client(url, made["token"])
    bodies = {"profile": {"seconds": 1}, "memory": {}, "waiting": None}
    for what, body in bodies.items():
        for role in ("viewer", "stranger"):
            with pytest.raises(Forbidden):
                clients[role].post("instances", name, what, body=body)
        assert clients["developer"].post("instances", name, what, body=body)["instance"] == name
    noted = [one for one in seen.json("activity") if one["target"] == name and one["by"].startswith("profile-")]
    assert {(one["by"], one["action"]) for one in noted} == {("profile-developer", what) for what in bodies}
    assert next(one for one in noted if one["action"] == "profile")["after"]["seconds"] == 1


def test_one_profile_at_a_time_which_ends_when_its_caller_leaves(seen: Running) -> None:
    client, name = Client(seen.addresses["control"], seen.token), instance(seen)
    url = f"{seen.addresses['control']}/v1/instances/{name}/profile"
    headers = {"authorization": f"Bearer {seen.token}"}

    def leave() -> None:
        with pytest.raises(httpx2.ReadTimeout):
            httpx2.post(url, json={"seconds": 60}, headers=headers, timeout=4.0)

    with ThreadPoolExecutor(1) as pool:
        left = pool.submit(leave)
        time.sleep(1.5)
        with pytest.raises(Conflict, match="profiled already"):
            client.post("instances", name, "profile", body={"seconds": 1})
        left.result()

    def free() -> bool:
        try:
            return bool(client.post("instances", name, "profile", body={"seconds": 1})["samples"])
        except Conflict:
            return False

    wait_until(free, 30, "the end of the profile that nobody waits for")


def test_a_profile_ends_with_its_instance(seen: Running) -> None:
    client, name, began = Client(seen.addresses["control"], seen.token), instance(seen), time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.post, "instances", name, "profile", body={"seconds": 30})
        time.sleep(1.0)
        seen.get("/profiled/end")
        try:
            assert asked.result()["samples"] < 3000
        except Unavailable as failure:
            assert name in failure.message
    assert time.monotonic() - began < 25, "before the 30 s of the profile were over"
    wait_until(lambda: seen.get("/profiled/quick").status == 200, what="the next instance")


def test_what_cannot_be_looked_into_is_said(seen: Running) -> None:
    client = Client(seen.addresses["control"], seen.token)
    with pytest.raises(Missing):
        client.post("instances", "i00000000", "waiting")
    for seconds in (0, 61):
        with pytest.raises(Invalid):
            client.post("instances", instance(seen), "profile", body={"seconds": seconds})


def test_devices_and_other_scripts_cannot_ask(seen: Running) -> None:
    port = seen.port("test")
    for path in ("/profiled/.stagedoor/waiting", "/profiled/%2estagedoor/waiting"):
        assert httpx2.request("REPORT", f"http://127.0.0.1:{port}{path}").status_code in (404, 405)
