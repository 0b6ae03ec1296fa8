"""Releases prove themselves on real traffic: canaries, parts, windows; with members, kills and people who intervene."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.harness.members import Members
from tests.harness.running import Running, fetch_json, wait_until
from tests.integration.applications import WITHOUT_REPLAY, hello, script

pytestmark = pytest.mark.database

# A script that says its word, and fails some of the time.
FAILING = """
import random

from stagedoor import Request, endpoint


@endpoint("GET", "/hello")
async def hello(request: Request) -> dict:
    if random.random() < {share}:
        raise RuntimeError("broken")
    return {{"word": "{word}"}}
"""


def failing(folder: Path, name: str, word: str, share: float) -> Path:
    return script(folder, name, FAILING.format(word=word, share=share), WITHOUT_REPLAY)


def newest(running: Running, application: str, stack: str = "prod") -> dict[str, Any]:
    found = fetch_json(running, f"/v1/rollouts?application={application}&stack={stack}&limit=1")
    return dict(found[0]) if found else {}


@contextmanager
def deploying(running: Running, folder: Path, *options: str) -> Iterator[list[str]]:
    """A deploy to prod in the background; what it printed is in the list once it ended."""
    said: list[str] = []

    def work() -> None:
        result = running.cli("deploy", "--stack", "prod", *options, folder=folder, check=False)
        said.append(f"{result.returncode} {result.stdout}{result.stderr}")

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield said
    finally:
        worker.join(300)
    assert said, "the deploy did not end"


def reached(running: Running, application: str, *states: str) -> dict[str, Any]:
    def look() -> dict[str, Any]:
        one = newest(running, application)
        return one if one.get("state") in states else {}

    return dict(wait_until(look, 120, f"{application} in {states}"))


def test_harm_goes_back_by_itself_and_few_members_saw_it(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", "--stack", "prod", folder=failing(tmp_path, "harmed", "one", 0.0))
    with Members(stagedoor.port("prod"), "/harmed/hello") as members:
        wait_until(lambda: len(members.answers) > 100)
        with deploying(stagedoor, failing(tmp_path, "harmed", "two", 0.3), "--share", "20") as said:
            pass
    assert said[0].startswith("1 ")
    assert "of requests fail" in said[0]
    assert "1.0.0 serves everybody" in said[0]
    one = newest(stagedoor, "harmed")
    assert (one["state"], one["shares"]) == ("rolled back", {})
    assert one["judgement"]["verdict"] == "fail"
    assert {each["verdict"] for each in one["judgement"]["findings"] if each["metric"] == "errors"} == {"harm"}
    # A fresh baseline ran beside it, of the same size, and nobody else saw the canary.
    judging = next(each for each in one["events"] if each["state"] == "judging")
    assert judging["shares"] == {"canary": 0.2, "baseline": 0.2}
    lines = stagedoor.cli("requests", "harmed", "--limit", "10000", "--json").stdout.splitlines()
    cohorts = {each["cohort"]: each["version"] for each in map(json.loads, lines) if each.get("cohort")}
    assert cohorts == {f"r{one['id']}:canary": "1.0.1", f"r{one['id']}:baseline": "1.0.0"}
    # What was made for it has gone, and the audit log says who did it.
    wait_until(lambda: {each["purpose"] for each in _deployments(stagedoor, "harmed")} == {"release"})
    noted = stagedoor.json("activity", "harmed", "--action", "rollout")[0]
    assert (noted["by"], noted["after"]["state"]) == ("control", "rolled back")


def _deployments(running: Running, application: str) -> list[dict[str, Any]]:
    return list(fetch_json(running, f"/v1/deployments?application={application}&stack=prod"))


def test_members_stay_in_their_arm_and_a_person_decides(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", "--stack", "prod", folder=hello(tmp_path, "sticky", "one"))
    with (
        Members(stagedoor.port("prod"), "/sticky/hello", rate=250, number=1500) as members,
        deploying(
            stagedoor, hello(tmp_path, "sticky", "two"), "--share", "25", "--most", "4s", "--least", "1s"
        ) as said,
    ):
        one = reached(stagedoor, "sticky", "asking")
        since = members.first("two")  # The split is written first, then the traffic follows, all of it at once.
        # Of so many members a share is seen to the hundredth.
        wait_until(lambda: len({each.member for each in members.answers if each.began > since}) > 900, 60)
        assert members.moved(since) == set()
        assert 0.20 < members.share("two", since) < 0.30
        assert "rollout" in stagedoor.cli("rollout", "pause", str(one["id"])).stdout
        wait_until(lambda: newest(stagedoor, "sticky")["paused_at"])
        assert "paused already" in stagedoor.cli("rollout", "pause", str(one["id"])).stdout
        stagedoor.cli("rollout", "resume", str(one["id"]))
        wait_until(lambda: not newest(stagedoor, "sticky")["paused_at"])
        assert newest(stagedoor, "sticky")["state"] == "asking"
        until = time.time()
        assert members.moved(since, until) == set()
        stagedoor.cli("rollout", "resume", str(one["id"]))
        reached(stagedoor, "sticky", "done")
        at = time.time() + 3  # The pointer is written first, then the traffic follows.
        wait_until(lambda: len([each for each in members.answers if each.at > at]) > 100)
    assert said[0].startswith("0 ")
    assert members.failures == []
    assert members.share("two", at) == 1.0
    assert "operator decided that it goes on" in stagedoor.cli("rollout", "show", str(one["id"])).stdout
    actions = [each["action"] for each in stagedoor.json("activity", "sticky")]
    assert actions[:4] == ["deploy", "resume", "resume", "pause"]
    assert "has ended (done); nothing was done" in stagedoor.cli("rollout", "abort", str(one["id"])).stdout


def test_without_traffic_it_asks_and_never_passes(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", "--stack", "prod", folder=hello(tmp_path, "lonely", "one"))
    with deploying(stagedoor, hello(tmp_path, "lonely", "two"), "--most", "2s", "--least", "1s") as said:
        one = reached(stagedoor, "lonely", "asking")
        assert "no request" in one["reason"]
        # The canary keeps its 5% while a person is asked, and no more: 40 requests of whom 20 see it are one in 10^15.
        words = [stagedoor.get("/lonely/hello", "prod").json()["word"] for _ in range(40)]
        assert words.count("two") < 20
        refused = stagedoor.cli("deploy", "--stack", "prod", folder=hello(tmp_path, "lonely", "three"), check=False)
        assert "deploy of lonely ^1 in prod by operator is running" in refused.stderr
        back = stagedoor.cli("rollback", "lonely", "--stack", "prod").stdout
        assert "operator aborted it" in back
    assert "aborted" in said[0]
    assert newest(stagedoor, "lonely")["state"] == "aborted"
    assert "nothing was done" in stagedoor.cli("rollout", "abort", "lonely").stdout


def test_parts_move_one_after_another_and_only_forward(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", "--stack", "prod", folder=hello(tmp_path, "parts", "one"))
    options = ("--strategy", "linear", "--time", "4s", "--steps", "4")
    with (
        Members(stagedoor.port("prod"), "/parts/hello", number=800) as members,
        deploying(stagedoor, hello(tmp_path, "parts", "two"), *options) as said,
    ):
        reached(stagedoor, "parts", "done")
    assert said[0].startswith("0 ")
    assert members.failures == []
    shares = [
        each["shares"].get("new", 0) for each in newest(stagedoor, "parts")["events"] if each["state"] == "moving"
    ]
    assert shares == [0.25, 0.5, 0.75, 1.0]
    # Who has seen the new version never sees the old one again.
    last: dict[str, str] = {}
    for each in sorted(members.answers, key=lambda answer: answer.at):
        assert (last.get(each.member), each.word) != ("two", "one")
        last[each.member] = each.word


def test_a_window_begins_when_it_was_said(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", "--stack", "prod", folder=hello(tmp_path, "windowed", "one"))
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time.time() + 25))
    options = ("--strategy", "window", "--time", "2s", "--steps", "2", "--at", at)
    with deploying(stagedoor, hello(tmp_path, "windowed", "two"), *options) as said:
        reached(stagedoor, "windowed", "waiting")
        assert stagedoor.get("/windowed/hello", "prod").json()["word"] == "one"
        one = reached(stagedoor, "windowed", "done")
    assert said[0].startswith("0 ")
    moving = next(each["at"] for each in one["events"] if each["state"] == "moving")
    assert time.mktime(time.strptime(at, "%Y-%m-%d %H:%M:%S")) <= moving


@pytest.mark.parametrize("state", ["preparing", "judging"])
def test_a_rollout_outlives_control(own: Running, tmp_path: Path, state: str) -> None:
    own.cli("deploy", "--stack", "prod", folder=hello(tmp_path, "outlived", "one"))
    with (
        Members(own.port("prod"), "/outlived/hello", number=1000) as members,
        deploying(own, hello(tmp_path, "outlived", "two"), "--share", "20", "--most", "6s", "--least", "1s") as said,
    ):
        before = reached(own, "outlived", state)
        since = wait_until(lambda: members.first("two")) if state == "judging" else 0.0
        os.kill(own.program("control")["pid"], signal.SIGKILL)
        one = reached(own, "outlived", "asking")
        if state == "judging":
            assert members.moved(since) == set()
            assert one["arms"] == before["arms"]
        own.cli("rollout", "resume", str(one["id"]))
        reached(own, "outlived", "done")
    assert said[0].startswith("0 ")
    assert members.failures == []
    assert {each["purpose"] for each in _deployments(own, "outlived")} == {"release"}


def test_shares_that_do_not_add_up_are_refused_before_anything(stagedoor: Running, tmp_path: Path) -> None:
    folder = hello(tmp_path, "summed", "one")
    refused = stagedoor.cli("deploy", "--stack", "prod", "--share", "60", folder=folder, check=False)
    assert "weights do not add up: 60 % for the canary" in refused.stderr
    strange = hello(tmp_path, "summed", "two", extra='[strategy]\nmetrics = ["latecny"]\n')
    refused = stagedoor.cli("deploy", "--stack", "prod", folder=strange, check=False)
    assert "nobody emits a metric 'latecny'" in refused.stderr
    assert "did you mean" in refused.stderr
    assert fetch_json(stagedoor, "/v1/rollouts?application=summed") == []


def test_the_way_back_is_rehearsed_and_shown_as_an_objective(stagedoor: Running, tmp_path: Path) -> None:
    for word in ("one", "two"):
        stagedoor.cli("deploy", folder=hello(tmp_path, "rehearsed-back", word))
    before = stagedoor.json("status")["pools"]

    def rehearsed() -> Any:
        told = fetch_json(stagedoor, "/v1/objectives")[0]
        return told if told["samples"] else None

    told = wait_until(rehearsed, 400, "a rehearsal")
    assert (told["name"], told["bound"]) == ("rollback", 0.2)
    assert 0 < told["p50"] < 5
    assert "rehearsals in test" in stagedoor.cli("status").stdout
    # Nobody noticed: the line runs what it ran, and nothing was made for it.
    assert stagedoor.get("/rehearsed-back/hello").json()["word"] == "two"
    assert stagedoor.json("status")["pools"]["services"] == before["services"]
