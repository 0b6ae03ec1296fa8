"""Rollouts and rollbacks under load, while control, node and instances are killed at random instants.

Canaries that a person lets go on, linear ones, direct ones and the way back, one after another, under 500 requests a
second of many members: did a request fail, did each end in one of its states, was the split as wanted, did somebody
change arm? Then rollbacks beside 100 applications, from the call of the API to the last answer of the bad version.
"""

import os
import random
import signal
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from tests.harness.members import Members
from tests.harness.running import Running, platform, write_application

from bench import fleet
from bench.fleet import App
from bench.report import Report, median, percentile

RATE, SHARE = 500, 0.2
SETTINGS = """
[edge]
member = "cookie:member"
client_rate = 1000000

[keep]
warm_versions = 4
"""
MAIN = """
from stagedoor import Request, endpoint


@endpoint("GET", "/word")
async def word(request: Request) -> dict:
    return {{"word": "{word}"}}
"""
MANIFEST = 'name = "{name}"\nteam = "bench"\n[resources]\nmemory = "64MB"\n'
_ENDED = ("done", "rolled back", "aborted", "failed")
_STRATEGIES = ("canary", "linear", "canary", "direct", "canary")
_SETTLE = 0.3  # Seconds: answers that were on their way when traffic moved.


@dataclass
class Seen:
    """What came of all rollouts. `wanted` and `got`: members in the new arm."""

    states: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    requests: int = 0
    members: int = 0
    new: int = 0
    moved: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    operations: list[str] = field(default_factory=list)


def run(*, quick: bool) -> Report:
    report, seen = Report("rollout"), Seen()
    with platform(SETTINGS) as running, tempfile.TemporaryDirectory() as name:
        folder, chance = Path(name), random.Random(7)
        client = httpx2.Client(
            base_url=running.addresses["control"], headers={"authorization": f"Bearer {running.token}"}, timeout=60
        )
        words = _publish(running, folder)
        _under_load(running, client, chance, words, 3 if quick else 50, seen)
        _report(report, seen)
        fleet.deploy(running, folder, [App(f"other-{n}", manifest=_SLEEPY) for n in range(99)])
        _measure_rollbacks(report, running, client, words, 100 if quick else 200)
    return report


_SLEEPY = '[resources]\nmemory = "64MB"\n[scaling]\nmin = 0\nidle = "1s"\n'


def _publish(running: Running, folder: Path) -> dict[str, str]:
    """Versions by the word they say; the first is released."""
    found = {}
    for number, word in enumerate(("one", "two")):
        app = write_application(folder / word, MAIN.format(word=word), MANIFEST.format(name="moved"))
        stack = ("--stack", "prod") if number == 0 else ("--stack", "test")
        found[word] = str(running.json("deploy", str(app), *stack)["version"])
    return found


def _under_load(
    running: Running, client: httpx2.Client, chance: random.Random, words: dict[str, str], count: int, seen: Seen
) -> None:
    now = "one"
    for number in range(count):
        other = "two" if now == "one" else "one"
        with Members(running.port("prod"), "/moved/word", rate=RATE, number=2_000, seed=number + 1) as members:
            time.sleep(0.3)
            if number % 3 == 2:
                operation = _back(client)
            else:
                operation = _forward(client, words[other], _STRATEGIES[number % len(_STRATEGIES)])
            killer = threading.Timer(chance.uniform(0.1, 2.5), _kill, (running, chance, seen))
            killer.start()
            state = _watch(client, operation, members, seen, other)
            killer.join()
            time.sleep(_SETTLE)
        seen.failed += members.failures
        seen.requests += len(members.answers)
        seen.operations.append(state)
        now = other if state == "done" else now


def _forward(client: httpx2.Client, version: str, kind: str) -> dict[str, Any]:
    strategy = {"kind": kind, "share": SHARE * 100, "least": "1s", "most": "1500ms", "time": "1500ms", "steps": 3}
    wish = {"version": version, "stack": "prod", "strategy": strategy}
    return _post(client, "/v1/applications/moved/releases", wish)


def _back(client: httpx2.Client) -> dict[str, Any]:
    return _post(client, "/v1/applications/moved/rollbacks", {"stack": "prod"})


def _post(client: httpx2.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Again while control is away or still busy."""
    deadline = time.monotonic() + 30
    while True:
        try:
            answer = client.post(path, json=body)
            if answer.status_code < 300:
                return dict(answer.json())
            said = answer.text
        except httpx2.TransportError as error:
            said = repr(error)
        if time.monotonic() > deadline:
            raise SystemExit(f"{path}: {said}")
        time.sleep(0.1)


def _get(client: httpx2.Client, path: str) -> Any:
    """None while control is away."""
    try:
        answer = client.get(path)
        return answer.json() if answer.status_code == 200 else None
    except httpx2.TransportError:
        return None


def _kill(running: Running, chance: random.Random, seen: Seen) -> None:
    """One of control, node and the instances."""
    what = chance.choice(("control", "node", "instance"))
    try:
        if what == "instance":
            listed = [one for one in running.json("instances", "moved") if one["stack"] == "prod"]
            pid = int(chance.choice(listed)["pid"])
        else:
            pid = int(running.program(what)["pid"])
        os.kill(pid, signal.SIGKILL)
        seen.kills[what] = seen.kills.get(what, 0) + 1
    except (AssertionError, ProcessLookupError, IndexError, StopIteration):
        pass  # It was away at that instant already.


def _watch(client: httpx2.Client, operation: dict[str, Any], members: Members, seen: Seen, word: str) -> str:
    """Until it ended; a canary that asks is let go on after its arms were looked at."""
    deadline, asked = time.monotonic() + 60, 0.0
    one: dict[str, Any] = {}
    while time.monotonic() < deadline:
        time.sleep(0.1)
        listed = _get(client, "/v1/rollouts?application=moved&stack=prod&limit=1")
        mine = [each for each in listed or () if each["operation"] == operation["id"]]
        if not mine:
            ended = _get(client, f"/v1/operations/{operation['id']}")
            if ended is not None and ended["state"] != "running":
                return str(ended["state"])
            continue
        one = mine[0]
        if one["state"] == "asking" and not asked:
            asked = time.time()
            _post(client, f"/v1/rollouts/{one['id']}/resume", {})
        if one["state"] in _ENDED:
            break
    seen.states.append(str(one.get("state", "never began")))
    if asked:
        _look(one, members, seen, word, asked)
    while time.monotonic() < deadline:
        ended = _get(client, f"/v1/operations/{operation['id']}")
        if ended is not None and ended["state"] != "running":
            break
        time.sleep(0.05)
    return str(one.get("state", ""))


def _look(one: dict[str, Any], members: Members, seen: Seen, word: str, until: float) -> None:
    """At who was answered by what while both arms served: all who asked then, those who waited for long as well."""
    since = one["served_at"] + _SETTLE
    answers = [each for each in list(members.answers) if since <= each.began < until and each.word]
    answered = {each.member: each.word for each in answers}
    seen.members += len(answered)
    seen.new += sum(each == word for each in answered.values())
    seen.moved += len(members.moved(since, until))


def _report(report: Report, seen: Seen) -> None:
    share = seen.new / seen.members if seen.members else 0.0
    report.figures |= {
        "failed": len(seen.failed), "requests": seen.requests, "rollouts": len(seen.operations),
        "undefined_states": sum(one not in _ENDED for one in seen.states),
        "ended": {one: seen.operations.count(one) for one in sorted(set(seen.operations))}, "kills": seen.kills,
        "split_error": round(abs(share - SHARE), 4), "split_share": round(share, 4), "split_members": seen.members,
        "sticky_moved": seen.moved, "load_rps": RATE,
    }  # fmt: skip
    report.limits += seen.failed[:5]


def _measure_rollbacks(
    report: Report, running: Running, client: httpx2.Client, words: dict[str, str], count: int
) -> None:
    """Handlers answer within a millisecond or two; the bad version is released again in between."""
    good, bad = "one", "two"
    for word in (good, bad):
        _done(client, _forward(client, words[word], "direct"))
    seconds: list[float] = []
    with Members(running.port("prod"), "/moved/word", rate=200, number=1000, seed=99) as members:
        time.sleep(0.3)
        for number in range(count):
            began = time.time()
            operation = _back(client)
            _done(client, operation)
            time.sleep(0.03)
            last = max(
                (each.at for each in members.answers[-2000:] if each.word == bad and each.at > began), default=began
            )
            seconds.append(last - began)
            if number + 1 < count:
                _done(client, _forward(client, words[bad], "direct"))
    report.figures |= {
        "rollback_p50_s": round(median(seconds), 3), "rollback_p99_s": round(percentile(seconds, 0.99), 3),
        "rollback_max_s": round(max(seconds), 3), "rollbacks": count, "rollback_applications": 100,
        "rollback_failed": len(members.failures), "rollback_requests": len(members.answers),
    }  # fmt: skip
    report.limits += members.failures[:5]


def _done(client: httpx2.Client, operation: dict[str, Any]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        told = _get(client, f"/v1/operations/{operation['id']}")
        if told is not None and told["state"] != "running":
            return
        time.sleep(0.005)
    raise SystemExit(f"operation {operation['id']} did not end")
