"""What a script, a device, a tenant or their traces say never steers the terminal of who looks at it."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from stagedoor.http.client import Client
from tests.harness.running import Running, wait_until
from tests.integration.applications import script

TITLE, COLOR = "\x1b]0;owned\x07", "\x1b[31m"
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\ud800-\udfff]")
SCRIPT = r"""
import os
from stagedoor import Request, endpoint, log


@endpoint("GET", "/say")
async def say(request: Request) -> dict:
    log.info("\x1b]0;owned\x07 \u202egnp.exe\nforged line", where="\x9b31m")
    os.write(1, b"\x1b]0;owned\x07\x1b[31mred \xc2\x9b31m\xed\xa0\x80\n")
    return {"said": True}
"""


@pytest.fixture(scope="module")
def evil(stagedoor: Running, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The id of a request whose log lines, and whose trace, hold what steers a terminal."""
    stagedoor.cli("deploy", folder=script(tmp_path_factory.mktemp("terminal"), "terminal", SCRIPT))
    stagedoor.cli("config", "set", "--application", "terminal", "x", json.dumps(f"a{TITLE}b\u202ec"), "--stack", "test")
    answer = stagedoor.get("/terminal/say", headers={"cookie": "member=m\x9b31m"})
    assert answer.status == 200
    request = answer.headers["stagedoor-request-id"]
    send_spans(stagedoor, request.replace("-", ""))
    wait_until(lambda: "gnp.exe" in stagedoor.cli("logs", "terminal").stdout, what="the log line")
    wait_until(lambda: stagedoor.cli("trace", request, check=False).returncode == 0, what="the trace")
    return request


def send_spans(running: Running, trace: str) -> None:
    """Sends spans with steering names and times out of range."""
    now = time.time_ns()
    spans = [
        {"traceId": trace, "spanId": f"{number:016x}", "name": f"span{COLOR}\nforged span", "startTimeUnixNano": start,
         "endTimeUnixNano": end}
        for number, (start, end) in enumerate([(now, now + 10**6), (0, 2**63), (2**64 - 1, 1)], 1)
    ]  # fmt: skip
    service = {"key": "service.name", "value": {"stringValue": f"svc{TITLE}"}}
    body = {"resourceSpans": [{"resource": {"attributes": [service]}, "scopeSpans": [{"spans": spans}]}]}
    Client(running.addresses["control"], running.token).post("otlp", "v1", "traces", body=body)


def verbs(request: str) -> list[tuple[str, ...]]:
    return [
        ("logs", "terminal"),
        ("logs", "terminal", "--where", 'message.contains("gnp")'),
        ("trace", request),
        ("activity", "terminal"),
        ("activity", "terminal", "--export", "csv"),
        ("config", "list", "--application", "terminal", "--stack", "test"),
        ("query", "SELECT * FROM logs WHERE application = 'terminal'"),
        ("query", "SELECT * FROM logs WHERE application = 'terminal'", "--csv"),
        ("query", "SELECT chr(27) || '[31m' AS a, 1e308 AS b, 'nan'::DOUBLE AS c, NULL AS d"),
        ("requests", "terminal"),
        ("service", "show", f"no{COLOR}such\nservice"),
        ("instances", f"no{TITLE}such"),
        (f"verb{COLOR}",),
        ("logs", f"--option{COLOR}"),
    ]


def test_no_verb_prints_what_steers_a_terminal(stagedoor: Running, evil: str) -> None:
    seen = 0
    for arguments in verbs(evil):
        result = stagedoor.cli(*arguments, check=False)
        text = result.stdout + result.stderr
        assert result.returncode != 70, f"{arguments}: {text}"
        assert not STEERING.search(text), f"{arguments}: {text!r}"
        assert not [line for line in text.splitlines() if line.startswith("forged")], text
        seen += "\\x1b" in text
    # It is there to be seen, in words.
    assert seen >= 5


def test_json_is_exact_and_in_ascii(stagedoor: Running, evil: str) -> None:
    for arguments in (("activity", "terminal"), ("logs", "terminal"), ("trace", evil)):
        text = stagedoor.cli(*arguments, "--json").stdout
        assert text.isascii() and not STEERING.search(text), arguments
    # The positive control: the values do hold what the verbs above did not print.
    assert TITLE in str(find(stagedoor.json("activity", "terminal"), lambda value: TITLE in value))


def find(value: Any, holds: Callable[[str], bool]) -> str:
    """The first text in a value of JSON for which `holds` is true, or an empty one."""
    if isinstance(value, str):
        return value if holds(value) else ""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((text for item in items if (text := find(item, holds))), "")
