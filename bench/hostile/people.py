"""Attacks of people with a token of a viewer or a developer, and of a user of the machine without any."""

import subprocess
import time
from contextlib import suppress
from threading import Thread
from typing import Any
from urllib.parse import quote

from tests.harness.running import fetch

from bench.hostile.world import Attack, Verdict, World
from stagedoor.main.paths import Paths

_SLOWEST_S = 3.0
_STOLEN = """
from stagedoor import endpoint


@endpoint("GET", "/basket")
async def good(request):
    return {"stolen": True}
"""
_BACKTRACKS = """
from stagedoor import Request, endpoint
from stagedoor.runtime.router import Endpoint, router


@endpoint("GET", "/ok")
async def ok(request):
    return "ok"


router.endpoints.append(Endpoint("GET", "/{a}{b}{c}{d}{e}{f}{g}{h}Z", ok, ""))
"""
_READ = """
import os, sys
readable = []
for folder in sys.argv[1:]:
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                with open(os.path.join(place, name), "rb") as stream:
                    stream.read(1)
                readable.append(os.path.join(place, name))
            except OSError:
                pass
print(len(readable), readable[:3])
"""


def _watch(world: World, query: str, kind: str) -> tuple[int, str]:
    path = f"/v1/insight?query={quote(query)}&kind={kind}"
    return world.api(world.viewer, "GET", path, timeout=2)


def _telemetry_answers(world: World) -> tuple[bool, str]:
    began = time.monotonic()
    status, _ = world.api(world.operator, "GET", "/v1/telemetry", timeout=10)
    seconds = time.monotonic() - began
    return status == 200 and seconds < _SLOWEST_S, f"telemetry answered {status} after {seconds:.2f} s"


def infinite_filter(world: World) -> Verdict:
    status, said = _watch(world, "size(message) > 1.0e999", "log")
    world.inside("print('a line', flush=True)")
    time.sleep(1)
    answers, how = _telemetry_answers(world)
    return Verdict(answers and 400 <= status < 500, f"{status} {said[:80]}; {how}")


def backtracking_filter(world: World) -> Verdict:
    status, said = _watch(world, 'path.matches("a*a*a*a*a*a*a*b")', "request")
    fetch(world.port, "/evil/" + "a" * 1500)
    time.sleep(1)
    answers, how = _telemetry_answers(world)
    return Verdict(answers, f"{status} {said[:80]}; {how}")


def backtracking_template(world: World) -> Verdict:
    deployed = world.deploy(world.red, "redos", _BACKTRACKS, "")
    fetch(world.port, "/redos/" + "a" * 600)
    time.sleep(1)
    answers, how = _telemetry_answers(world)
    return Verdict(answers, f"deploy ended with {deployed.returncode}; {how}")


def all_watchers(world: World) -> Verdict:
    """One viewer opens as many live queries as it can; an operator still gets one."""

    def watch() -> None:
        with suppress(OSError):
            world.api(world.viewer, "GET", f"/v1/insight?query={quote('status > 1')}&kind=request", timeout=4)

    threads = [Thread(target=watch) for _ in range(60)]
    for thread in threads:
        thread.start()
    time.sleep(1.5)
    # A stream that is granted says nothing within the time; a refusal comes at once.
    status, said = world.api(
        world.operator, "GET", f"/v1/insight?query={quote('status > 1')}&kind=request", timeout=1.5
    )
    for thread in threads:
        thread.join()
    return Verdict(status in (0, 200), f"{status} {said[:80]}")


def _attribute(name: str, value: str) -> dict[str, Any]:
    return {"key": name, "value": {"stringValue": value}}


def spoken_for_others(world: World) -> Verdict:
    record = {"timeUnixNano": str(time.time_ns()), "severityText": "platform", "body": {"stringValue": "FORGED"}}
    body = {
        "resourceLogs": [
            {
                "resource": {"attributes": [_attribute("stagedoor.application", "good")]},
                "scopeLogs": [{"logRecords": [record]}],
            }
        ]
    }
    status, said = world.api(world.red, "POST", "/v1/otlp/v1/logs", body)
    return Verdict(status == 403, f"{status} {said[:80]}")


def expensive_spans(world: World) -> Verdict:
    attributes = [_attribute(f"k{number}", "a" * 30_000) for number in range(128)]
    span = {
        "traceId": "a" * 32, "spanId": "1" * 16, "name": "x", "attributes": attributes,
        "startTimeUnixNano": str(time.time_ns()), "endTimeUnixNano": str(time.time_ns() + 10),
    }  # fmt: skip
    body = {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"spans": [span]}]}]}
    slowest = 0.0
    thread = Thread(target=lambda: world.api(world.red, "POST", "/v1/otlp/v1/traces", body))
    thread.start()
    while thread.is_alive():
        began = time.monotonic()
        world.api(world.operator, "GET", "/v1/telemetry")
        slowest = max(slowest, time.monotonic() - began)
    return Verdict(slowest < 0.5, f"telemetry's slowest answer took {slowest:.2f} s meanwhile")


def call_without_a_grant(world: World) -> Verdict:
    before = len(world.asked)
    said = [
        world.api(world.red, method, f"/v1/services/payments/call/{path}", {})
        for method, path in (("POST", "pay"), ("DELETE", "admin/users/1"))
    ]
    reached = [line for line in world.asked[before:] if not line.startswith("GET /balance")]
    return Verdict(not reached, f"{[status for status, _ in said]}, payments was asked {reached}")


def stolen_route(world: World) -> Verdict:
    routes = '[[routes]]\nhost = "shop.example"\npath = "/basket"\n'
    owned = world.deploy(world.blue, "shop", _STOLEN.replace("True", "False"), routes)
    taken = world.deploy(world.red, "grab", _STOLEN, routes)
    seen = fetch(world.port, "/basket", {"host": "shop.example"})
    kept = seen.status == 200 and seen.json() == {"stolen": False}
    return Verdict(kept and taken.returncode != 0, f"{owned.returncode} {taken.returncode} {seen.body!r}")


def read_as_another_user(world: World) -> Verdict:
    folders = [str(world.operator.data), str(Paths.of(world.operator.data).run)]
    arguments = ["/usr/bin/python3", "-c", _READ, *folders]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, user="nobody", cwd="/")
    return Verdict(done.stdout.startswith("0 "), done.stdout + done.stderr)


ATTACKS = (
    Attack("filter with infinity", infinite_filter),
    Attack("filter that backtracks", backtracking_filter),
    Attack("endpoint that backtracks", backtracking_template),
    Attack("all places for watchers", all_watchers),
    Attack("telemetry in the name of others", spoken_for_others),
    Attack("expensive spans", expensive_spans),
    Attack("call without a grant", call_without_a_grant),
    Attack("route of another team", stolen_route),
    Attack("files read by another user", read_as_another_user),
)
