"""What is made to fail on purpose: methods switched off, faults, and rehearsals of both."""

import json
import time
from pathlib import Path

import pytest

from stagedoor.control.rehearsal import sign
from stagedoor.main.paths import Paths
from stagedoor.model import errors
from tests.harness.running import Running, wait_until
from tests.integration.applications import script
from tests.integration.calling import CALLER, deploy
from tests.integration.services import register, serving


def test_a_method_is_switched_off_for_all_after_it_was_shown_who_needs_it(stagedoor: Running, tmp_path: Path) -> None:
    with serving() as films:
        client = register(stagedoor, "switch", films, policies={"methods": {"film": {"fallback": '{"id": "any"}'}}})
        deploy(stagedoor, tmp_path, "svc-switch", "switch")
        for _ in range(3):
            assert stagedoor.get("/svc-switch/home").status == 200
        found = wait_until(lambda: client.get("services", "switch", "methods", "film", "dependents"), 30, "its callers")
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
        assert not {"stagedoor-degraded", "stagedoor-told"} & set(stagedoor.get("/svc-switch/home").headers)
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
        wait_until(lambda: "failed" not in stagedoor.get("/svc-faulty/rows").json(), 30, "its end")
        assert wait_until(lambda: not client.get("services", "faulty")["faults"], 30, "its end in the catalogue")


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

        wait_until(over, 30, "the fault's end")
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
        assert time.monotonic() - began < 40
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
