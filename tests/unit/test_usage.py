"""What a script calls, as its source says; and stubs by which a type checker finds mistakes before that."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from stagedoor.model import manifest, openapi, usage
from stagedoor.model.grant import grants
from stagedoor.model.method import Method, Parameter
from stagedoor.model.stubs import Described, argument, write
from tests.integration.services import DOCUMENT

METHODS = openapi.methods(DOCUMENT)
MAIN = """
from stagedoor import api, endpoint
from stagedoor import api as company

async def home(request):
    await api.films.rows(limit=3)
    await company["films"].get(f"/films/{request.params['id']}?x=1")
    await api.gather(api.ratings.get("/scores"), api[request.name].get("/x"))
    await other.films.nothing()
"""


def test_calls_are_found_with_their_place() -> None:
    uses = usage.find({"main.py": MAIN, "broken.py": "def", "else.py": "api.films.rows()"})
    assert [(one.service, one.method, one.verb, one.path, one.where) for one in uses] == [
        ("films", "rows", "", "", "main.py:6"),
        ("films", "", "GET", "/films/x", "main.py:7"),
        ("ratings", "", "GET", "/scores", "main.py:8"),
    ]
    assert usage.resolve(uses, {"films": METHODS}) == {
        "films.rows": ["main.py:6"], "films.film": ["main.py:7"], "ratings.any": ["main.py:8"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("source", "declared", "words"),
    [
        ("api.films.rows()", ("films",), ""),
        ("api.films.rows()", ("films.rows",), ""),
        ("api.films.rows()", (), "calls films, which services in stagedoor.toml does not name"),
        ("api.films.rows()", ("films.film",), "calls films.rows, which services in stagedoor.toml does not name"),
        ("api.films.row()", ("films",), "calls films.row, which the service does not have; did you mean 'rows'?"),
        ("api.unknown.anything()", ("unknown",), ""),  # Not in the catalogue: seen when it is called.
        ("api.films.get('/x')", ("films",), ""),
    ],
)
def test_what_would_be_refused_is_said_before(source: str, declared: tuple[str, ...], words: str) -> None:
    uses = usage.find({"main.py": f"from stagedoor import api\n{source}\n"})
    found = usage.faults(uses, declared, {"films": METHODS}, {})
    assert (words in found[0] and found[0].startswith("main.py:2 ")) if words else found == []


def test_a_stub_that_no_longer_fits_is_found() -> None:
    uses = usage.find({"main.py": "from stagedoor import api\napi.films.rows()\n"})
    former = Method("rows", "GET", "/rows", (Parameter("genre", "query", False),))
    (found,) = usage.faults(uses, ("films",), {"films": METHODS}, {"films": {"rows": former}})
    assert "its parameter genre is gone; run `stagedoor api pull`" in found
    assert usage.faults(uses, ("films",), {"films": METHODS}, {"films": {"rows": METHODS[0], "film": former}}) == []


def test_a_deploy_says_what_is_new_and_how_much_that_is() -> None:
    former = {"films.rows": ["main.py:3"]}
    now = {"films.rows": ["main.py:3"], "films.film": ["main.py:4", "main.py:5"], "ratings.any": ["main.py:6"]}
    assert usage.news(now, former, 20.0) == "new: 2 methods (films.film, ratings.any); about 60 calls/s more"
    assert usage.news(former, now, 20.0) == "no longer: films.film, ratings.any"
    assert usage.news(former, former, 20.0) == "the same 1 methods as before"
    assert usage.news({}, None, 0.0) == "it calls no service"
    assert usage.news(former, None, 0.0) == "it calls 1 methods: films.rows"


@pytest.mark.parametrize(
    ("name", "said"),
    [("limit", "limit"), ("x-trace", "x_trace"), ("class", "class_"), ("timeout", "timeout_"), ("2d", "_2d")],
)
def test_every_parameter_has_a_name_that_python_can_say(name: str, said: str) -> None:
    assert argument(name) == said


GOOD = """
from stagedoor import Request, api, endpoint


@endpoint("GET", "/home")
async def home(request: Request) -> dict[str, object]:
    found = await api.films.rows(limit=3, fallback={"rows": []})
    film, order = await api.gather(api.films.film(id="1"), api["films"].order(body={}))
    plain = await api.video.get("/anything", timeout=0.2)
    rows: list[object] = list(found["rows"])
    return {"rows": rows, "film": film, "order": order, "plain": plain.text}
"""
MISTAKES = {
    'api.films.rows(limit="three")': "limit",
    "api.films.row()": "row",
    "api.films.film()": "id",
    "api.filmz.rows()": "filmz",
    'await api.films.rows())["titles"]': "titles",
}


def test_a_type_checker_takes_what_is_right_and_finds_what_is_not(tmp_path: Path) -> None:
    (tmp_path / "stagedoor_api.pyi").write_text(write([Described("films", DOCUMENT), Described("video", None)]))
    (tmp_path / "good.py").write_text(GOOD)
    lines = [f"    {'(' if '))[' in text else 'await '}{text}" for text in MISTAKES]
    head = "from stagedoor import api\n\n\nasync def bad() -> None:\n"
    (tmp_path / "bad.py").write_text(head + "\n".join(lines) + "\n")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file=", "good.py", "bad.py"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    errors = [line for line in said.splitlines() if ": error:" in line]
    assert not [line for line in errors if not line.startswith("bad.py")], said
    for number, word in enumerate(MISTAKES.values()):
        assert any(line.startswith(f"bad.py:{number + 5}:") and word in line for line in errors), said


@pytest.mark.parametrize("application", ["tv-home", "phone-home"])
def test_the_examples_hold_the_stubs_that_a_pull_writes_today(application: str) -> None:
    folder = Path(__file__).parents[2] / "examples"
    named = grants(manifest.parse((folder / application / "stagedoor.toml").read_text()).services)
    services = [Described(name, json.loads((folder / "services" / f"{name}.json").read_text())) for name in named]
    assert (folder / application / "stagedoor_api.pyi").read_text() == write(services)
