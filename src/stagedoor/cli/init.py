"""Writes a small application that runs as it is and has two tests."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output
from stagedoor.model.errors import Conflict
from stagedoor.model.names import check_name

EXAMPLES = ("stagedoor init my-script", "stagedoor init my-script --team tv")

MANIFEST = """name = "{name}"
team = "{team}"

# Every other key has a default; docs/manifest.md lists them.
[config]
greeting = "Hello"
"""

MAIN = '''from stagedoor import Request, config, endpoint, log


@endpoint("GET", "/hello/{who}")
async def hello(request: Request) -> dict:
    """Greets who is named in the path."""
    log.info("greeting", who=request.params["who"])
    return {"message": f"{config.get('greeting', 'Hello')}, {request.params['who']}!"}


@endpoint("GET", "/")
async def home(request: Request) -> dict:
    """Says which device asks."""
    return {"device": request.device or "unknown"}
'''

TESTS = """from stagedoor import testing


def test_greets_who_is_named() -> None:
    assert testing.get("/hello/Ada").json() == {"message": "Hello, Ada!"}


def test_knows_the_device() -> None:
    assert testing.get("/", device="tv").json() == {"device": "tv"}
"""


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("name", help="name of the application, and of the folder that is made")
    parser.add_argument("--team", default="my-team", help="team that owns it (my-team)")


def run(options: Namespace) -> int:
    check_name("an application", options.name)
    check_name("a team", options.team)
    folder = Path(options.name)
    if folder.exists():
        raise Conflict(f"{folder} exists already", hint="choose another name, or remove it")
    (folder / "tests").mkdir(parents=True)
    (folder / "stagedoor.toml").write_text(MANIFEST.format(name=options.name, team=options.team))
    (folder / "main.py").write_text(MAIN)
    (folder / "tests" / "test_main.py").write_text(TESTS)
    if options.json:
        output.show_json({"folder": str(folder), "name": options.name})
    else:
        output.say(f"{folder}/ holds stagedoor.toml, main.py and tests/test_main.py. Next:\n")
        output.say(f"  cd {folder}\n  stagedoor dev       # serve it here\n  stagedoor deploy    # to the stack test")
    return 0
