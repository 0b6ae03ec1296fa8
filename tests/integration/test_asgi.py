"""Any ASGI 3 application runs unchanged: FastAPI, Starlette and datasette, from their own packages."""

from pathlib import Path

import pytest

from tests.harness.running import Running, fetch

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def deployed(stagedoor: Running) -> Running:
    for name in ("fastapi-app", "starlette-app", "datasette-app", "welcome"):
        stagedoor.cli("deploy", str(EXAMPLES / name))
    return stagedoor


def test_fastapi_runs_with_its_lifespan_and_its_address(deployed: Running) -> None:
    answer = deployed.get("/fastapi-app/v1/films/1").json()
    assert answer == {"title": "Metropolis", "started": "yes", "root": "/fastapi-app/v1"}
    assert deployed.get("/fastapi-app/films/x").status == 422
    assert "/films/{number}" in deployed.get("/fastapi-app/openapi.json").json()["paths"]


def test_starlette_mounts_redirects_streams_and_reads_bodies(deployed: Running) -> None:
    home = deployed.get("/starlette-app/").json()
    assert home == {"url": "/starlette-app/", "mounted": "/starlette-app/inner/items/3"}
    assert deployed.get("/starlette-app/inner/items/7").body == b"item 7"
    assert deployed.get("/starlette-app/away").headers["location"].endswith("/starlette-app/")
    assert deployed.get("/starlette-app/count").body == b"0\n1\n2\n3\n4\n"
    posted = fetch(deployed.port("test"), "/starlette-app/echo", {}, method="POST", body=bytes(300_000))
    assert posted.json() == {"size": 300_000}


def test_datasette_answers_queries(deployed: Running) -> None:
    rows = deployed.get("/datasette-app/films/films.json?_shape=array").json()
    assert [row["title"] for row in rows] == ["Metropolis", "M"]
    assert b"films" in deployed.get("/datasette-app/").body


def test_plain_asgi_runs(deployed: Running) -> None:
    assert len(deployed.get("/welcome/plans").json()["plans"]) == 3
    assert deployed.get("/welcome/").headers["content-type"].startswith("text/html")
