"""A program that stands still is named in time; what needs it fails clearly, and nothing waits for ever."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.harness.running import Running, wait_until
from tests.integration.applications import hello

STATUS_LIMIT_S = 6.0
CHANGE_LIMIT_S = 45.0


@contextmanager
def stopped(running: Running, name: str) -> Iterator[None]:
    """A program that stands still for the length of the block: of HAProxy the worker, which serves."""
    pid = int(running.program(name)["pid"])
    if name in ("edge", "egress"):
        pid = int(
            subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=True).stdout.split()[0]
        )
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def status(running: Running) -> dict[str, Any]:
    began = time.monotonic()
    told: dict[str, Any] = running.json("status")
    assert time.monotonic() - began < STATUS_LIMIT_S
    return told


def silent(running: Running) -> dict[str, str]:
    return {program["name"]: program["silent"] for program in status(running)["programs"] if program["silent"]}


def finish(running: Running, *arguments: str, **options: Any) -> str:
    """What a command printed; it ends within a bound, whether it could be done or not."""
    began = time.monotonic()
    result = running.cli(*arguments, check=False, **options)
    assert time.monotonic() - began < CHANGE_LIMIT_S, arguments
    text = result.stdout + result.stderr
    assert result.returncode == 0 or "does not answer" in text or "edge" in text, text
    return text


@pytest.mark.parametrize("name", ["edge", "egress", "logs", "node", "telemetry"])
def test_status_names_a_program_that_stands_still(stagedoor: Running, name: str) -> None:
    wait_until(lambda: silent(stagedoor) == {}, what="a platform whose programs answer")
    with stopped(stagedoor, name):
        assert name in silent(stagedoor)
        text = stagedoor.cli("status").stdout
        assert f"{name} runs, but it " in text
    wait_until(lambda: silent(stagedoor) == {}, what="the program to answer again")


def test_changes_end_while_the_edge_stands_still_and_hold_afterwards(
    stagedoor: Running, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("stopped")
    stagedoor.cli("deploy", folder=hello(folder, "still", "one"))
    stagedoor.cli("deploy", folder=hello(folder, "gone", "one"))
    assert stagedoor.get("/still/hello").json()["word"] == "one"
    with stopped(stagedoor, "edge"):
        finish(stagedoor, "config", "set", "--application", "still", "key", '"while"', "--stack", "test")
        finish(stagedoor, "delete", "gone", "--line", "1", "--stack", "test", "--confirm", "gone/v1")
    released = {
        (application["name"], line["stack"]): line["version"]
        for application in status(stagedoor)["applications"]
        for line in application["lines"]
    }
    if ("gone", "test") not in released:
        wait_until(lambda: stagedoor.get("/gone/hello").status == 404, what="the edge to follow the database")
    else:
        assert stagedoor.get("/gone/hello").status == 200
    assert stagedoor.get("/still/hello").json()["word"] == "one"
    # A change that is made again is made, and the edge does what it says.
    stagedoor.cli("config", "set", "--application", "still", "key", '"after"', "--stack", "test")
    wait_until(lambda: stagedoor.get("/still/hello").json()["config"] == {"key": "after"}, what="the configuration")


def test_a_command_says_that_control_does_not_answer(stagedoor: Running) -> None:
    from stagedoor.http import client
    from stagedoor.http.client import Client, Unreachable

    pid = int(stagedoor.program("control")["pid"])
    os.kill(pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises(Unreachable, match="does not answer within 1 s"):
            Client(stagedoor.addresses["control"], stagedoor.token)._send("GET", "/v1/status", None, 1.0)
        assert time.monotonic() - began < 5
    finally:
        os.kill(pid, signal.SIGCONT)
    assert client.ANSWER_TIMEOUT_S <= 60
    assert status(stagedoor)["version"]
