"""Services and calls to them, as a script, its author and a service's owner see them."""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from stagedoor.http.client import Client
from stagedoor.model import errors
from tests.harness.running import Running, fetch, wait_until
from tests.integration.applications import script
from tests.integration.calling import deploy, raw
from tests.integration.services import DOCUMENT, register, serving


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
            assert status in ("400", "403", "411", "none") or set(reached) == {"/rows"}, f"{kind}: {said[:80]}"
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
            # Edge and egress tell of requests and of calls apart, so calls may come later.
            complete = [
                one for one in found if (one["endpoint"], one["requests"], one["calls"]) == ("GET /home", 4, 2.0)
            ]
            return complete[0] if complete else None

        home = wait_until(shown, 30, "its figures")
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
