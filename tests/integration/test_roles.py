"""Every route of the control API with every role: a route that stands in no row here fails the test."""

import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.harness.running import Running
from tests.integration.applications import hello, script
from tests.integration.services import register, serving

pytestmark = pytest.mark.database

ANYBODY, VIEWER, DEVELOPER, TEAM, OPERATOR = "anybody", "viewer", "developer", "its team", "operator"
# What each may do at the least: a row for an application of one team holds for who is asked by `TEAM`.
ALLOWED = {
    "nobody": {ANYBODY},
    "viewer": {ANYBODY, VIEWER},
    "stranger": {ANYBODY, VIEWER, DEVELOPER},  # A developer of another team.
    "developer": {ANYBODY, VIEWER, DEVELOPER, TEAM},
    "operator": {ANYBODY, VIEWER, DEVELOPER, TEAM, OPERATOR},
}

_VALUE = {"stack": "test", "value": "v"}


@dataclass(frozen=True)
class Row:
    """Who may, and a body that is refused for nothing else than the role, or for what it names not being there."""

    least: str
    body: Any = None
    query: str = ""


APPLICATION = "/v1/applications/{application}"
ROUTES = {
    "GET /v1/health": Row(ANYBODY),
    "POST /v1/session": Row(ANYBODY, {"code": "never given out"}),
    "GET /v1/activities": Row(VIEWER),
    "GET /v1/activities/export": Row(VIEWER),
    "GET /v1/activities/verification": Row(VIEWER),
    "GET /v1/alerts": Row(VIEWER),
    "GET /v1/alerts/rules": Row(VIEWER),
    "GET /v1/alerts/test": Row(VIEWER, query="?days=99"),
    "GET /v1/alerts/{number}": Row(VIEWER),
    "GET /v1/silences": Row(VIEWER),
    "POST /v1/silences": Row(TEAM, {"application": "guarded", "why": "x", "seconds": 1}),
    "DELETE /v1/silences/{number}": Row(DEVELOPER),
    "GET /v1/saved": Row(VIEWER),
    "PUT /v1/saved/{name}": Row(TEAM, {"query": "count() every 1m", "application": "guarded"}),
    "GET /v1/saved/{name}/windows": Row(VIEWER),
    "GET /v1/saved/{name}/test": Row(VIEWER),
    "DELETE /v1/saved/{name}": Row(DEVELOPER),
    "GET /v1/applications": Row(VIEWER),
    f"GET {APPLICATION}": Row(VIEWER),
    f"GET {APPLICATION}/logs": Row(VIEWER),
    f"PUT {APPLICATION}/development": Row(TEAM, {"team": "tests", "services": []}),
    f"GET {APPLICATION}/scaling": Row(VIEWER),
    f"PUT {APPLICATION}/scaling": Row(TEAM, {"stack": "test", "instances": 1}),
    f"DELETE {APPLICATION}/scaling": Row(TEAM, query="?stack=test"),
    "GET /v1/capacity": Row(VIEWER),
    "GET /v1/ends": Row(VIEWER),
    "POST /v1/instances/{instance}/shells": Row(OPERATOR, {}),
    # Of an instance that is there, its team's alone: test_profile.py.
    "POST /v1/instances/{instance}/profile": Row(DEVELOPER, {"seconds": 1}),
    "POST /v1/instances/{instance}/memory": Row(DEVELOPER, {}),
    "POST /v1/instances/{instance}/waiting": Row(DEVELOPER),
    "GET /v1/shells/{shell}": Row(OPERATOR),
    "PUT /v1/shells/{shell}": Row(OPERATOR),
    "GET /v1/instances/{instance}": Row(VIEWER),
    f"GET {APPLICATION}/releases": Row(VIEWER, query="?line=1&stack=test"),
    f"GET {APPLICATION}/values": Row(VIEWER, query="?stack=test"),
    f"GET {APPLICATION}/versions": Row(VIEWER),
    f"POST {APPLICATION}/tries": Row(TEAM, {"stack": "test", "path": "/echo", "method": "POST"}),
    f"POST {APPLICATION}/releases": Row(TEAM, {"version": "9.9.9", "stack": "test"}),
    f"POST {APPLICATION}/abort": Row(TEAM, {"stack": "test"}),
    f"GET {APPLICATION}/pipeline": Row(VIEWER, query="?stack=test"),
    f"POST {APPLICATION}/hook": Row(TEAM),
    f"DELETE {APPLICATION}/hook": Row(TEAM),
    f"POST {APPLICATION}/experiments": Row(TEAM, {"name": "e", "cells": [], "ends_at": 0}),
    "POST /v1/hooks/{secret}": Row(ANYBODY),
    "GET /v1/recordings": Row(VIEWER),
    "GET /v1/recordings/{id}": Row(DEVELOPER),
    "POST /v1/recordings/{id}/replay": Row(DEVELOPER, {}),
    "POST /v1/recordings/{id}/failures": Row(DEVELOPER, {}),
    f"GET {APPLICATION}/versions/{{number}}/source": Row(DEVELOPER),
    f"POST {APPLICATION}/replays": Row(TEAM, {"against": "9.9.9"}),
    "GET /v1/replays": Row(DEVELOPER),
    "GET /v1/replays/{number}": Row(DEVELOPER),
    f"GET {APPLICATION}/differences": Row(VIEWER),
    f"PUT {APPLICATION}/differences": Row(TEAM, {"endpoint": "GET /a", "place": "status", "kind": "changed"}),
    f"POST {APPLICATION}/differences/retract": Row(TEAM, {"endpoint": "GET /a", "place": "status", "kind": "changed"}),
    "GET /v1/shadows": Row(VIEWER),
    f"PUT {APPLICATION}/shadow": Row(TEAM, {"version": "9.9.9"}),
    f"DELETE {APPLICATION}/shadow": Row(TEAM),
    "GET /v1/experiments": Row(VIEWER),
    "GET /v1/experiments/{name}": Row(VIEWER),
    "POST /v1/experiments/{name}/end": Row(DEVELOPER),
    "GET /v1/objectives": Row(VIEWER),
    "GET /v1/rollouts": Row(VIEWER),
    "GET /v1/rollouts/{number}": Row(VIEWER),
    "GET /v1/rollouts/{number}/events": Row(VIEWER),
    "POST /v1/rollouts/{number}/{wish}": Row(DEVELOPER),
    "POST /v1/pipelines/{number}/approve": Row(DEVELOPER, {}),
    "POST /v1/pipelines/{number}/reject": Row(DEVELOPER, {}),
    f"POST {APPLICATION}/rollbacks": Row(TEAM, {"stack": "test", "to": 99}),
    f"DELETE {APPLICATION}/lines/{{major}}": Row(TEAM, query="?stack=prod"),
    f"PUT {APPLICATION}/secrets/{{name}}": Row(TEAM, {**_VALUE, "rotate": True}),
    f"DELETE {APPLICATION}/secrets/{{name}}": Row(TEAM, query="?stack=test"),
    f"PUT {APPLICATION}/values/{{name}}": Row(TEAM, {**_VALUE, "stack": "prod"}),
    f"DELETE {APPLICATION}/values/{{name}}": Row(TEAM, query="?stack=test"),
    "GET /v1/backup": Row(OPERATOR),
    "GET /v1/deployments": Row(VIEWER),
    "GET /v1/events": Row(VIEWER),
    "GET /v1/feedback": Row(OPERATOR),
    "POST /v1/feedback": Row(VIEWER, {"text": "good"}),
    "GET /v1/instances": Row(VIEWER),
    "POST /v1/keys": Row(OPERATOR),
    "POST /v1/logins": Row(VIEWER),
    "GET /v1/operations": Row(VIEWER),
    "GET /v1/operations/{number}": Row(VIEWER),
    "GET /v1/operations/{number}/events": Row(VIEWER),
    "GET /v1/publications": Row(VIEWER),
    "GET /v1/requests": Row(VIEWER),
    "GET /v1/retention": Row(OPERATOR),
    "POST /v1/retention": Row(OPERATOR),
    f"GET {APPLICATION}/fanout": Row(VIEWER),
    f"POST {APPLICATION}/rehearsals": Row(TEAM, {"version": "9.9.9"}),
    "GET /v1/metrics": Row(VIEWER),
    "GET /v1/catalogue/stubs": Row(VIEWER),
    "GET /v1/catalogue": Row(VIEWER),
    "GET /v1/services": Row(VIEWER),
    "GET /v1/services/{name}": Row(VIEWER),
    "PUT /v1/services/{name}": Row(TEAM, {}),
    "DELETE /v1/services/{name}": Row(DEVELOPER),
    "GET /v1/services/{name}/openapi": Row(VIEWER),
    "GET /v1/services/{name}/policies": Row(VIEWER),
    "POST /v1/services/{name}/faults": Row(TEAM, {"method": "rows", "kind": "cut"}),
    "DELETE /v1/services/{name}/faults/{fault}": Row(TEAM),
    "PUT /v1/services/{name}/methods/{method}/off": Row(TEAM, {}),
    "DELETE /v1/services/{name}/methods/{method}/off": Row(TEAM),
    "GET /v1/services/{name}/methods/{method}/dependents": Row(VIEWER),
    "GET /v1/status": Row(VIEWER),
    "GET /v1/teams": Row(VIEWER),
    "PUT /v1/teams/{name}": Row(OPERATOR, {"contact": ""}),
    "DELETE /v1/teams/{name}": Row(OPERATOR),
    "POST /v1/tests": Row(DEVELOPER, b"no archive"),
    "GET /v1/tokens": Row(OPERATOR),
    "POST /v1/tokens": Row(OPERATOR, {"name": "x", "role": "no such role"}),
    "DELETE /v1/tokens/{token_id}": Row(OPERATOR),
    "GET /v1/users": Row(OPERATOR),
    "PUT /v1/users/{name}": Row(OPERATOR, {"role": "viewer"}),
    "DELETE /v1/users/{name}": Row(OPERATOR),
    "POST /v1/versions": Row(DEVELOPER, b"no archive"),
    "GET /v1/whoami": Row(VIEWER),
    "GET /v1/insight": Row(VIEWER),
    "GET /v1/insight/history": Row(VIEWER),
    "GET /v1/traces/recipes": Row(VIEWER),
    "GET /v1/traces/compare": Row(VIEWER, query="?left=a&right=b"),
    "GET /v1/traces/{identifier}": Row(VIEWER),
    "GET /v1/flags": Row(VIEWER),
    "PUT /v1/flags/{device}": Row(DEVELOPER, {"seconds": 1}),
    "DELETE /v1/flags/{device}": Row(DEVELOPER),
    "GET /v1/charts": Row(VIEWER),
    "GET /v1/logs": Row(VIEWER),
    "GET /v1/logs/context": Row(VIEWER, query="?application=guarded&instance=i0&at=1"),
    "GET /v1/usage": Row(VIEWER),
    "POST /v1/query": Row(DEVELOPER, {"sql": "SELECT 1"}),
    "GET /v1/query/tables": Row(VIEWER),
    "GET /v1/telemetry": Row(VIEWER),
    "POST /v1/otlp/v1/{what}": Row(DEVELOPER, b"none"),
    # A token is no session: refused for every holder, with the reason; test_sign_in.py has sessions.
    "GET /v1/session": Row("a session"),
    "DELETE /v1/session": Row(VIEWER),
}


@pytest.fixture(scope="module")
def tokens(stagedoor: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    stagedoor.json("deploy", folder=hello(tmp_path_factory.mktemp("roles"), "guarded", "one"))
    with serving() as films:
        register(stagedoor, "guarded", films, team="tests")
    made = {
        "viewer": ("--role", "viewer"),
        "stranger": ("--role", "developer", "--team", "others"),
        "developer": ("--role", "developer", "--team", "tests"),
    }
    known = {
        name: stagedoor.json("token", "create", f"role-{name}", "--expires", "1h", *options)["token"]
        for name, options in made.items()
    }
    yield {"nobody": "", "operator": stagedoor.token, **known}


def ask(stagedoor: Running, route: str, row: Row, token: str) -> int:
    method, _, path = route.partition(" ")
    for name, value in (("application", "guarded"), ("major", "7"), ("number", "999999999"), ("token_id", "t-none")):
        path = path.replace(f"{{{name}}}", value)
    if path.startswith("/v1/services/") and route != "DELETE /v1/services/{name}":
        path = path.replace("{name}", "guarded")
    path = path.replace("{name}", "nobody-knows")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    body = {"content": row.body} if isinstance(row.body, bytes) else {"json": row.body}
    url = f"{stagedoor.addresses['control']}{path}{row.query}"
    with httpx2.stream(method, url, headers=headers, timeout=20, **body) as answer:  # type: ignore[arg-type]
        return answer.status_code


def test_every_route_stands_in_the_table(stagedoor: Running) -> None:
    told = httpx2.get(f"{stagedoor.addresses['control']}/v1/openapi.json").json()
    routes = {f"{method.upper()} {path}" for path, methods in told["paths"].items() for method in methods}
    assert routes == set(ROUTES)


@pytest.mark.parametrize("role", ALLOWED)
def test_a_role_may_do_what_the_table_says(stagedoor: Running, tokens: dict[str, str], role: str) -> None:
    wrong = []
    for route, row in ROUTES.items():
        status = ask(stagedoor, route, row, tokens[role])
        refused = 401 if role == "nobody" else 403
        allowed = row.least in ALLOWED[role]
        # The sign-in's own 401 is about its code, not about who asks.
        if (status in (401, 403)) == allowed and route != "POST /v1/session":
            wrong.append(f"{role}: {route} answered {status}, {'allowed' if allowed else f'to be {refused}'}")
        if not allowed and status != refused:
            wrong.append(f"{role}: {route} answered {status} instead of {refused}")
    assert wrong == []


@pytest.mark.parametrize("path", ["/-/preview/guarded@1.0.0/", "/v1/services/none/call/x"])
def test_routes_outside_the_document_want_a_token_too(stagedoor: Running, path: str) -> None:
    assert httpx2.get(f"{stagedoor.addresses['control']}{path}").status_code == 401


def test_expired_and_revoked_tokens_open_nothing_and_say_why(stagedoor: Running) -> None:
    made = stagedoor.json("token", "create", "short", "--role", "viewer", "--expires", "1ms")
    wrong = {"expired": made["token"], "not known": "sd_" + "x" * 43, "a token is needed": ""}
    revoked = stagedoor.json("token", "create", "ended", "--role", "viewer")
    with httpx2.Client(base_url=stagedoor.addresses["control"]) as client:
        link = client.post("/v1/logins", headers={"authorization": f"Bearer {revoked['token']}"}).json()["path"]
        assert client.post("/v1/session", json={"code": link.partition("#")[2]}).status_code == 200
        assert client.get("/v1/session").status_code == 200
        stagedoor.cli("token", "revoke", revoked["id"])
        assert client.get("/v1/session").status_code == 401
    wrong["revoked"] = revoked["token"]
    for said, token in wrong.items():
        answer = httpx2.get(
            f"{stagedoor.addresses['control']}/v1/status", headers={"authorization": f"Bearer {token}"} if token else {}
        )
        assert answer.status_code == 401 and said in answer.json()["error"]["message"]
        assert token == "" or token not in answer.text


def test_a_script_never_sees_the_session_of_a_browser_nor_sets_one(stagedoor: Running, tmp_path: Path) -> None:
    """Browsers send cookies to every port of a host, so the edge is where the console's end."""
    main = (
        "from stagedoor import Response, endpoint\n\n\n@endpoint('GET', '/v1/x')\nasync def seen(request):\n"
        "    body = dict(request.headers)\n"
        "    return Response(body, 200, {'set-cookie': 'stagedoor_session=planted; Path=/v1'})\n"
    )
    folder = script(tmp_path, "curious", main, '[[routes]]\npath = "/v1/x"\n')
    stagedoor.json("deploy", folder=folder)
    for sent, left in (
        ("stagedoor_session=secret", ""), ("a=1; stagedoor_session=secret; b=2", "a=1; b=2"),
        ("stagedoor_sign_in=secret; member=m7", "member=m7"), ("a=1; xstagedoor_session=mine", None),
    ):  # fmt: skip
        got = stagedoor.get("/v1/x", headers={"cookie": sent})
        seen = got.json().get("cookie", "")
        assert "secret" not in seen and "set-cookie" not in got.headers
        if left is not None:
            assert [one.strip() for one in seen.split(";") if one.strip()] == [one for one in left.split("; ") if one]
        else:
            assert seen == sent


def test_a_browsers_session_calls_no_service(stagedoor: Running) -> None:
    with httpx2.Client(base_url=stagedoor.addresses["control"]) as client:
        link = client.post("/v1/logins", headers={"authorization": f"Bearer {stagedoor.token}"}).json()["path"]
        client.post("/v1/session", json={"code": link.partition("#")[2]})
        assert client.get("/v1/whoami").status_code == 200
        assert client.get("/v1/services/any/call/x").status_code == 401


def test_a_try_stays_with_its_application(stagedoor: Running, tokens: dict[str, str]) -> None:
    def send(role: str, wish: dict[str, object]) -> httpx2.Response:
        url = f"{stagedoor.addresses['control']}/v1/applications/guarded/tries"
        return httpx2.post(url, json=wish, headers={"authorization": f"Bearer {tokens[role]}"})

    for path in ("/../other/hello", "/%2e%2E/other", "/a/./b", "no-slash", "/a b"):
        assert send("operator", {"stack": "test", "path": path}).status_code == 400
    device = {"stack": "test", "path": "/hello", "headers": {"x-device": "tv"}, "cookie": "member=m7"}
    mine = json.loads(send("developer", device).json()["body"])
    assert (mine["device"], mine["member"]) == ("tv", "m7")
    other = json.loads(send("viewer", device).json()["body"])
    assert not other["device"] and not other["member"]


def test_the_last_operator_cannot_be_locked_out(stagedoor: Running) -> None:
    known = [one for one in stagedoor.json("token", "list") if one["role"] == "operator" and not one["revoked_at"]]
    assert len(known) == 1
    refused = stagedoor.cli("token", "revoke", known[0]["id"], check=False)
    assert refused.returncode == 1 and "last operator" in refused.stderr


def test_another_teams_token_changes_nothing(stagedoor: Running, tokens: dict[str, str], tmp_path: Path) -> None:
    folder = hello(tmp_path, "guarded", "mine")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(folder, ".")
    answer = httpx2.post(
        f"{stagedoor.addresses['control']}/v1/versions?stack=test", content=packed.getvalue(),
        headers={"authorization": f"Bearer {tokens['stranger']}"},
    )  # fmt: skip
    assert answer.status_code == 403
    assert stagedoor.get("/guarded/hello").json()["word"] == "one"
