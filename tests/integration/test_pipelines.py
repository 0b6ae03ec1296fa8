"""What a version goes through on its way to prod: gates, people, hours, hooks; and experiments beside it."""

import subprocess
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.harness.members import Members
from tests.harness.running import COMMAND, Running, fetch_json, wait_until
from tests.integration.applications import hello
from tests.integration.test_rollouts import deploying, newest

pytestmark = pytest.mark.database

APPROVED = '[pipeline]\nstages = ["checks", "test", "smoke", "approval", "prod"]\nsmoke = ["/hello"]\n'


def publication(running: Running, application: str) -> dict[str, Any]:
    found = fetch_json(running, f"/v1/publications?application={application}&limit=1")
    return dict(found[0]) if found else {"stages": []}


def waits(running: Running, application: str) -> bool:
    return any(one["waits"] for one in publication(running, application)["stages"])


def stage(running: Running, application: str, name: str) -> dict[str, Any]:
    return next(one for one in publication(running, application)["stages"] if one["name"] == name)


def test_explain_says_what_will_happen_and_why(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=hello(tmp_path, "explained"))
    said = stagedoor.cli("pipeline", "explain", "explained").stdout
    assert "1. checks" in said
    assert "5. prod       all at once: the line's first release has nothing beside it" in said
    stagedoor.cli("deploy", "--stack", "prod", folder=hello(tmp_path, "explained"))
    told = stagedoor.json("pipeline", "explain", "explained")
    assert [one["name"] for one in told["stages"]] == ["checks", "test", "smoke", "replay", "prod"]
    assert told["stages"][-1]["does"].startswith("canary with 5 % beside a baseline of the same size")
    assert stagedoor.get("/explained/hello", "test").status == 200  # It came by test.


def test_a_person_approves_who_did_not_begin_it(stagedoor: Running, tmp_path: Path) -> None:
    folder = hello(tmp_path, "approved", extra=APPROVED)
    other = stagedoor.json("token", "create", "approver", "--role", "developer", "--team", "tests")["token"]
    with deploying(stagedoor, folder) as said:
        wait_until(lambda: waits(stagedoor, "approved"))
        assert stagedoor.get("/approved/hello", "prod").status == 404
        assert stage(stagedoor, "approved", "smoke")["text"] == "/hello 200"
        number = publication(stagedoor, "approved")["operation"]
        refused = stagedoor.cli("pipeline", "approve", str(number), check=False)
        assert "operator began it and cannot approve it" in refused.stderr
        # While it waits nobody else is kept from working.
        stagedoor.cli("deploy", folder=hello(tmp_path, "approved", "newer", extra=APPROVED))
        _post(stagedoor, f"/v1/pipelines/{number}/approve", other, {"why": "seen"})
    assert said[0].startswith("0 "), said
    assert stagedoor.get("/approved/hello", "prod").json()["word"] == "one"
    noted = stagedoor.json("activity", "approved", "--action", "approve")[0]
    assert (noted["by"], noted["after"]) == ("approver", {"why": "seen"})
    assert "has ended (done); nothing was done" in _post(stagedoor, f"/v1/pipelines/{number}/approve", other, {})


def _post(running: Running, path: str, token: str, body: dict[str, Any]) -> str:
    url = running.addresses["control"] + path
    return httpx2.post(url, json=body, headers={"authorization": f"Bearer {token}"}).text


def test_who_rejects_ends_it_and_a_wait_outlives_control(own: Running, tmp_path: Path) -> None:
    with deploying(own, hello(tmp_path, "rejected", extra=APPROVED)) as said:
        wait_until(lambda: waits(own, "rejected"))
        own.stop()
        own.start()
        wait_until(lambda: waits(own, "rejected"))
        number = publication(own, "rejected")["operation"]
        own.cli("pipeline", "reject", str(number), "--why", "not now")
    assert "operator rejected it: not now" in said[0]
    assert own.get("/rejected/hello", "test").status == 200
    assert own.get("/rejected/hello", "prod").status == 404


def test_a_freeze_refuses_before_anything_is_done_but_never_the_way_back(stagedoor: Running, tmp_path: Path) -> None:
    direct = ("--strategy", "direct")
    stagedoor.cli("deploy", "--stack", "prod", folder=hello(tmp_path, "frozen", "one"))
    stagedoor.cli("deploy", "--stack", "prod", *direct, folder=hello(tmp_path, "frozen", "two"))
    today = time.strftime("%Y-%m-%d", time.gmtime())
    frozen = hello(tmp_path, "frozen", "three", extra=f'[pipeline]\nfreeze = ["{today}..2999-12-31"]\n')
    refused = stagedoor.cli("deploy", "--stack", "prod", folder=frozen, check=False)
    assert "a pipeline that cannot end" in refused.stderr
    tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86400))
    frozen = hello(tmp_path, "frozen", "three", extra=f'[pipeline]\nfreeze = ["{today}..{tomorrow}"]\n')
    refused = stagedoor.cli("deploy", "--stack", "prod", folder=frozen, check=False)
    assert f"prod of frozen is frozen from {today} to {tomorrow}; nothing was done" in refused.stderr
    assert len(stagedoor.json("versions", "frozen")) == 2
    stagedoor.cli("rollback", "frozen", "--stack", "prod")
    assert stagedoor.get("/frozen/hello", "prod").json()["word"] == "one"


def test_a_command_of_ones_own_stops_what_it_does_not_like(stagedoor: Running, tmp_path: Path) -> None:
    gate = '[pipeline]\nstages = ["checks", "command", "test"]\ncommand = ["python", "gate.py"]\n'
    folder = hello(tmp_path, "gated", extra=gate)
    (folder / "gate.py").write_text("import main, sys\nprint('looked at', main.WORD)\nsys.exit(main.WORD != 'good')\n")
    refused = stagedoor.cli("deploy", folder=folder, check=False)
    assert "python gate.py: exit 1" in refused.stderr
    assert "looked at one" in refused.stderr
    assert stagedoor.get("/gated/hello").status == 404
    (folder / "main.py").write_text((folder / "main.py").read_text().replace('"one"', '"good"'))
    assert "python gate.py: exit 0" in stagedoor.cli("deploy", folder=folder).stdout
    assert stagedoor.get("/gated/hello").json()["word"] == "good"


def test_a_hook_starts_the_pipeline_of_the_newest_version(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("publish", folder=hello(tmp_path, "hooked"))
    url = stagedoor.json("pipeline", "hook", "hooked")["url"]
    told = httpx2.post(url, json={"ref": "refs/heads/main"})
    assert (told.status_code, told.json()["goal"]["version"]) == (202, "1.0.0")
    wait_until(lambda: stagedoor.get("/hooked/hello", "prod").status == 200)
    assert newest(stagedoor, "hooked")["by"] == "hook of hooked"
    # It is shown once, kept as a hash, and ends when it is removed.
    assert url.rpartition("/")[2] not in stagedoor.cli("activity", "hooked", "--json").stdout
    stagedoor.cli("pipeline", "hook", "hooked", "--remove")
    assert httpx2.post(url).status_code == 404


def test_a_way_back_whose_secret_is_gone_is_refused_before(stagedoor: Running, tmp_path: Path) -> None:
    folder = hello(tmp_path, "bereft")
    stagedoor.cli("deploy", folder=folder)
    subprocess.run(
        [*COMMAND, "secret", "set", "key", "--application", "bereft"], input="first", env=stagedoor.environment,
        text=True, check=True, capture_output=True,
    )  # fmt: skip
    stagedoor.cli("deploy", folder=hello(tmp_path, "bereft", "two"))
    keys = stagedoor.data / "keys" / "secrets"
    kept = keys.read_text()
    keys.write_text("")
    try:
        refused = stagedoor.cli("rollback", "bereft", check=False)
    finally:
        keys.write_text(kept)
    assert "cannot come back: its secret key" in refused.stderr
    assert "nothing was done" in refused.stderr
    assert stagedoor.get("/bereft/hello").json()["word"] == "two"


def test_an_experiment_shows_each_member_one_cell_until_it_ends(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", "--stack", "prod", folder=hello(tmp_path, "celled", "usual"))
    stagedoor.cli("publish", folder=hello(tmp_path, "celled", "big"))
    untried = ("experiment", "start", "celled-early", "--application", "celled", "--cell", "usual:20", "--cell")
    refused = stagedoor.cli(*untried, "big=1.0.1:20", check=False)
    assert "celled 1.0.1 was never released in test" in refused.stderr
    stagedoor.cli("release", "1.0.1", "--stack", "test", "--application", "celled")
    begin = ("experiment", "start", "--application", "celled", "--days", "1", "--cell", "usual:20")
    with Members(stagedoor.port("prod"), "/celled/hello", number=1200, rate=250) as members:
        wait_until(lambda: members.answers)
        refused = stagedoor.cli(*begin, "celled-big", "--cell", "big=9.9.9:20", check=False)
        assert "no version 9.9.9, which cell big names" in refused.stderr
        stagedoor.cli(*begin, "celled-big", "--cell", "big=1.0.1:30")
        since = time.time() + 0.3
        refused = stagedoor.cli(*begin, "celled-other", "--cell", "big=1.0.1:40", check=False)
        assert "it overlaps celled-big: 50 % of members are taken, and it wants 60 %" in refused.stderr
        wait_until(lambda: len([one for one in members.answers if one.at > since]) > 2500, 40)
        assert members.moved(since) == set()
        assert 0.26 < members.share("big", since) < 0.34
        until = time.time()
        assert "has ended" in stagedoor.cli("experiment", "end", "celled-big").stdout
        assert "had ended already" in stagedoor.cli("experiment", "end", "celled-big").stdout
        after = time.time() + 0.3
        wait_until(lambda: len([one for one in members.answers if one.at > after]) > 200)
    assert members.share("big", after) == 0.0
    assert members.failures == []
    assert members.moved(since, until) == set()
    found = stagedoor.cli("insight", 'cohort == "celled-big:big" | count() every 1m', "--since", "10m").stdout
    assert "Nothing" not in found
    again = stagedoor.cli(*begin, "celled-big", "--cell", "big=1.0.1:30", check=False)
    assert "there was an experiment 'celled-big'" in again.stderr
