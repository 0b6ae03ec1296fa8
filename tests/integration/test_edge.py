"""What the edge believes, where it sends what, and what it answers by itself."""

import base64
import hashlib
import hmac
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.harness.running import Running, fetch, platform, wait_until
from tests.integration.applications import hello, script
from tests.integration.load import Load
from tests.integration.services import register, serving

SPOOFED = [
    "stagedoor-device", "stagedoor-member", "stagedoor-prefix", "stagedoor-request-id", "stagedoor-preview",
    "Stagedoor-Anything", "stagedoor_device",
]  # fmt: skip
TRACES = [
    "traceparent", "tracestate", "baggage", "b3", "x-b3-traceid", "x-request-id", "x-correlation-id",
    "x-cloud-trace-context", "x-amzn-trace-id", "x-datadog-trace-id", "uber-trace-id", "x-ot-span-context",
    "forwarded", "x-forwarded-for", "x-real-ip",
]  # fmt: skip


@pytest.fixture(scope="module")
def distrusting(tmp_path_factory: pytest.TempPathFactory) -> "Running":
    """A platform that trusts no peer and takes the member from a JWT."""
    folder = tmp_path_factory.mktemp("jwt")
    key = folder / "key"
    key.write_text("a-shared-secret")
    settings = """
[edge]
device = "header:x-device"
member = "jwt:sub"
jwt_key = "a-shared-secret"
jwt_algorithm = "HS256"
client_rate = 50
"""
    with platform(settings) as running:
        running.cli("deploy", folder=hello(folder, "plain"))
        yield running


@pytest.mark.parametrize("name", SPOOFED + TRACES)
def test_a_header_that_a_device_may_not_set_does_not_arrive(distrusting: Running, name: str) -> None:
    seen = distrusting.get("/plain/headers", headers={name: "spoofed"}).json()
    assert "spoofed" not in seen.values()


def test_a_device_header_of_an_untrusted_peer_is_not_believed(distrusting: Running) -> None:
    assert distrusting.get("/plain/hello", headers={"x-device": "tv"}).json()["device"] == ""


def test_trace_headers_of_a_trusted_peer_arrive_but_never_the_platforms_own(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "trusting"))
    headers = {"traceparent": "00-abc-def-01", "stagedoor-member": "spoofed", "x-device": "tv", "cookie": "member=m9"}
    seen = stagedoor.get("/trusting/headers", headers=headers).json()
    assert seen["traceparent"] == "00-abc-def-01"
    assert (seen["stagedoor-device"], seen["stagedoor-member"]) == ("tv", "m9")


def _jwt(claims: dict[str, object], secret: str = "a-shared-secret", algorithm: str = "HS256") -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    signed = f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims)}"
    digest = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def test_a_member_comes_from_a_jwt_that_the_edge_verified(distrusting: Running) -> None:
    later, before = int(time.time()) + 600, int(time.time()) - 600

    def member(token: str) -> str:
        return str(distrusting.get("/plain/hello", headers={"authorization": f"Bearer {token}"}).json()["member"])

    assert member(_jwt({"sub": "m1", "exp": later})) == "m1"
    assert member(_jwt({"sub": "m1", "exp": before})) == ""
    assert member(_jwt({"sub": "m1"})) == ""
    assert member(_jwt({"sub": "m1", "exp": later}, secret="guessed")) == ""
    assert member(_jwt({"sub": "m1", "exp": later}, algorithm="none")) == ""


def test_a_client_above_its_rate_is_refused_and_what_passes_is_what_is_allowed(distrusting: Running) -> None:
    time.sleep(1.1)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: distrusting.get("/plain/hello"), range(300)))
    refused = [one for one in answers if one.status == 429]
    assert refused
    assert refused[0].json()["error"]["code"] == "rate_limited"
    assert refused[0].headers["retry-after"] == "1"
    time.sleep(1.1)
    assert distrusting.get("/plain/hello").status == 200


def test_errors_of_the_edge_are_json_with_the_requests_id(stagedoor: Running, tmp_path: Path) -> None:
    port = stagedoor.port("test")
    stagedoor.cli("deploy", folder=hello(tmp_path, "errors"))
    for got, status, code in (
        (fetch(port, "/nowhere/x"), 404, "no_route"),
        (fetch(port, "/errors/.stagedoor/alive"), 404, "no_route"),
        (fetch(port, "/errors/echo", {"content-length": "99999999"}, method="POST"), 413, "body_too_large"),
    ):
        assert (got.status, got.json()["error"]["code"]) == (status, code)
        assert got.json()["error"]["message"]
        assert got.json()["error"]["request_id"] == got.headers["stagedoor-request-id"]


SLOW = """
import asyncio
import time
from stagedoor import endpoint


@endpoint("GET", "/slow")
async def slow(request):
    await asyncio.sleep(3)
    return {"word": "slow"}


@endpoint("GET", "/blocked")
async def blocked(request):
    time.sleep(8)
    return {}
"""


def test_who_waits_too_long_gets_503_and_who_is_not_answered_504(stagedoor: Running, tmp_path: Path) -> None:
    import threading

    stagedoor.cli(
        "deploy",
        folder=script(tmp_path, "waits", SLOW, "[scaling]\nmax = 1\nconcurrency = 1\n[limits]\nhang = '60s'\n"),
    )
    worker = threading.Thread(target=lambda: fetch(stagedoor.port("test"), "/waits/slow"))
    worker.start()
    time.sleep(0.3)
    queued = stagedoor.get("/waits/slow")
    worker.join()
    assert (queued.status, queued.json()["error"]["code"], queued.headers["retry-after"]) == (503, "unavailable", "1")
    late = stagedoor.get("/waits/blocked")
    assert (late.status, late.json()["error"]["code"]) == (504, "answer_timeout")


def test_route_rules_lead_by_host_path_method_header_and_device(stagedoor: Running, tmp_path: Path) -> None:
    rules = """
[[routes]]
host = "tv.example"
path = "/hello"
[[routes]]
device = "fridge"
[[routes]]
host = "cohort.example"
method = "GET"
path = "/hello"
[routes.header]
x-cohort = "b c"
"""
    stagedoor.cli("deploy", folder=hello(tmp_path, "ruled", "ruled", rules))
    port = stagedoor.port("test")

    def word(headers: dict[str, str], path: str = "/hello") -> str:
        got = fetch(port, path, headers)
        return str(got.json()["word"]) if got.status == 200 else str(got.status)

    assert word({"host": "tv.example"}) == "ruled"
    assert word({"host": "TV.example:80"}) == "ruled"
    assert word({"host": "phone.example"}) == "404"
    assert word({"host": "tv.example"}, "/hellos") == "404"
    assert word({"x-device": "fridge"}) == "ruled"
    assert word({"x-device": "fridges"}) == "404"
    assert word({"host": "cohort.example", "x-cohort": "b c"}) == "ruled"
    assert word({"host": "cohort.example", "x-cohort": "b"}) == "404"
    assert word({"host": "cohort.example", "x-trick": "\tx-cohort: b c"}) == "404"
    # A rule leaves other addresses alone, and goes with the release that brought it.
    assert stagedoor.get("/ruled/hello").json()["word"] == "ruled"
    stagedoor.cli("deploy", folder=hello(tmp_path, "ruled", "plain"))
    assert word({"host": "tv.example"}) == "404"
    stagedoor.cli("rollback", "ruled")
    assert word({"host": "tv.example"}) == "ruled"
    stagedoor.cli("delete", "ruled", "--line", "1", "--stack", "test", "--confirm", "ruled/v1")


def test_a_reload_changes_nothing(own: Running, tmp_path: Path) -> None:
    import os
    import signal

    own.cli("deploy", folder=hello(tmp_path, "kept", "one"))
    with Load(own.port("test"), "/kept/hello", rate=100) as load:
        own.cli("deploy", folder=hello(tmp_path, "kept", "two"))
        os.kill(int(own.program("edge")["pid"]), signal.SIGUSR2)
        time.sleep(1)
        own.cli("deploy", folder=hello(tmp_path, "kept", "three"))
        time.sleep(0.5)
    assert load.failures == []
    assert load.words() == ["one", "two", "three"]


CALLER = """
from stagedoor import ApiError, api, endpoint


@endpoint("GET", "/call/{service}")
async def call(request):
    try:
        answer = await api[request.params["service"]].get("/whatever", headers={"x-extra": "1"})
    except ApiError as error:
        return {"failed": type(error).__name__, "reason": error.reason, "request_id": error.request_id}
    return answer.json()
"""


def test_a_script_calls_what_it_has_a_grant_for_and_nothing_else(stagedoor: Running, tmp_path: Path) -> None:
    with serving() as films:
        films.status = 404
        for name in ("known", "other"):
            register(stagedoor, name, films, described=False)
        stagedoor.cli("deploy", folder=script(tmp_path, "caller", CALLER, 'services = ["known", "unregistered"]\n'))
        known = stagedoor.get("/caller/call/known")
        assert known.json() == {
            "failed": "ApiNotFound", "reason": "status 404", "request_id": known.headers["stagedoor-request-id"],
        }  # fmt: skip
        for name in ("other", "unregistered", "nowhere"):
            refused = stagedoor.get(f"/caller/call/{name}").json()
            assert refused["failed"] == "ApiRefused"
            assert f"no grant: name {name} under services" in refused["reason"]
        assert len(films.heads) == 1

    def called() -> set[str]:
        lines = stagedoor.cli("requests", "caller", "--calls", "--json").stdout.splitlines()
        return {json.loads(line)["service"] for line in lines}

    wait_until(lambda: called() >= {"known", "other"}, 30, "the calls")


def test_a_record_says_when_its_request_began_also_on_a_connection_that_was_idle(
    stagedoor: Running, tmp_path: Path
) -> None:
    stagedoor.json("deploy", folder=hello(tmp_path, "timed"))
    times = []
    with socket.create_connection(("127.0.0.1", stagedoor.port("test")), timeout=10) as connection:
        answers = connection.makefile("rb")
        for pause in (0.0, 1.2):
            time.sleep(pause)  # An idle device: the time itself is what is looked at.
            times.append(time.time())
            connection.sendall(b"GET /timed/hello HTTP/1.1\r\nhost: x\r\n\r\n")
            length = 0
            while line := answers.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            answers.read(length)
        answers.close()

    def both() -> list[float]:
        lines = stagedoor.cli("requests", "timed", "--json").stdout.splitlines()
        return [one["at"] for one in map(json.loads, lines) if one["path"] == "/timed/hello"]

    found = sorted(wait_until(lambda: len(both()) >= 2 and both(), 30, "the records")[-2:])
    assert all(abs(at - asked) < 0.5 for at, asked in zip(found, times, strict=True)), (found, times)
