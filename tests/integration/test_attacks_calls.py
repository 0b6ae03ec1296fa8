"""A developer's token calls services by the rules for scripts: what a manifest of the team names, and nothing else."""

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.running import Got, Running, fetch
from tests.integration.applications import script
from tests.integration.services import Films, register, serving

pytestmark = pytest.mark.database

MAIN = "from stagedoor import endpoint\n\n\n@endpoint('GET', '/')\nasync def home(request):\n    return {}\n"


@pytest.fixture(scope="module")
def films(stagedoor: Running) -> Iterator[Films]:
    with serving() as made:
        register(stagedoor, "payments", made)
        yield made


@pytest.fixture(scope="module")
def tokens(stagedoor: Running, films: Films, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of teams with an application each: that of `tests` names the service, the other one not."""
    made = {
        team: str(stagedoor.json("token", "create", f"calls-{team}", "--role", "developer", "--team", team)["token"])
        for team in ("tests", "red")
    }
    folder = tmp_path_factory.mktemp("calls")
    granted = script(folder, "granted", MAIN, 'services = ["payments.rows", "payments.film"]\n')
    stagedoor.cli("deploy", folder=granted)
    other = script(folder, "other", MAIN)
    (other / "stagedoor.toml").write_text('name = "other"\nteam = "red"\n')
    stagedoor.cli("deploy", folder=other)
    return made


def call(
    running: Running, token: str, path: str, method: str = "GET", application: str = "granted", **fields: str
) -> Got:
    headers = {"authorization": f"Bearer {token}", **({"stagedoor-application": application} if application else {})}
    headers |= {name.replace("_", "-"): value for name, value in fields.items()}
    return fetch(running.port("control"), f"/v1/services/payments/call{path}", headers, method=method, body=b"")


def reason(got: Got) -> str:
    return got.headers.get("stagedoor-refused", "").split(" ")[0]


def test_what_a_manifest_of_the_team_names_is_called(stagedoor: Running, films: Films, tokens: dict[str, str]) -> None:
    before = films.asked.total()
    got = call(stagedoor, tokens["tests"], "/rows?limit=3")
    assert (got.status, got.json()["path"]) == (200, "/rows?limit=3")
    assert call(stagedoor, tokens["tests"], "/films/7").json()["path"] == "/films/7"
    assert films.asked.total() == before + 2
    assert films.heads[-1]["stagedoor-application"] == "dev:calls-tests"


def test_everything_else_is_refused_before_the_service_sees_it(
    stagedoor: Running, films: Films, tokens: dict[str, str]
) -> None:
    mine, red = tokens["tests"], tokens["red"]
    before = films.asked.total()
    refused = {
        "not granted": (call(stagedoor, mine, "/orders", "POST"), 403, "grant"),
        "not described": (call(stagedoor, mine, "/admin/users/1", "DELETE"), 403, "method"),
        "another verb": (call(stagedoor, mine, "/rows", "DELETE"), 403, "method"),
        "no application": (call(stagedoor, mine, "/rows", application=""), 400, ""),
        "an unknown one": (call(stagedoor, mine, "/rows", application="nothing"), 404, ""),
        "another team's": (call(stagedoor, red, "/rows"), 403, ""),
        "without a grant": (call(stagedoor, red, "/rows", application="other"), 403, "grant"),
        "prod": (call(stagedoor, mine, "/rows", stagedoor_stack="prod"), 403, ""),
        "an encoded slash": (call(stagedoor, mine, "/films/a%2fb"), 403, "target"),
        "dot segments": (call(stagedoor, mine, "/films/../rows"), 403, "target"),
        "encoded dots": (call(stagedoor, mine, "/films/%2e%2e/rows"), 403, "target"),
        "two slashes": (call(stagedoor, mine, "//rows"), 403, "target"),
        "an encoded method": (call(stagedoor, mine, "/%72ows"), 403, "method"),
    }
    for name, (got, status, why) in refused.items():
        assert (got.status, reason(got)) == (status, why), f"{name}: {got.status} {got.body!r}"
    assert films.asked.total() == before


def test_a_method_that_is_off_is_off_for_people_too(stagedoor: Running, films: Films, tokens: dict[str, str]) -> None:
    stagedoor.cli("service", "off", "payments", "rows", "--yes")
    try:
        got = call(stagedoor, tokens["tests"], "/rows")
        assert (got.status, reason(got)) == (503, "off")
        assert call(stagedoor, tokens["tests"], "/films/7").status == 200
    finally:
        stagedoor.cli("service", "on", "payments", "rows")
    assert call(stagedoor, tokens["tests"], "/rows").status == 200


def test_rates_and_calls_under_way_have_limits(
    stagedoor: Running, films: Films, tokens: dict[str, str], tmp_path: Path
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[methods.film]\nrate = 3\n[methods.rows]\nin_flight = 2\nadaptive = false\n")
    stagedoor.cli("service", "policy", "payments", "--set", str(policy))
    statuses = [call(stagedoor, tokens["tests"], "/films/7").status for _ in range(12)]
    assert statuses[0] == 200 and 429 in statuses
    films.pause = 1.0
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(call(stagedoor, tokens["tests"], "/rows").status))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    films.pause = 0.0
    assert Counter(found) == {200: 2, 503: 6}


def test_calls_and_refusals_are_activities_and_many_are_one(
    stagedoor: Running, films: Films, tokens: dict[str, str]
) -> None:
    for _ in range(30):
        call(stagedoor, tokens["tests"], "/rows")
        call(stagedoor, tokens["tests"], "/orders", "POST")
    known = stagedoor.json("activity", "granted", "--limit", "500")
    by = [(one["action"], one["target"]) for one in known if one["by"] == "calls-tests"]
    assert ("service-call", "payments.rows") in by and ("service-call-refused", "payments.order") in by
    assert len(by) < 30


def test_dev_says_what_its_manifest_names_for_its_own_team_alone(
    stagedoor: Running, films: Films, tokens: dict[str, str]
) -> None:
    def tell(team: str, token: str, application: str, *services: str) -> int:
        import json

        body = json.dumps({"team": team, "services": list(services)}).encode()
        fields = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        path = f"/v1/applications/{application}/development"
        return fetch(stagedoor.port("control"), path, fields, method="PUT", body=body).status

    assert call(stagedoor, tokens["red"], "/films/7", application="calls-fresh").status == 404
    assert tell("tests", tokens["red"], "calls-fresh", "payments") == 403
    assert tell("red", tokens["red"], "granted", "payments") == 403
    assert tell("red", tokens["red"], "calls-fresh", "payments.film") == 204
    assert call(stagedoor, tokens["red"], "/films/8", application="calls-fresh").status in (200, 429)
    assert reason(call(stagedoor, tokens["red"], "/rows", application="calls-fresh")) == "grant"
    # It holds for who told it, and is written down.
    assert call(stagedoor, tokens["tests"], "/films/7", application="calls-fresh").status == 404
    told = stagedoor.json("activity", "calls-fresh", "--action", "dev")
    assert told[0]["after"] == {"services": ["payments.film"]}
