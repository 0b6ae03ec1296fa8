"""Services and calls to them, as a script, its author and a service's owner see them."""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bench.running import Running, fetch, fetch_json, wait_until

from stagedoor.control.rehearsal import sign
from stagedoor.http.client import Client
from stagedoor.main.paths import Paths
from stagedoor.model import errors
from tests.integration.applications import script
from tests.integration.services import DOCUMENT, Films, register, serving

CALLER = """
import socket
import urllib.request

from stagedoor import ApiError, Request, api, config, endpoint

SERVICE = "{service}"


async def told(call):
    try:
        value = await call
    except ApiError as error:
        return {{"failed": type(error).__name__, "reason": error.reason, "name": error.name}}
    return value if isinstance(value, dict) else value.json()


@endpoint("GET", "/rows")
async def rows(request: Request) -> dict:
    return await told(api[SERVICE].rows(limit=request.query.get("limit", 3), member=request.query.get("member")))


@endpoint("GET", "/film/{{id}}")
async def film(request: Request) -> dict:
    return await told(api[SERVICE].film(id=request.params["id"]))


@endpoint("GET", "/order")
async def order(request: Request) -> dict:
    return await told(api[SERVICE].order(body={{"film": 1}}))


@endpoint("GET", "/get")
async def get(request: Request) -> dict:
    return await told(api[request.query.get("service", SERVICE)].get(request.query["path"]))


@endpoint("GET", "/home")
async def home(request: Request) -> dict:
    first, second, again = await api.gather(
        api[SERVICE].rows(limit=1, fallback={{"rows": ["own"]}}), api[SERVICE].film(id="7", fallback=None),
        api[SERVICE].rows(limit=1, fallback={{"rows": ["own"]}}),
    )
    assert first == again
    return {{"first": first, "second": second, "degraded": api.degraded()}}


@endpoint("GET", "/many/{{count}}")
async def many(request: Request) -> dict:
    method = request.query.get("method", "rows")
    calls = [told(getattr(api[SERVICE], method)(**arguments(method, n))) for n in range(int(request.params["count"]))]
    found = await api.gather(*calls)
    return {{"passed": sum("failed" not in one for one in found), "refused": [one for one in found if "failed" in one]}}


def arguments(method: str, number: int) -> dict:
    return {{"id": str(number)}} if method == "film" else {{"limit": number}}


@endpoint("GET", "/plain")
def plain(request: Request) -> dict:
    url = f"http://{{request.query.get('service', SERVICE)}}{{request.query['path']}}"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return {{"status": answer.status, "body": answer.read().decode()}}
    except urllib.error.HTTPError as error:
        return {{"status": error.code, "body": error.read().decode()}}


@endpoint("POST", "/raw")
def raw(request: Request) -> dict:
    with socket.socket(socket.AF_UNIX) as way_out:
        way_out.settimeout(3)
        way_out.connect("/run/stagedoor/egress.sock")
        way_out.sendall(request.body)
        content = b""
        try:
            while chunk := way_out.recv(65536):
                content += chunk
        except TimeoutError:
            pass
    return {{"said": content.decode("latin-1")}}
"""


def deploy(stagedoor: Running, folder: Path, name: str, service: str, *, manifest: str = "") -> str:
    """An application that calls `service`; what the deploy said."""
    more = manifest or f'services = ["{service}"]\n'
    return stagedoor.cli("deploy", folder=script(folder, name, CALLER.format(service=service), more)).stdout


def raw(stagedoor: Running, name: str, message: bytes) -> str:
    got = fetch(stagedoor.port("test"), f"/{name}/raw", method="POST", body=message)
    return str(got.json()["said"])


def test_a_call_carries_the_platforms_credential_and_nothing_that_the_script_made_up(
    stagedoor: Running, tmp_path: Path
) -> None:
    with serving() as films:
        document = tmp_path / "films.json"
        document.write_text(json.dumps(DOCUMENT))
        url = f"http://127.0.0.1:{films.port}"
        added = stagedoor.cli("service", "add", "trusted", "--url", url, "--openapi", str(document))
        assert "3 methods" in added.stdout
        client = Client(stagedoor.addresses["control"], stagedoor.token)
        client.put("services", "trusted", body={"credential": "Bearer s3cret-of-films"})
        deploy(stagedoor, tmp_path, "svc-trusted", "trusted")
        assert stagedoor.get("/svc-trusted/rows").json()["path"] == "/rows?limit=3"
        head = films.heads[-1]
        assert head["authorization"] == "Bearer s3cret-of-films"
        assert (head["stagedoor-application"], head["stagedoor-stack"]) == ("svc-trusted@1.0.0", "test")
        assert head["host"] == f"127.0.0.1:{films.port}"
        assert head["traceparent"].split("-")[1] == head["stagedoor-request-id"].replace("-", "")
        assert 0 < int(head["stagedoor-remaining"]) <= 5001
        raw(
            stagedoor, "svc-trusted",
            b"GET /rows HTTP/1.1\r\nhost: trusted\r\nauthorization: mine\r\nstagedoor-application: root\r\n"
            b"stagedoor_application: root\r\nstagedoor-fault: x\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n"
            b"x-http-method-override: DELETE\r\nx-original-url: /films/7\r\nx-forwarded-for: 10.0.0.1\r\n"
            b'stagedoor-special: 1","holder":"d0|other@1.0.0|i0|prod","z":"|x\r\n'
            b"connection: close, upgrade, http2-settings\r\n\r\n",
        )  # fmt: skip
        head = films.heads[-1]
        odd = ("upgrade", "http2-settings", "x-http-method-override", "x-original-url", "x-forwarded-for")
        assert not [name for name in (*odd, "stagedoor-special") if name in head]
        assert (head["authorization"], head["stagedoor-application"]) == ("Bearer s3cret-of-films", "svc-trusted@1.0.0")
        assert "stagedoor_application" not in head and "stagedoor-fault" not in head
        everywhere = json.dumps([client.get("services", "trusted"), client.get("services"), client.get("activities")])
        assert "s3cret" not in everywhere
        said = stagedoor.cli("requests", "--calls", "--json").stdout
        assert "s3cret" not in said
        calls = [json.loads(line) for line in said.splitlines()]
        assert {one["application"] for one in calls if one["service"] == "trusted"} == {"svc-trusted"}


SLIPS = {
    "an absolute URL of another host": b"GET http://evil.example/rows HTTP/1.1\r\nhost: guard\r\n\r\n",
    "two hosts": b"GET /rows HTTP/1.1\r\nhost: guard\r\nhost: other\r\n\r\n",
    "another host": b"GET /rows HTTP/1.1\r\nhost: 127.0.0.1:7070\r\n\r\n",
    "no host": b"GET /rows HTTP/1.1\r\n\r\n",
    "a method that was not granted": b"GET /films/7 HTTP/1.1\r\nhost: guard\r\n\r\n",
    "an encoded slash": b"GET /rows%2f..%2ffilms%2f7 HTTP/1.1\r\nhost: guard\r\n\r\n",
    "dots": b"GET /rows/../films/7 HTTP/1.1\r\nhost: guard\r\n\r\n",
    "encoded dots": b"GET /%2e%2e/films/7 HTTP/1.1\r\nhost: guard\r\n\r\n",
    "dots with a parameter": b"GET /rows/..;/films/7 HTTP/1.1\r\nhost: guard\r\n\r\n",
    "an encoded letter": b"GET /film%73/7 HTTP/1.1\r\nhost: guard\r\n\r\n",
    "two slashes": b"GET //films/7 HTTP/1.1\r\nhost: guard\r\n\r\n",
    "a backslash": b"GET /rows\\..\\films\\7 HTTP/1.1\r\nhost: guard\r\n\r\n",
    "an encoded end": b"GET /rows%00/films/7 HTTP/1.1\r\nhost: guard\r\n\r\n",
    "another method of HTTP": b"POST /rows HTTP/1.1\r\nhost: guard\r\ncontent-length: 0\r\n\r\n",
    "an odd method of HTTP": b"get /rows HTTP/1.1\r\nhost: guard\r\n\r\n",
    "an override": b"POST /rows HTTP/1.1\r\nhost: guard\r\nx-http-method-override: DELETE\r\ncontent-length: 0\r\n\r\n",
    "a tunnel": b"CONNECT films:443 HTTP/1.1\r\nhost: guard\r\n\r\n",
    "two lengths": b"GET /rows HTTP/1.1\r\nhost: guard\r\ncontent-length: 5\r\ncontent-length: 0\r\n\r\nGET /",
    "a length and chunks": b"POST /orders HTTP/1.1\r\nhost: guard\r\ncontent-length: 4\r\n"
    b"transfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /films/7 HTTP/1.1\r\nhost: guard\r\n\r\n",
    "a folded field": b"GET /films/7 HTTP/1.1\r\nhost: gu\r\n ard\r\n\r\n",
    "a request within a field": b"GET /films/7 HTTP/1.1\r\nhost: guard\r\nx: \r\nGET /rows HTTP/1.1\r\n\r\n",
}


def test_nothing_slips_through_a_grant(stagedoor: Running, tmp_path: Path) -> None:
    """A version that may call one method, and says so in every way that some server would read as another."""
    with serving() as films, serving() as other:
        register(stagedoor, "guard", films)
        register(stagedoor, "unguarded", other)
        deploy(stagedoor, tmp_path, "svc-guard", "guard", manifest='services = ["guard.rows"]\n')
        assert stagedoor.get("/svc-guard/rows").json()["path"] == "/rows?limit=3"
        for kind, message in SLIPS.items():
            before = Counter(films.asked)
            said = raw(stagedoor, "svc-guard", message)
            status = said.split(" ")[1] if said else "none"
            reached = Counter(films.asked) - before
            assert set(reached) <= {"/rows"}, f"{kind} reached {reached}"
            assert status in ("400", "403", "none") or set(reached) == {"/rows"}, f"{kind}: {said[:80]}"
        assert not other.asked
        for name in ("film", "order"):
            path = "/svc-guard/film/7" if name == "film" else "/svc-guard/order"
            refused = stagedoor.get(path).json()
            assert refused["failed"] == "ApiRefused" and "no grant" in refused["reason"]


def test_any_client_reaches_a_service_by_its_name_under_the_same_rules(stagedoor: Running, tmp_path: Path) -> None:
    with serving() as films:
        register(stagedoor, "plain-films", films)
        register(stagedoor, "plain-others", films)
        deploy(stagedoor, tmp_path, "svc-plain", "plain-films")
        got = stagedoor.get("/svc-plain/plain?path=/rows?limit=9").json()
        assert (got["status"], json.loads(got["body"])["path"]) == (200, "/rows?limit=9")
        refused = stagedoor.get("/svc-plain/plain?path=/rows&service=plain-others").json()
        assert refused["status"] == 403 and "no_grant" in refused["body"]
        assert "no_method" in stagedoor.get("/svc-plain/plain?path=/nothing").json()["body"]
        calls = [
            json.loads(line) for line in stagedoor.cli("requests", "svc-plain", "--calls", "--json").stdout.splitlines()
        ]
        assert {one["application"] for one in calls} == {"svc-plain"}


def test_a_caller_has_its_share_of_a_second_and_no_more(stagedoor: Running, tmp_path: Path) -> None:
    callers = [{"application": "svc-second", "rate": 2}]
    with serving() as films:
        register(
            stagedoor,
            "shared",
            films,
            policies={"methods": {"rows": {"rate": 9, "caller_rate": 6}}, "callers": callers},
        )
        for name in ("svc-first", "svc-second"):
            deploy(stagedoor, tmp_path / name, name, "shared")
        time.sleep(2.1)  # What the trials of the deploys took from a second is over.
        first = stagedoor.get("/svc-first/many/20").json()
        assert first["passed"] == 6
        assert {one["failed"] for one in first["refused"]} == {"ApiRefused"}
        assert "this version may make no more calls" in first["refused"][0]["reason"]
        assert stagedoor.get("/svc-second/many/20").json()["passed"] == 2
        assert stagedoor.get("/svc-first/many/20").json()["passed"] == 0
        assert len(films.heads) == 8
        shown = wait_until(
            lambda: next(
                (one for one in fetch_json(stagedoor, "/v1/services/shared")["methods"]
                 if one["name"] == "rows" and sum(one["figures"]["refused"].values()) == 52), None
            ), 10, "the figures",
        )  # fmt: skip
        assert shown["figures"]["refused"] == {"caller_rate": 52}
        assert "caller_rate 52" in stagedoor.cli("service", "show", "shared").stdout


def test_so_many_may_be_under_way_and_the_least_important_goes_first(stagedoor: Running, tmp_path: Path) -> None:
    policies = {
        "in_flight": 10,
        "defaults": {"adaptive": False, "breaker": False},
        "methods": {"rows": {"criticality": "critical"}, "film": {"criticality": "low", "in_flight": 8}},
    }
    with serving() as films:
        films.pause = 0.4
        register(stagedoor, "short", films, policies=policies)
        deploy(stagedoor, tmp_path, "svc-short", "short")
        time.sleep(1.2)  # The loop has told the egress what the whole service bears.
        film = stagedoor.get("/svc-short/many/30?method=film").json()
        assert 5 <= film["passed"] <= 8, "from seven of ten places on some are refused, at eight all are"
        assert {one["failed"] for one in film["refused"]} == {"ApiOverloaded"}
        rows = stagedoor.get("/svc-short/many/30?method=rows").json()
        assert rows["passed"] == 10, "what is critical may have every place"
        assert "the service is short" in rows["refused"][0]["reason"]


def test_a_method_is_switched_off_for_all_after_it_was_shown_who_needs_it(stagedoor: Running, tmp_path: Path) -> None:
    with serving() as films:
        client = register(stagedoor, "switch", films, policies={"methods": {"film": {"fallback": '{"id": "any"}'}}})
        deploy(stagedoor, tmp_path, "svc-switch", "switch")
        for _ in range(3):
            assert stagedoor.get("/svc-switch/home").status == 200
        found = wait_until(lambda: client.get("services", "switch", "methods", "film", "dependents"), 5, "its callers")
        (home,) = [one for one in found if one["endpoint"] == "GET /home"]
        assert (home["application"], home["share"]) == ("svc-switch", 1.0)
        said = stagedoor.cli("service", "off", "switch", "film", "--reason", "moved", "--yes").stdout
        assert "GET /home" in said and "the catalogue's fallback" in said
        before = films.asked["/films/7"]
        got = stagedoor.get("/svc-switch/home")
        assert got.json()["second"] is None, "its own fallback comes before the catalogue's"
        assert got.headers["stagedoor-degraded"] == "switch.film"
        assert stagedoor.get("/svc-switch/film/7").json() == {"id": "any"}
        assert films.asked["/films/7"] == before
        assert client.get("services", "switch")["methods"][1]["off"]["reason"] == "moved"
        stagedoor.cli("service", "on", "switch", "film")
        assert "stagedoor-degraded" not in stagedoor.get("/svc-switch/home").headers
        with pytest.raises(errors.Missing, match="no method"):
            client.put("services", "switch", "methods", "nothing", "off", body={})


def test_faults_are_seen_by_those_they_are_for_and_end_by_themselves(stagedoor: Running, tmp_path: Path) -> None:
    with serving() as films:
        client = register(stagedoor, "faulty", films)
        deploy(stagedoor, tmp_path, "svc-faulty", "faulty")
        for kind, value, found in (
            ("error", 503, "ApiOverloaded"), ("empty", 0, "ApiUpstreamError"), ("malformed", 0, "ApiUpstreamError"),
            ("cut", 0, "ApiUpstreamError"), ("delay", 5500, "ApiTimeout"),
        ):  # fmt: skip
            wish = {"method": "film", "kind": kind, "value": value, "device": "tv", "budget": 1.0}
            made = client.post("services", "faulty", "faults", body=wish)
            got = stagedoor.get("/svc-faulty/film/1", headers={"x-device": "tv"})
            assert got.json()["failed"] == found, kind
            assert "failed" not in stagedoor.get("/svc-faulty/film/1", headers={"x-device": "phone"}).json()
            client.delete("services", "faulty", "faults", made["id"])
            assert "failed" not in stagedoor.get("/svc-faulty/film/1", headers={"x-device": "tv"}).json()
        wish = {
            "method": "rows",
            "kind": "error",
            "value": 500,
            "application": "svc-faulty",
            "seconds": 1.5,
            "budget": 1.0,
        }
        client.post("services", "faulty", "faults", body=wish)
        assert "failed" in stagedoor.get("/svc-faulty/rows").json()
        wait_until(lambda: "failed" not in stagedoor.get("/svc-faulty/rows").json(), 6, "its end")
        assert wait_until(lambda: not client.get("services", "faulty")["faults"], 5, "its end in the catalogue")


def test_a_fault_ends_when_it_has_cost_more_than_its_budget(stagedoor: Running, tmp_path: Path) -> None:
    fragile = CALLER.format(service="costly") + (
        '\n\n@endpoint("GET", "/fragile")\nasync def fragile(request):\n    return await api.costly.rows()\n'
    )
    with serving() as films:
        client = register(stagedoor, "costly", films)
        stagedoor.cli("deploy", folder=script(tmp_path, "svc-costly", fragile, 'services = ["costly"]\n'))
        client.post(
            "services", "costly", "faults", body={"method": "rows", "kind": "error", "value": 500, "budget": 0.05}
        )
        time.sleep(1.2)

        def over() -> bool:
            statuses = [stagedoor.get("/svc-costly/fragile").status for _ in range(5)]
            return 502 not in statuses

        wait_until(over, 10, "the fault's end")
        ended = [one for one in client.get("activities") if one["target"] == "costly.rows" and one["by"] == "stagedoor"]
        assert "of 20" in str(ended[0]["after"]) or "requests failed" in str(ended[0]["after"])


def test_a_signed_header_lets_one_request_fail_and_an_unsigned_one_none(stagedoor: Running, tmp_path: Path) -> None:
    with serving() as films:
        register(stagedoor, "signed", films)
        deploy(stagedoor, tmp_path, "svc-signed", "signed")
        key = Paths.of(stagedoor.data).fault_key.read_text()
        good = sign(key, "signed/film", "error|503", time.time() + 60)
        wrong = {
            "another key": sign("0" * 64, "signed/film", "error|503", time.time() + 60),
            "over": sign(key, "signed/film", "error|503", time.time() - 5),
            "another method": sign(key, "signed/rows", "error|503", time.time() + 60),
            "no signature": good.rpartition(".")[0] + ".",
            "plain": "error|503",
        }
        got = stagedoor.get("/svc-signed/home", headers={"stagedoor-fault": good})
        assert (got.status, got.json()["second"], got.json()["degraded"]) == (200, None, ["signed.film"])
        for kind, header in wrong.items():
            got = stagedoor.get("/svc-signed/film/1", headers={"stagedoor-fault": header})
            assert "failed" not in got.json(), kind
        assert all("stagedoor-fault" not in head for head in films.heads)


def test_a_breaker_opens_says_so_and_closes_when_the_service_is_back(own: Running, tmp_path: Path) -> None:
    with serving() as films:
        client = register(own, "broken", films)
        deploy(own, tmp_path, "svc-broken", "broken")
        films.status = 500
        wait_until(
            lambda: "most calls" in str(own.get("/svc-broken/many/10?method=film").json()["refused"]), 10, "the breaker"
        )
        asked = sum(films.asked.values())
        for _ in range(5):
            own.get("/svc-broken/many/20?method=film")
        assert sum(films.asked.values()) - asked <= 10, "few calls go through to see"
        (film,) = [one for one in client.get("services", "broken")["methods"] if one["name"] == "film"]
        assert film["governing"]["breaker"] == "open" and "failed" in film["governing"]["reason"]
        films.status = 200
        began = time.monotonic()
        wait_until(lambda: own.get("/svc-broken/many/5?method=film").json()["passed"] == 5, 10, "its end")
        assert time.monotonic() - began < 5
        actions = [one["action"] for one in client.get("activities") if one["target"] == "broken.film"]
        assert actions[:2] == ["breaker closed", "breaker open"]


def test_limits_hold_while_nobody_moves_them(own: Running, tmp_path: Path) -> None:
    """Control and telemetry are killed and kept from working: the last limit stays, and a restarted edge has it too."""
    import os
    import signal

    policies = {"methods": {"film": {"in_flight": 4, "breaker": False}, "rows": {"rate": 5}}}
    with serving() as films:
        films.pause = 0.2
        register(own, "held", films, policies=policies)
        deploy(own, tmp_path, "svc-held", "held")
        stopped = [own.program(name)["pid"] for name in ("telemetry", "control")]
        for pid in reversed(stopped):
            os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(1.1)
            assert own.get("/svc-held/many/12?method=film").json()["passed"] == 4
            assert own.get("/svc-held/many/12?method=rows").json()["passed"] == 5
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)


def test_an_endpoint_that_fails_its_checks_gets_no_calls(stagedoor: Running, tmp_path: Path) -> None:
    one, two = Films(), Films()
    one.name, two.name = "one", "two"
    with serving(one), serving(two):
        client = register(stagedoor, "several", one, two, policies={"health": "/health"})
        deploy(stagedoor, tmp_path, "svc-several", "several")

        def by() -> set[str]:
            return {stagedoor.get(f"/svc-several/film/{n}").json().get("by", "nobody") for n in range(8)}

        wait_until(lambda: by() == {"one", "two"}, 5, "both")
        wait_until(lambda: one.asked["/health"] and two.asked["/health"], 5, "the checks")
        two.status = 500
        wait_until(lambda: by() == {"one"}, 10, "the one that is well")
        states = {end["address"]: end["state"] for end in client.get("services", "several")["endpoints"]}
        assert states == {f"127.0.0.1:{one.port}": "up", f"127.0.0.1:{two.port}": "down"}
        two.status = 200
        wait_until(lambda: by() == {"one", "two"}, 10, "both again")


def test_a_hung_service_is_answered_for_in_time(stagedoor: Running, tmp_path: Path) -> None:
    policies = {"methods": {"film": {"timeout": "150ms"}, "rows": {"timeout": "150ms"}}}
    with serving() as films:
        register(stagedoor, "hung", films, policies=policies)
        deploy(stagedoor, tmp_path, "svc-hung", "hung")
        films.pause = 3.0
        began = time.monotonic()
        got = stagedoor.get("/svc-hung/home")
        assert time.monotonic() - began < 1.0
        found = got.json()
        assert (found["first"], found["second"]) == ({"rows": ["own"]}, None)
        assert sorted(found["degraded"]) == ["hung.film", "hung.rows"]
        records = stagedoor.cli("requests", "svc-hung", "--json").stdout.splitlines()
        assert sorted(json.loads(records[-1])["degraded"].split(", ")) == ["hung.film", "hung.rows"]
        films.pause = 0.0


def test_a_rehearsal_finds_where_a_fallback_is_missing(stagedoor: Running, tmp_path: Path) -> None:
    shaky = """
from stagedoor import Request, api, endpoint


@endpoint("GET", "/good")
async def good(request: Request) -> dict:
    return {"rows": await api.practice.rows(fallback=[])}


@endpoint("GET", "/bad")
async def bad(request: Request) -> dict:
    rows, film = await api.gather(api.practice.rows(fallback=[]), api.practice.film(id="1"))
    return {"rows": rows, "film": film}


@endpoint("GET", "/film/{id}")
async def film(request: Request) -> dict:
    return {"film": await api.practice.film(id=request.params["id"], fallback=None)}


@endpoint("POST", "/order")
async def order(request: Request) -> dict:
    return {}
"""
    with serving() as films:
        register(stagedoor, "practice", films, policies={"defaults": {"timeout": "300ms"}})
        folder = script(tmp_path, "svc-practice", shaky, 'services = ["practice"]\n')
        stagedoor.cli("publish", folder=folder)
        began = time.monotonic()
        done = stagedoor.cli("rehearse", "svc-practice", "--path", "/film/7", "--json", check=False)
        assert time.monotonic() - began < 10
        told = json.loads(done.stdout)
        assert done.returncode == 1
        falls = {(one["endpoint"], one["method"]) for one in told["trials"] if not one["stands"]}
        assert falls == {("/bad", "practice.film")}
        stands = {(one["endpoint"], one["method"]) for one in told["trials"] if one["stands"]}
        assert stands == {("/good", "practice.rows"), ("/bad", "practice.rows"), ("/film/7", "practice.film")}
        assert len(told["trials"]) == 4 * 5
        assert [one["endpoint"] for one in told["skipped"]] == ["POST /order"]
        text = stagedoor.cli("rehearse", "svc-practice", "--kinds", "error", check=False).stdout
        assert "NO FALLBACK  practice.film  error: it answers 502" in text


def test_a_deploy_says_what_is_new_and_refuses_what_cannot_hold(stagedoor: Running, tmp_path: Path) -> None:
    main = (
        "from stagedoor import api, endpoint\n\n\n@endpoint('GET', '/x')\nasync def x(request):\n    return await {}\n"
    )
    manifest = 'services = ["planned"]\n'
    with serving() as films:
        register(stagedoor, "planned", films)
        folder = script(tmp_path, "svc-planned", main.format("api.planned.rows()"), manifest)
        assert "it calls 1 methods: planned.rows" in stagedoor.cli("deploy", folder=folder).stdout
        stagedoor.cli("api", "pull", folder=folder)
        (folder / "main.py").write_text(main.format("api.gather(api.planned.rows(), api.planned.film(id='1'))"))
        said = stagedoor.cli("deploy", folder=folder).stdout
        assert "new: 1 methods (planned.film); about" in said
        changed: dict[str, Any] = json.loads(json.dumps(DOCUMENT))
        needed = {"name": "genre", "in": "query", "required": True, "schema": {"type": "string"}}
        changed["paths"]["/rows"]["get"]["parameters"].append(needed)
        client = Client(stagedoor.addresses["control"], stagedoor.token)
        client.put("services", "planned", body={"openapi": json.dumps(changed)})
        (folder / "main.py").write_text(main.format("api.planned.rows(limit=2)"))
        refused = stagedoor.cli("deploy", folder=folder, check=False)
        assert refused.returncode == 1
        assert "main.py:6 calls planned.rows, and its stub no longer fits the service" in refused.stderr
        assert "genre is new and required" in refused.stderr
        (folder / "main.py").write_text(main.format("api.other.rows()"))
        assert "does not name" in stagedoor.cli("deploy", folder=folder, check=False).stderr


def test_what_endpoints_ask_for_is_shown(stagedoor: Running, tmp_path: Path) -> None:
    with serving() as films:
        register(stagedoor, "asked", films)
        deploy(stagedoor, tmp_path, "svc-asked", "asked")
        for _ in range(4):
            stagedoor.get("/svc-asked/home")

        def shown() -> Any:
            found = stagedoor.json("calls", "svc-asked")["endpoints"]
            return next((one for one in found if one["endpoint"] == "GET /home" and one["requests"] == 4), None)

        home = wait_until(shown, 5, "its figures")
        assert home["by_method"] == {"asked.rows": 1.0, "asked.film": 1.0}
        assert (home["calls"], home["duplicates"], home["degraded"]) == (2.0, 0.0, 0.0)
        assert "GET /home" in stagedoor.cli("calls", "svc-asked").stdout
        callers = stagedoor.json("service", "show", "asked")["callers"]
        assert [(one["application"], one["version"], one["figures"]["calls"]) for one in callers] == [
            ("svc-asked", "1.0.0", 8)
        ]
        time.sleep(1.1)  # The second that goes on is not in the totals.
        stagedoor.get("/svc-asked/home")
        text = fetch(
            stagedoor.port("control"), "/v1/metrics", {"authorization": f"Bearer {stagedoor.token}"}
        ).body.decode()
        labels = 'service="asked",method="rows",application="svc-asked",version="1.0.0",stack="test"'
        assert f"stagedoor_calls_total{{{labels}}} 4" in text
        assert f'stagedoor_call_duration_seconds_bucket{{{labels},le="+Inf"}} 4' in text
        assert 'stagedoor_breaker_open{service="asked",method="rows"} 0' in text


def test_bad_input_is_refused_and_nothing_changes(stagedoor: Running, tmp_path: Path) -> None:
    with serving() as films:
        client = register(stagedoor, "strict", films)
        known = client.get("services", "strict")
        wrong: list[tuple[dict[str, Any], str]] = [
            ({"openapi": "{"}, "cannot be read"),
            ({"openapi": json.dumps({"openapi": "3.1.0", "paths": {}})}, "no paths"),
            ({"openapi": "[" * 50_000}, "nested too deeply"),
            ({"urls": [stagedoor.addresses["control"]]}, "platform's own address"),
            ({"urls": ["http://169.254.169.254"]}, "metadata"),
            ({"urls": []}, "no address"),
            ({"policies": {"methods": {"order": {"retries": 1}}}}, "contradicts itself"),
            ({"policies": {"unknown": 1}}, "unknown key"),
            ({"credential": "two\nlines"}, "cannot"),
            ({"credential": "x", "credential_field": "cookie"}, "cannot go into"),
        ]
        for wish, words in wrong:
            with pytest.raises(errors.Failure, match=words):
                client.put("services", "strict", body=wish)
        after = client.get("services", "strict")
        for one in (known, after):
            one.pop("series")
        assert after["policies"] == known["policies"] and after["service"]["urls"] == known["service"]["urls"]
        policies = tmp_path / "strict.toml"
        policies.write_text('[methods.rows]\ntimeout = "never"\n')
        said = stagedoor.cli("service", "policy", "strict", "--set", str(policies), check=False)
        assert said.returncode == 1 and "methods.rows.timeout" in said.stderr
        policies.write_text('health = "/health"\n[methods.rows]\ntimeout = "300ms"\npersonal = false\n')
        stagedoor.cli("service", "policy", "strict", "--set", str(policies))
        assert stagedoor.cli("service", "policy", "strict").stdout == (
            'health = "/health"\n\n[methods.rows]\ntimeout = "300ms"\npersonal = false\n'
        )
        deploy(stagedoor, tmp_path, "svc-strict", "strict")
        with pytest.raises(errors.Conflict, match="is called by svc-strict"):
            client.delete("services", "strict")
        stagedoor.cli("delete", "svc-strict", "--stack", "test", "--line", "1", "--yes", check=False)


def test_members_do_not_see_each_others_answers(stagedoor: Running, tmp_path: Path) -> None:
    with serving() as films:
        register(stagedoor, "mixed", films, policies={"methods": {"rows": {"personal": False}}})
        deploy(stagedoor, tmp_path, "svc-mixed", "mixed")
        for member in ("ann", "bob", "ann"):
            got = stagedoor.get(f"/svc-mixed/rows?member={member}", headers={"cookie": f"member={member}"}).json()
            assert got["path"] == f"/rows?limit=3&member={member}"
