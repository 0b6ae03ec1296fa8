"""Configuration and secrets: a release each, back with the code, and secrets where nobody reads them."""

import json
import secrets as random
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.harness.running import COMMAND, Running, fetch_json, wait_until
from tests.integration.applications import script

pytestmark = pytest.mark.database

SCRIPT = """
import hashlib
import sys

from stagedoor import config, endpoint, log, secrets

WORD = "one"


@endpoint("GET", "/seen")
async def seen(request):
    key = secrets.get("key", "")
    print("printed", key)
    sys.stderr.write(f"written {key}\\n")
    log.warning("logged", key=key, text=f"a {key} inside")
    return {
        "word": WORD, "config": dict(config), "repr": repr(secrets), "sum": hashlib.sha256(key.encode()).hexdigest(),
    }


@endpoint("GET", "/raise")
async def fail(request):
    raise ValueError(f"the key is {secrets['key']}")
"""
MANIFEST = "[config]\nrows = 7\ngreeting = 'Hello'\n"


def summed(value: str) -> str:
    import hashlib

    return hashlib.sha256(value.encode()).hexdigest()


@pytest.fixture
def app(stagedoor: Running, tmp_path: Path) -> Path:
    """An application that is released once in test, under a name of its own."""
    folder = script(tmp_path, f"kept-{random.token_hex(3)}", SCRIPT, MANIFEST)
    stagedoor.json("deploy", folder=folder)
    return folder


def put(stagedoor: Running, app: Path, value: str, *more: str, check: bool = True, action: str = "set") -> Any:
    done = subprocess.run(
        [*COMMAND, "secret", action, "key", "--json", *more], input=value, cwd=app, env=stagedoor.environment,
        text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert not check or done.returncode == 0, done.stdout
    return json.loads(done.stdout)


def seen(stagedoor: Running, app: Path) -> Any:
    return stagedoor.get(f"/{app.name}/seen").json()


def test_a_value_is_a_release_and_goes_back_with_it(stagedoor: Running, app: Path) -> None:
    assert seen(stagedoor, app)["config"] == {"rows": 7, "greeting": "Hello"}
    told = stagedoor.json("config", "set", "rows", "12", folder=app)
    assert told["number"] == 1 and [one["release"] for one in told["operations"]] == [2]
    assert seen(stagedoor, app)["config"] == {"rows": 12, "greeting": "Hello"}
    (app / "main.py").write_text(SCRIPT.replace('"one"', '"two"'))
    stagedoor.json("deploy", folder=app)  # A deploy keeps what was set.
    assert seen(stagedoor, app)["word"] == "two" and seen(stagedoor, app)["config"]["rows"] == 12
    stagedoor.json("config", "set", "rows", "[1, 2]", folder=app)
    assert seen(stagedoor, app)["config"]["rows"] == [1, 2]
    for word, rows in (("two", 12), ("one", 12), ("one", 7)):
        stagedoor.json("rollback", folder=app)
        got = seen(stagedoor, app)
        assert (got["word"], got["config"]["rows"]) == (word, rows)
    listed = stagedoor.json("config", "list", folder=app)
    assert [(one["name"], one["value"], one["number"]) for one in listed] == [("rows", [1, 2], 2)]
    stagedoor.json("config", "remove", "rows", folder=app)
    assert seen(stagedoor, app)["config"]["rows"] == 7
    assert stagedoor.json("config", "list", folder=app) == []


@pytest.mark.parametrize(
    "value",
    ["a plain secret", "the-first-line\nlines of\na secret\n", "of-64-KB-secrets" * 4_096],
    ids=["plain", "lines", "64 KB"],
)
def test_a_secret_reaches_the_script_and_nobody_else(stagedoor: Running, app: Path, value: str) -> None:
    told = put(stagedoor, app, value)
    assert value not in json.dumps(told) and told["value"] is None
    got = seen(stagedoor, app)
    assert got["sum"] == summed(value) and got["repr"] == "Secrets(key)"
    assert stagedoor.get(f"/{app.name}/raise").status == 500

    def lines() -> list[str]:
        return stagedoor.cli("logs", app.name).stdout.splitlines()

    logged = wait_until(lambda: (found := lines()) and any("the key is" in one for one in found) and found, 30, "lines")
    assert any("printed [secret key]" in line for line in logged)
    hidden = value.splitlines()[0].encode()[:60]
    assert hidden.decode() not in "\n".join(logged)
    for path in stagedoor.data.rglob("*"):  # The database, node's journal, logs, layers: whatever is on disk.
        with suppress(FileNotFoundError):  # What telemetry replaces meanwhile.
            assert not path.is_file() or hidden not in path.read_bytes(), path
    for process in Path("/proc").glob("[0-9]*"):
        try:
            assert hidden not in (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
    for view in ("activity", "instances"):
        assert hidden.decode() not in stagedoor.cli(view, "--json").stdout


def test_a_secret_is_rotated_sealed_anew_and_comes_back_with_a_rollback(stagedoor: Running, app: Path) -> None:
    refused = put(stagedoor, app, "anything", check=False, action="rotate")
    assert refused["error"]["code"] == "not_found"
    put(stagedoor, app, "the first one")
    assert put(stagedoor, app, "the second one", action="rotate")["number"] == 2
    assert seen(stagedoor, app)["sum"] == summed("the second one")
    stagedoor.json("secret", "rekey")
    assert len((stagedoor.data / "keys" / "secrets").read_text().split()) >= 2
    assert (stagedoor.data / "keys" / "secrets").stat().st_mode & 0o777 == 0o600
    stagedoor.json("rollback", folder=app)
    assert seen(stagedoor, app)["sum"] == summed("the first one")
    listed = stagedoor.json("secret", "list", folder=app)
    assert [(one["name"], one["number"], one["value"]) for one in listed] == [("key", 2, None)]


def test_what_was_set_before_the_first_release_waits_for_it(stagedoor: Running, app: Path) -> None:
    told = put(stagedoor, app, "for prod alone", "--stack", "prod")
    assert told["operations"] == []
    assert seen(stagedoor, app)["sum"] == summed("")
    stagedoor.json("release", "1.0.0", "--stack", "prod", folder=app)
    got = stagedoor.get(f"/{app.name}/seen", stack="prod").json()
    assert got["sum"] == summed("for prod alone")


def test_wrong_values_are_refused_with_the_reason(stagedoor: Running, app: Path) -> None:
    assert put(stagedoor, app, "x" * 65_537, check=False)["error"]["code"] == "too_large"
    assert put(stagedoor, app, "", check=False)["error"]["code"] == "invalid"
    refused = stagedoor.cli("config", "set", "no spaces please", "1", folder=app, check=False)
    assert refused.returncode == 1 and "cannot be the name of a value" in refused.stderr
    assert stagedoor.cli("config", "set", "a", "1", "--stack", "staging", folder=app, check=False).returncode == 1


def test_a_value_that_keeps_the_script_from_starting_changes_nothing(stagedoor: Running, app: Path) -> None:
    (app / "main.py").write_text("from stagedoor import config\nassert config['rows'] == 7, 'seven only'\n" + SCRIPT)
    stagedoor.json("deploy", folder=app)
    refused = stagedoor.cli("config", "set", "rows", "8", folder=app, check=False)
    assert refused.returncode == 1 and "seven only" in refused.stderr
    assert stagedoor.json("config", "list", folder=app) == []
    assert seen(stagedoor, app)["config"]["rows"] == 7


def test_of_two_who_change_one_thing_the_second_is_told(stagedoor: Running, app: Path) -> None:
    (app / "main.py").write_text("import time\ntime.sleep(3)\n" + SCRIPT)
    stagedoor.json("deploy", folder=app)
    with subprocess.Popen(
        [*COMMAND, "config", "set", "rows", "1", "--json"], cwd=app, env=stagedoor.environment,
        stdout=subprocess.PIPE, text=True,
    ) as first:  # fmt: skip

        def running() -> bool:
            operations = fetch_json(stagedoor, f"/v1/activities?application={app.name}")
            return any(one["action"] == "config" for one in operations)

        wait_until(running, 30, "the first change")
        second = stagedoor.cli("config", "set", "greeting", "Hi", folder=app, check=False)
        assert second.returncode == 1
        assert "is running since" in second.stderr and "by operator" in second.stderr
        assert first.wait(30) == 0
    got = seen(stagedoor, app)["config"]
    assert got == {"rows": 1, "greeting": "Hello"}
    listed = stagedoor.json("config", "list", folder=app)  # What was refused is not kept either.
    assert [one["name"] for one in listed] == ["rows"]
