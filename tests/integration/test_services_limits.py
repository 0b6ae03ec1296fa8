"""What a call comes to when its service is short, fails or hangs, and what an owner allows in a second."""

import json
import time
from pathlib import Path
from typing import Any

from tests.harness.running import Running, fetch_json, wait_until
from tests.integration.calling import deploy
from tests.integration.services import Films, register, serving


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
        refused = 0

        def in_one_second() -> Any:
            nonlocal refused
            time.sleep(2.1)  # What was taken from a second before is over.
            films.heads.clear()
            began = time.monotonic()
            told = [stagedoor.get(f"/svc-{one}/many/20").json() for one in ("first", "second", "first")]
            refused += sum(len(one["refused"]) for one in told)
            return told if time.monotonic() - began < 0.9 else None

        first, second, again = wait_until(in_one_second, 60, "three requests in one second")
        assert (first["passed"], second["passed"], again["passed"]) == (6, 2, 0)
        assert {one["failed"] for one in first["refused"]} == {"ApiRefused"}
        assert "this version may make no more calls" in first["refused"][0]["reason"]
        assert len(films.heads) == 8
        shown = wait_until(
            lambda: next(
                (one for one in fetch_json(stagedoor, "/v1/services/shared")["methods"]
                 if one["name"] == "rows" and sum(one["figures"]["refused"].values()) == refused), None
            ), 10, "the figures",
        )  # fmt: skip
        assert shown["figures"]["refused"] == {"caller_rate": refused}
        assert f"caller_rate {refused}" in stagedoor.cli("service", "show", "shared").stdout


def test_so_many_may_be_under_way_and_the_least_important_goes_first(stagedoor: Running, tmp_path: Path) -> None:
    policies = {
        "in_flight": 10,
        "defaults": {"adaptive": False, "breaker": False},
        "methods": {"rows": {"criticality": "critical"}, "film": {"criticality": "low", "in_flight": 8}},
    }
    with serving() as films:
        films.pause = 1.5  # All calls are under way before the first is answered.
        register(stagedoor, "short", films, policies=policies)
        deploy(stagedoor, tmp_path, "svc-short", "short")
        time.sleep(4)  # The loop has told the egress what the whole service bears.
        film = stagedoor.get("/svc-short/many/30?method=film").json()
        assert 5 <= film["passed"] <= 8, "from seven of ten places on some are refused, at eight all are"
        assert {one["failed"] for one in film["refused"]} == {"ApiOverloaded"}
        rows = stagedoor.get("/svc-short/many/30?method=rows").json()
        assert rows["passed"] == 10, "what is critical may have every place"
        assert "the service is short" in rows["refused"][0]["reason"]


def test_a_breaker_opens_says_so_and_closes_when_the_service_is_back(own: Running, tmp_path: Path) -> None:
    with serving() as films:
        client = register(own, "broken", films)
        deploy(own, tmp_path, "svc-broken", "broken")
        films.status = 500
        wait_until(
            lambda: "most calls" in str(own.get("/svc-broken/many/10?method=film").json()["refused"]), 10, "the breaker"
        )
        asked = sum(films.asked.values())
        began = time.monotonic()
        for _ in range(5):
            own.get("/svc-broken/many/20?method=film")
        assert sum(films.asked.values()) - asked <= 4 * (int(time.monotonic() - began) + 2) + 2, (
            "few calls a second go through to see"
        )
        (film,) = [one for one in client.get("services", "broken")["methods"] if one["name"] == "film"]
        assert film["governing"]["breaker"] == "open" and "failed" in film["governing"]["reason"]
        films.status = 200
        began = time.monotonic()
        wait_until(lambda: own.get("/svc-broken/many/5?method=film").json()["passed"] == 5, 30, "its end")
        assert time.monotonic() - began < 15
        actions = [one["action"] for one in client.get("activities") if one["target"] == "broken.film"]
        assert actions[:2] == ["breaker closed", "breaker open"]


def test_limits_hold_while_nobody_moves_them(own: Running, tmp_path: Path) -> None:
    """Control and telemetry are killed and kept from working: the last limit stays, and a restarted edge has it too."""
    import os
    import signal

    policies = {"methods": {"film": {"in_flight": 4, "breaker": False}, "rows": {"rate": 5}}}
    with serving() as films:
        films.pause = 1.5
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

        wait_until(lambda: by() == {"one", "two"}, 30, "both")
        wait_until(lambda: one.asked["/health"] and two.asked["/health"], 30, "the checks")
        two.status = 500
        wait_until(lambda: by() == {"one"}, 30, "the one that is well")
        states = {end["address"]: end["state"] for end in client.get("services", "several")["endpoints"]}
        assert states == {f"127.0.0.1:{one.port}": "up", f"127.0.0.1:{two.port}": "down"}
        two.status = 200
        wait_until(lambda: by() == {"one", "two"}, 30, "both again")


def test_a_hung_service_is_answered_for_in_time(stagedoor: Running, tmp_path: Path) -> None:
    policies = {"methods": {"film": {"timeout": "150ms"}, "rows": {"timeout": "150ms"}}}
    with serving() as films:
        register(stagedoor, "hung", films, policies=policies)
        deploy(stagedoor, tmp_path, "svc-hung", "hung")
        films.pause = 3.0
        began = time.monotonic()
        got = stagedoor.get("/svc-hung/home")
        assert time.monotonic() - began < films.pause, "the timeout answered, not the service"
        found = got.json()
        assert (found["first"], found["second"]) == ({"rows": ["own"]}, None)
        assert sorted(found["degraded"]) == ["hung.film", "hung.rows"]
        records = stagedoor.cli("requests", "svc-hung", "--json").stdout.splitlines()
        assert sorted(json.loads(records[-1])["degraded"].split(", ")) == ["hung.film", "hung.rows"]
        films.pause = 0.0
