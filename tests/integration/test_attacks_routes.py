"""First owner wins: no deploy, release, rollback or configuration takes a host, a path or a name of another team."""

import threading
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.harness.running import COMMAND, Running, fetch
from tests.integration.applications import hello

pytestmark = pytest.mark.database

CHECKOUT = '[[routes]]\nhost = "shop.example"\npath = "/hello"\n'


@pytest.fixture(scope="module")
def tokens(stagedoor: Running) -> dict[str, str]:
    return {
        team: str(stagedoor.json("token", "create", f"routes-{team}", "--role", "developer", "--team", team)["token"])
        for team in ("red", "blue")
    }


def run(running: Running, token: str, *arguments: str, folder: Path | None = None) -> "CompletedProcess[str]":
    import subprocess

    environment = running.environment | {"STAGEDOOR_TOKEN": token}
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def word(running: Running, host: str, path: str = "/hello") -> str:
    got = fetch(running.port("test"), path, {"host": host, "cookie": "cart=1"})
    return str(got.json()["word"]) if got.status == 200 else str(got.status)


def test_a_host_and_path_stay_with_their_team(stagedoor: Running, tokens: dict[str, str], tmp_path: Path) -> None:
    done = run(stagedoor, tokens["blue"], "deploy", folder=hello(tmp_path, "routes-shop", "blue", CHECKOUT, "blue"))
    assert done.returncode == 0, done.stderr
    assert word(stagedoor, "shop.example") == "blue"
    hostile = {
        "the same": CHECKOUT,
        "a header": CHECKOUT + '[routes.header]\ncookie = "cart=1"\n',
        "a longer path": '[[routes]]\nhost = "shop.example"\npath = "/hello/more"\n',
        "the host": '[[routes]]\nhost = "SHOP.example"\n',
        "an address": '[[routes]]\npath = "/routes-shop"\n',
        "everything": '[[routes]]\npath = "/"\n',
    }
    for number, (name, routes) in enumerate(hostile.items()):
        folder = hello(tmp_path / str(number), "routes-grab", "red", routes, "red")
        done = run(stagedoor, tokens["red"], "deploy", folder=folder)
        # The platform is shared: a rule for everything meets other tests' applications as well.
        owner = "team" if name == "everything" else "team blue"
        assert done.returncode == 1 and f"belongs to {owner}" in done.stderr, f"{name}: {done.stderr}"
        assert word(stagedoor, "shop.example") == "blue"
    assert "routes-grab" not in {one["name"] for one in stagedoor.json("status")["applications"]}
    refused = stagedoor.json("activity", "routes-grab")
    assert {one["action"] for one in refused} == {"route-refused"} and refused[-1]["after"]["owner"] == "blue"
    # What is nobody's is theirs, and the owner's other applications may share.
    mine = '[[routes]]\nhost = "red.example"\npath = "/hello"\n'
    done = run(stagedoor, tokens["red"], "deploy", folder=hello(tmp_path / "own", "routes-grab", "red", mine, "red"))
    assert done.returncode == 0 and word(stagedoor, "red.example") == "red", done.stderr
    more = '[[routes]]\nhost = "shop.example"\npath = "/hello/more"\n'
    done = run(stagedoor, tokens["blue"], "deploy", folder=hello(tmp_path, "routes-shop-more", "more", more, "blue"))
    assert done.returncode == 0, done.stderr


def test_what_was_free_once_is_not_taken_back_by_a_rollback(
    stagedoor: Running, tokens: dict[str, str], tmp_path: Path
) -> None:
    rule = '[[routes]]\nhost = "once.example"\npath = "/hello"\n'
    first = hello(tmp_path / "1", "routes-once", "first", rule, "red")
    assert run(stagedoor, tokens["red"], "deploy", folder=first).returncode == 0
    assert (
        run(
            stagedoor, tokens["red"], "deploy", folder=hello(tmp_path / "2", "routes-once", "none", "", "red")
        ).returncode
        == 0
    )
    done = run(stagedoor, tokens["blue"], "deploy", folder=hello(tmp_path, "heir", "heir", rule, "blue"))
    assert done.returncode == 0, done.stderr
    done = run(stagedoor, tokens["red"], "rollback", "routes-once")
    assert done.returncode == 1 and "belongs to team blue" in done.stderr
    assert word(stagedoor, "once.example") == "heir"
    # Neither a release of that version nor a value of its configuration brings it back.
    done = run(stagedoor, tokens["red"], "release", "1.0.0", "--application", "routes-once", "--stack", "prod")
    assert done.returncode == 1 and "belongs to team blue" in done.stderr, done.stderr + done.stdout
    done = run(stagedoor, tokens["red"], "config", "set", "--application", "routes-once", "key", "1", "--stack", "test")
    assert done.returncode == 0 and word(stagedoor, "once.example") == "heir"


def test_a_new_name_takes_no_path_of_a_rule(stagedoor: Running, tokens: dict[str, str], tmp_path: Path) -> None:
    rule = '[[routes]]\nhost = "named.example"\npath = "/basket"\n'
    owned = run(stagedoor, tokens["blue"], "deploy", folder=hello(tmp_path, "routes-named", "b", rule, "blue"))
    assert owned.returncode == 0
    done = run(stagedoor, tokens["red"], "deploy", folder=hello(tmp_path, "basket", "r", "", "red"))
    assert done.returncode == 1 and "the address /basket" in done.stderr and "team blue" in done.stderr


def test_of_two_deploys_at_the_same_moment_one_has_it(
    stagedoor: Running, tokens: dict[str, str], tmp_path: Path
) -> None:
    rule = '[[routes]]\nhost = "race.example"\npath = "/hello"\n'
    done: dict[str, CompletedProcess[str]] = {}

    def deploy(team: str) -> None:
        done[team] = run(stagedoor, tokens[team], "deploy", folder=hello(tmp_path, f"race-{team}", team, rule, team))

    threads = [threading.Thread(target=deploy, args=(team,)) for team in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [team for team, result in done.items() if result.returncode == 0]
    assert len(winners) == 1, {team: result.stderr for team, result in done.items()}
    loser = next(team for team in tokens if team not in winners)
    assert f"belongs to team {winners[0]}" in done[loser].stderr
    assert word(stagedoor, "race.example") == winners[0]
