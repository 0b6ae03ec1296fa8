"""Canaries with real instances: the whole way from a request at the edge to the judge's word, and back.

One line of 2,000 members at 250 requests a second; each arm gets 30 % of them. A version that fails 5 % of its
requests, one that takes 3 ms longer, and one that is the same, in turn: was it found, after how many requests and
seconds of both arms serving, and was the same version let alone?
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from tests.harness.members import Members
from tests.harness.running import Running, fetch_json, platform, write_application

from bench.report import Report, median

_SETTINGS = '[edge]\nmember = "cookie:member"\nclient_rate = 1000000\n'
_MANIFEST = 'name = "real"\nteam = "bench"\n'
_MAIN = """
import asyncio
import random

from stagedoor import Request, endpoint


@endpoint("GET", "/word")
async def word(request: Request) -> dict:
    await asyncio.sleep({pause})
    if random.random() < {errors}:
        raise RuntimeError("broken")
    return {{"word": "{word}"}}
"""
_USUAL = {"pause": 0.01, "errors": 0.0}
_EFFECTS = {"errors": _USUAL | {"errors": 0.05}, "p50": _USUAL | {"pause": 0.013}, "none": _USUAL}
_RATE, _SHARE = 250, 30
_FOUND = "rolled back"
_ENDED = ("done", "rolled back", "aborted", "failed")


def run(report: Report, *, quick: bool) -> None:
    with _line() as (running, versions), Members(running.port("prod"), "/real/word", rate=_RATE, most=900.0):
        for name in ("errors",) if quick else _EFFECTS:
            seen = [_one(running, versions[name], 10 if name == "none" else 90) for _ in range(1 if quick else 3)]
            found = [one for one in seen if one["state"] == _FOUND]
            report.figures[f"real_{name}_found"] = f"{len(found)} of {len(seen)}"
            if found:
                report.figures[f"real_{name}_requests"] = int(
                    median([sum(one["judgement"]["requests"]) for one in found])
                )
                report.figures[f"real_{name}_s"] = round(median([_took(one) for one in found]), 1)


@contextmanager
def _line() -> Iterator[tuple[Running, dict[str, str]]]:
    """With what runs released, and the others in test."""
    with platform(_SETTINGS) as running, tempfile.TemporaryDirectory() as folder:
        versions = {}
        for word, values in {"usual": _USUAL, **_EFFECTS}.items():
            app = write_application(Path(folder) / word, _MAIN.format(word=word, **values), _MANIFEST)
            stack = "prod" if word == "usual" else "test"
            versions[word] = str(running.json("deploy", str(app), "--stack", stack)["version"])
        yield running, versions


def _one(running: Running, version: str, most: int) -> dict[str, Any]:
    """A rollout until it has ended; one that asks when its time is over is aborted."""
    strategy = {"kind": "canary", "share": _SHARE, "least": "2s", "most": f"{most}s"}
    began = httpx2.post(
        f"{running.addresses['control']}/v1/applications/real/releases",
        headers={"authorization": f"Bearer {running.token}"},
        json={"version": version, "stack": "prod", "strategy": strategy},
        timeout=60,
    ).json()
    deadline = time.monotonic() + most + 60
    while time.monotonic() < deadline:
        time.sleep(0.1)
        listed = fetch_json(running, "/v1/rollouts?application=real&stack=prod&limit=1")
        if not listed or listed[0]["operation"] != began["id"]:
            continue
        if listed[0]["state"] == "asking":
            running.cli("rollout", "abort", str(listed[0]["id"]))
        elif listed[0]["state"] in _ENDED:
            return dict(listed[0])
    raise AssertionError(f"the rollout of {version} did not end")


def _took(one: dict[str, Any]) -> float:
    """From both arms serving until it was seen."""
    going = next(each["at"] for each in one["events"] if each["state"] == "going back")
    return float(going - one["served_at"])
