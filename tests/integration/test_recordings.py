"""Requests are recorded with all they saw, and run again: the same, with another version, with failures."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.running import Running, fetch, fetch_json, wait_until
from tests.integration.applications import script
from tests.integration.services import Films, register, serving

pytestmark = pytest.mark.database

MAIN = """
import asyncio
import random
import threading
import time
import uuid

from stagedoor import HTTPError, Request, Stream, api, config, endpoint, secrets

kept = {{}}


@endpoint("GET", "/home")
async def home(request: Request) -> dict:
    rows, film = await api.gather(api.taped.rows(limit=3), api.taped.get("/films/7?token=planted-in-address"))
    return {{
        "rows": rows["rows"], "film": film.json()["path"], "id": str(uuid.uuid4()), "at": time.time(),
        "word": "{word}", "share": random.random(), "words": list({{"a", "b", "c", "d"}}),
    }}


@endpoint("POST", "/orders")
async def order(request: Request) -> dict:
    headers = {{"authorization": "Bearer planted-in-header", "x-caller": secrets["KEY"]}}
    made = await api.taped.post("/orders", json={{"password": "planted-in-body", "n": {n}}}, headers=headers)
    return {{"made": made.json()["path"], "token": "planted-in-answer"}}


@endpoint("GET", "/fails")
async def fails(request: Request) -> dict:
    await api.taped.get("/films/1", fallback=None)
    {fails}


@endpoint("GET", "/kept")
async def cached(request: Request) -> dict:
    if "film" not in kept:
        kept["film"] = (await api.taped.get("/films/2")).json()
    return kept["film"]


@endpoint("GET", "/threads")
async def threads(request: Request) -> dict:
    return {{"found": await asyncio.to_thread(lambda: time.time())}}


@endpoint("GET", "/stream")
async def stream(request: Request) -> Stream:
    async def parts():
        for number in range(3):
            yield {{"number": number, "id": str(uuid.uuid4())}}

    return Stream(parts())


@endpoint("GET", "/streamed")
async def streamed(request: Request) -> dict:
    answer = await api.taped.stream("/films/3")
    return {{"size": sum([len(part) async for part in answer.chunks()])}}


@endpoint("GET", "/large")
async def large(request: Request) -> dict:
    await api.taped.get(f"/films/4?by={{secrets['KEY']}}", check=False)
    return {{"text": "x" * 3_000_000}}
"""
KEY = "planted-secret-of-the-script"


def taped(folder: Path, name: str, word: str = "one", fails: str = "raise RuntimeError('broken')", n: int = 1) -> Path:
    extra = 'services = ["taped"]\n\n[pipeline]\nstages = ["checks", "test", "smoke", "replay", "prod"]\n'
    return script(folder, name, MAIN.format(word=word, fails=fails, n=n), extra=extra)


@pytest.fixture(scope="module")
def films(stagedoor: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Films]:
    with serving() as known:
        register(stagedoor, "taped", known)
        yield known


@pytest.fixture(scope="module")
def application(stagedoor: Running, films: Films, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = taped(tmp_path_factory.mktemp("taped"), "taped-one")
    stagedoor.cli("publish", folder=folder)
    for stack in ("test", "prod"):
        put(stagedoor, "/v1/applications/taped-one/secrets/KEY", {"stack": stack, "value": KEY})
    stagedoor.cli("release", "1.0.0", "--stack", "prod", "--strategy", "direct", "--application", "taped-one")
    return "taped-one"


def put(running: Running, path: str, wish: dict[str, Any]) -> None:
    headers = {"authorization": f"Bearer {running.token}", "content-type": "application/json"}
    got = fetch(running.port("control"), path, headers, method="PUT", body=json.dumps(wish).encode())
    assert got.status < 300, got.body


def ask(running: Running, path: str, device: str = "", method: str = "GET", body: bytes = b"") -> Any:
    headers = {"x-device": device} if device else {}
    return fetch(running.port("prod"), path, headers, method=method, body=body, timeout=20)


def recorded(running: Running, application: str, endpoint: str, **wanted: str) -> dict[str, Any]:
    query = "&".join(f"{key}={value}" for key, value in wanted.items())
    path = f"/v1/recordings?application={application}&endpoint={endpoint.replace(' ', '%20')}&{query}"
    return dict(wait_until(lambda: (fetch_json(running, path) or [None])[0], 20, f"a recording of {endpoint}"))


def replay(running: Running, *arguments: str) -> dict[str, Any]:
    said = running.cli("replay", *arguments, "--json", check=False)
    assert said.stdout, said.stderr
    return dict(json.loads(said.stdout))


def test_a_request_is_run_again_and_comes_to_the_same(stagedoor: Running, application: str, films: Films) -> None:
    answer = ask(stagedoor, "/taped-one/home")
    assert answer.status == 200, answer.body
    one = recorded(stagedoor, application, "GET /home")
    assert (one["calls"], one["status"], one["lacking"]) == (2, 200, [])
    before = films.asked.copy()
    told = replay(stagedoor, one["id"])
    assert told["same"], told
    assert json.loads(told["outcome"]["body"]) == answer.json() | {"film": "/films/7?token=***"}
    assert told["divergences"] == []
    assert films.asked == before  # No service was asked anything.
    # On this machine as well, by the very code that a debugger would stop in.
    here = replay(stagedoor, one["id"], "--here", "--data", str(stagedoor.folder / "laptop"))
    assert here["same"], here
    words = stagedoor.cli("replay", one["id"]).stdout
    assert "the same, byte for byte: status 200" in words


def test_secrets_are_in_nothing_that_is_stored(stagedoor: Running, application: str, films: Films) -> None:
    body = json.dumps({"email": "planted@example.org", "nested": {"password": {"old": "planted-nested"}}}).encode()
    headers = {"content-type": "application/json", "cookie": "session=planted-cookie", "x-device": "tv-9"}
    got = fetch(stagedoor.port("prod"), "/taped-one/orders?api_key=planted-in-query", headers, method="POST", body=body)
    assert got.status == 200, got.body
    assert KEY in json.dumps([head.get("x-caller") for head in films.heads])
    one = recorded(stagedoor, application, "POST /orders")
    shown = json.dumps(fetch_json(stagedoor, f"/v1/recordings/{one['id']}"))
    assert "***" in shown
    assert "[secret KEY]" in shown
    found = re.findall(r"planted[-@][a-z-]+", shown)
    assert found == []
    # It is run again with names in the place of secrets, and is the same; so it is on this machine.
    told = replay(stagedoor, one["id"])
    assert told["same"], told
    here = replay(stagedoor, one["id"], "--here", "--data", str(stagedoor.folder / "laptop"))
    assert here["same"], here
    # What lies on disk is sealed: not even what is no secret can be read there.
    folder = stagedoor.data / "telemetry" / "recordings"
    content = b"".join(path.read_bytes() for path in folder.iterdir())
    assert content
    assert b"planted" not in content
    assert b"/orders HTTP" not in content
    assert b"films" not in b"".join(path.read_bytes() for path in folder.glob("*.recordings"))
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_errors_are_recorded_by_themselves_and_debugged_by_hand(stagedoor: Running, application: str) -> None:
    assert ask(stagedoor, "/taped-one/fails").status == 500
    one = recorded(stagedoor, application, "GET /fails", reason="error")
    told = replay(stagedoor, one["id"])
    assert told["same"]
    assert told["outcome"]["status"] == 500
    listed = stagedoor.cli("recordings", application, "--reason", "error").stdout
    assert one["id"] in listed
    har = json.loads(stagedoor.cli("recordings", "--har", one["id"]).stdout)
    assert har["log"]["version"] == "1.2"
    assert [entry["response"]["status"] for entry in har["log"]["entries"]] == [500, 200]


def test_a_flagged_device_has_all_it_does_recorded(stagedoor: Running, application: str) -> None:
    put(stagedoor, "/v1/flags/tv-flagged", {"seconds": 60})

    def flagged() -> list[dict[str, Any]]:
        ask(stagedoor, "/taped-one/home", "tv-flagged")
        return list(fetch_json(stagedoor, "/v1/recordings?device=tv-flagged&reason=flagged"))

    wait_until(flagged, 20, "the flag at telemetry")
    before = len(fetch_json(stagedoor, "/v1/recordings?device=tv-flagged&limit=1000"))
    for _ in range(12):
        ask(stagedoor, "/taped-one/home", "tv-flagged")
    wait_until(lambda: len(fetch_json(stagedoor, "/v1/recordings?device=tv-flagged&limit=1000")) >= before + 12)


def test_what_cannot_be_repeated_says_why(stagedoor: Running, application: str) -> None:
    streamed = ask(stagedoor, "/taped-one/streamed")
    assert streamed.status == 200, streamed.body
    one = recorded(stagedoor, application, "GET /streamed")
    assert one["lacking"] == ["a service's answer was streamed"]
    refused = stagedoor.cli("replay", one["id"], check=False)
    assert "is not replayable: a service's answer was streamed" in refused.stderr
    assert ask(stagedoor, "/taped-one/large").status == 200
    one = recorded(stagedoor, application, "GET /large")
    assert "it is larger than the" in one["lacking"][0]
    assert KEY not in json.dumps(fetch_json(stagedoor, f"/v1/recordings/{one['id']}"))
    # A streamed answer is there as a whole.
    assert ask(stagedoor, "/taped-one/stream").status == 200
    assert replay(stagedoor, recorded(stagedoor, application, "GET /stream")["id"])["same"]
    assert ask(stagedoor, "/taped-one/threads").status == 200
    one = recorded(stagedoor, application, "GET /threads")
    told = fetch_json(stagedoor, f"/v1/recordings/{one['id']}")
    assert told["har"]["log"]["_stagedoor"]["causes"] == ["it starts threads"]
    missing = stagedoor.cli("replay", "no-such-request", check=False)
    assert "there is no recording of the request 'no-such-request'" in missing.stderr


def test_a_cache_is_a_declared_cause(stagedoor: Running, application: str) -> None:
    def without_calls() -> dict[str, Any] | None:
        ask(stagedoor, "/taped-one/kept")  # One a second of each endpoint is recorded.
        path = "/v1/recordings?application=taped-one&endpoint=GET%20/kept"
        return next((one for one in fetch_json(stagedoor, path) if not one["calls"]), None)

    one = wait_until(without_calls, 20, "a recording of a request that used the cache")
    told = replay(stagedoor, one["id"])
    assert not told["same"]
    assert [each["kind"] for each in told["divergences"]] == ["not recorded"]
    assert "the script may keep state of earlier requests, which no recording has" in told["causes"]


def test_each_call_fails_in_turn(stagedoor: Running, application: str) -> None:
    ask(stagedoor, "/taped-one/fails")
    ask(stagedoor, "/taped-one/home")
    one = recorded(stagedoor, application, "GET /home")
    told = replay(stagedoor, one["id"], "--failures")
    assert {(each["number"], each["kind"]) for each in told["trials"]} == {
        (number, kind) for number in (0, 1) for kind in ("delay", "error", "empty", "malformed", "cut")
    }
    assert not any(each["stands"] for each in told["trials"] if each["kind"] in ("error", "delay", "cut"))
    failed = replay(stagedoor, one["id"], "--fail", "1=error")
    assert failed["outcome"]["status"] == 502
    assert "NO FALLBACK" in stagedoor.cli("replay", one["id"], "--failures", check=False).stdout


def test_a_new_version_is_compared_on_what_was_recorded(
    stagedoor: Running, application: str, films: Films, tmp_path: Path
) -> None:
    for _ in range(4):
        for path in ("/taped-one/home", "/taped-one/fails"):
            ask(stagedoor, path)
        time.sleep(0.6)
    stagedoor.cli("publish", folder=taped(tmp_path, "taped-one", "two"))
    recorded(stagedoor, application, "GET /home")
    before = films.asked.copy()
    told = replay(stagedoor, "--application", application, "--against", "1.0.1", "--endpoint", "GET /home")
    assert films.asked == before
    assert told["exact"] == told["recordings"] > 0
    groups = {(each["place"], each["kind"]): each for each in told["comparison"]["groups"]}
    assert list(groups) == [("/word", "changed")]
    assert groups["/word", "changed"]["new"]
    assert groups["/word", "changed"]["examples"][0]["left"] == '"one"'
    accepted = stagedoor.cli(
        "difference", "accept", "GET /home", "/word", "--why", "the word of the day", "--application", application
    )
    assert "accepted by operator" in accepted.stdout
    again = replay(stagedoor, "--application", application, "--against", "1.0.1", "--endpoint", "GET /home")
    assert not any(each["new"] for each in again["comparison"]["groups"])
    assert again["comparison"]["groups"][0]["why"] == "the word of the day"
    assert "replay taped-one 1.0.0 -> 1.0.1" in stagedoor.cli("replay", "--list").stdout
    stagedoor.cli("difference", "retract", "GET /home", "/word", "--application", application)
    assert fetch_json(stagedoor, f"/v1/applications/{application}/differences") == []


@pytest.mark.parametrize("harm", ['rows["no such key"]', "__import__('os')._exit(3)"])
def test_a_version_that_fails_what_was_recorded_never_meets_people(
    stagedoor: Running, application: str, films: Films, tmp_path: Path, harm: str
) -> None:
    def enough() -> bool:
        ask(stagedoor, "/taped-one/home")
        path = "/v1/recordings?application=taped-one&endpoint=GET%20/home&replayable=true&limit=100"
        return len([one for one in fetch_json(stagedoor, path) if one["version"] == "1.0.0"]) >= 6

    wait_until(enough, 30, "recordings")
    folder = taped(tmp_path, "taped-one", "three")
    source = (folder / "main.py").read_text().replace('"word": "three"', f'"word": {harm}')
    (folder / "main.py").write_text(source)
    refused = stagedoor.cli("deploy", "--stack", "prod", folder=folder, check=False)
    assert refused.returncode == 1
    assert "every time they are run again" in refused.stderr + refused.stdout
    assert ask(stagedoor, "/taped-one/home").json()["word"] == "one"
    assert fetch_json(stagedoor, f"/v1/rollouts?application={application}&stack=prod&limit=1")[0]["state"] == "done"


def published(running: Running, folder: Path) -> str:
    told = json.loads(running.cli("publish", "--json", folder=folder).stdout.splitlines()[-1])
    return str(told["version"])


def test_a_shadow_answers_again_and_writes_nothing(
    stagedoor: Running, application: str, films: Films, tmp_path: Path
) -> None:
    number = published(stagedoor, taped(tmp_path, "taped-one", "shadow", n=2))
    stagedoor.cli("shadow", "start", number, "--application", application, "--time", "10m")
    assert f"taped-one {number} in prod" in stagedoor.cli("shadow", "list").stdout
    headers = {"content-type": "application/json"}
    orders = films.asked["/orders"]
    sent = 0

    def seen() -> dict[str, Any] | None:
        nonlocal sent
        sent += 1
        fetch(stagedoor.port("prod"), "/taped-one/orders", headers, method="POST", body=b"{}")
        found = [one for one in fetch_json(stagedoor, "/v1/replays?application=taped-one") if one["kind"] == "shadow"]
        places = {each["place"] for one in found for each in one["comparison"]["groups"]}
        return found[0] if "call taped POST /orders" in places else None

    told = wait_until(seen, 40, "the shadow's report")
    assert told["new"] == number
    # The order it would have made differs, and only those of the live version were made.
    assert films.asked["/orders"] == orders + sent
    again = stagedoor.cli("shadow", "start", number, "--application", application, check=False)
    assert "is a shadow in prod already" in again.stderr
    stagedoor.cli("shadow", "end", "--application", application)
    assert application not in {one["application"] for one in fetch_json(stagedoor, "/v1/shadows")}


def test_a_shadow_with_answers_of_now_asks_for_what_has_no_effect_and_for_nothing_else(
    stagedoor: Running, application: str, films: Films, tmp_path: Path
) -> None:
    mended = "return (await api.taped.get('/films/99')).json()"
    number = published(stagedoor, taped(tmp_path, "taped-one", "live", mended, n=3))
    stagedoor.cli("shadow", "start", number, "--application", application, "--time", "10m", "--live")
    assert "live" in stagedoor.cli("shadow", "list").stdout
    headers = {"content-type": "application/json"}
    orders = films.asked["/orders"]
    sent = 0

    def seen() -> dict[tuple[str, str], dict[str, Any]] | None:
        nonlocal sent
        sent += 1
        fetch(stagedoor.port("prod"), "/taped-one/orders", headers, method="POST", body=b"{}")
        fetch(stagedoor.port("prod"), "/taped-one/fails")
        told = [one for one in fetch_json(stagedoor, "/v1/replays?application=taped-one") if one["new"] == number]
        groups = {(each["endpoint"], each["place"]): each for one in told for each in one["comparison"]["groups"]}
        wanted = {("GET /fails", "call taped GET /films/99"), ("POST /orders", "call taped POST /orders")}
        return groups if wanted <= groups.keys() else None

    groups = wait_until(seen, 40, "the shadow's report")
    # What the live version never asked for was answered, by the service itself: the request does not fail any more.
    changed = groups["GET /fails", "status"]["examples"][0]
    assert (changed["left"], changed["right"]) == ("500", "200")
    assert films.asked["/films/99"] > 0
    assert {one["stagedoor-stack"] for one in films.heads if one["stagedoor-application"] == "shadow:taped-one"} == {
        "prod"
    }
    assert films.asked["/orders"] == orders + sent
    stagedoor.cli("shadow", "end", "--application", application)


def test_a_damaged_recording_says_so(stagedoor: Running, application: str) -> None:
    ask(stagedoor, "/taped-one/home")
    one = recorded(stagedoor, application, "GET /home")
    har = json.loads(stagedoor.cli("recordings", "--har", one["id"]).stdout)
    file = stagedoor.folder / "one.har"
    whole = json.dumps(har)
    for harm, words in (
        (lambda log: log["entries"].clear(), "the recording is damaged"),
        (lambda log: log["_stagedoor"].update(format=99), "has format 99"),
        (lambda log: log.pop("_stagedoor"), "is no recording"),
    ):
        harmed = json.loads(whole)
        harm(harmed["log"])
        file.write_text(json.dumps(harmed))
        refused = stagedoor.cli("replay", str(file), "--here", check=False)
        assert words in refused.stderr, refused.stderr
    file.write_text(whole)
    assert replay(stagedoor, str(file), "--here", "--data", str(stagedoor.folder / "laptop"))["same"]
