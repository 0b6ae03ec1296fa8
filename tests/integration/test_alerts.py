"""Alerts with the real parts: what crash-loops is told to an address, signed; silences are the team's."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.harness.running import Running, platform, wait_until
from tests.integration.applications import hello, script

pytestmark = pytest.mark.database

FRAGILE = """
import os

from stagedoor import Request, endpoint


@endpoint("GET", "/")
async def die(request: Request) -> dict:
    os._exit(3)
"""


@contextmanager
def pager() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """(address, what was sent to it)."""
    taken: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            taken.append(({key.lower(): value for key, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/alerts", taken
        finally:
            server.shutdown()
            thread.join()


def firing(running: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = running.json("alerts", "list", "--state", "firing")
    return found


def test_a_crash_loop_is_an_alert_with_its_evidence_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret")
    with pager() as (address, taken):
        settings = f'[alerts]\nwebhook = "{address}"\nsecret = "{tmp_path}/secret"\n'
        with platform(settings) as running:
            running.json("deploy", folder=script(tmp_path, "fragile", FRAGILE))

            def ask_again() -> list[dict[str, Any]]:
                running.get("/fragile/")
                return [one for one in firing(running) if one["rule"] == "crash-loop"]

            (alert,) = wait_until(ask_again, 150, "the alert")
            assert alert["application"] == "fragile"
            assert "instances died" in alert["reason"] and "3" in alert["reason"]
            shown = running.json("alerts", "show", str(alert["id"]))
            assert shown["evidence"]["releases"][0]["version"] == "1.0.0"
            assert "deploy" in {one["action"] for one in shown["evidence"]["activities"]}
            assert "before it" in running.cli("alerts", "show", str(alert["id"])).stdout
            told = lambda: [one for one in taken if json.loads(one[1])["alert"]["rule"] == "crash-loop"]  # noqa: E731
            headers, body = wait_until(told, 30, "the delivery")[0]
    assert headers["stagedoor-signature"] == "sha256=" + hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()


def test_a_silence_is_made_listed_ended_and_written_down(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.json("deploy", folder=hello(tmp_path, "hushed", "one"))
    made = stagedoor.json("alerts", "silence", "errors/hushed", "--for", "2h", "--why", "moving")
    assert (made["rule"], made["application"]) == ("errors", "hushed")
    assert made["id"] in [one["id"] for one in stagedoor.json("alerts", "silences")]
    stagedoor.cli("alerts", "end-silence", str(made["id"]))
    assert made["id"] not in [one["id"] for one in stagedoor.json("alerts", "silences")]
    actions = [one["action"] for one in stagedoor.json("activity", "hushed", "--text", "errors")]
    assert actions == ["end silence", "silence"]
    assert "until 20" in stagedoor.cli("activity", "hushed").stdout, "a time is said as a date"
    refused = stagedoor.cli("alerts", "silence", "nobody", "--why", "x", check=False)
    assert refused.returncode == 1 and "no application" in refused.stderr
    assert {one["name"] for one in stagedoor.json("alerts", "rules")} >= {"errors", "latency", "traffic", "burn"}


def test_a_saved_query_is_a_chart_of_what_was_before_and_an_alert(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.json("deploy", folder=hello(tmp_path, "charted", "one"))
    statuses = [stagedoor.get("/charted/nothing-here").status for _ in range(20)]
    assert set(statuses) == {404}

    def found() -> bool:
        windows = stagedoor.json("insight", 'application == "charted" | count()', "--since", "5m")["windows"]
        return bool(sum(row["figures"][0] for one in windows for row in one["rows"]) >= 20)

    wait_until(found, 30, "what was asked, in the store")
    query = "status == 404 | count() by status every 10s"
    made = stagedoor.json("saved", "add", "not-found", query, "--application", "charted", "--alert", "> 5")
    assert made["team"] == "tests" and "times" in made["test"]
    windows = stagedoor.json("saved", "show", "not-found", "--since", "5m")["windows"]
    assert sum(row["figures"][0] for one in windows for row in one["rows"]) == 20

    def ask_again() -> list[dict[str, Any]]:
        for _ in range(3):
            stagedoor.get("/charted/nothing-here")
        return [one for one in firing(stagedoor) if (one["rule"], one["application"]) == ("saved", "charted")]

    (alert,) = wait_until(ask_again, 150, "the alert")
    assert (alert["application"], alert["endpoint"]) == ("charted", "not-found")
    assert "of 404 was" in alert["reason"] and len(alert["evidence"]["requests"]) == 5
    assert stagedoor.json("trace", alert["evidence"]["requests"][0])["spans"]
    assert "would have fired 1 times" in stagedoor.cli("saved", "test", "not-found").stdout
    stagedoor.cli("saved", "remove", "not-found")
    assert "not-found" not in [one["name"] for one in stagedoor.json("saved", "list")]
    refused = stagedoor.cli("saved", "add", "broken", "count( every 10s", check=False)
    assert refused.returncode == 1 and "character" in refused.stderr
