"""A new user's stopwatch: from a fresh clone, with empty package caches, by the commands that the README gives.

From the clone to the demo's first answer; then to the first script of one's own served; then to the first breakpoint
hit. What the machine's own packages are (HAProxy, runc, Chromium) stays as it is found, and is said.
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.harness.debugger import attach
from tests.harness.running import fetch, wait_until

from bench.report import Report

ROOT = Path(__file__).parents[1]
_DEMO, _TEST, _DEV = 8080, 8081, 8000
_PATIENCE = 600.0


class Newcomer:
    """Counts the commands that a person types, and runs them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commands: list[str] = []
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("STAGEDOOR_")}
        caches = ("UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
        self.environment |= {name: str(folder / name) for name in caches}
        self.environment.pop("VIRTUAL_ENV", None)
        self.environment["NO_COLOR"] = "1"

    def type(self, command: str, where: Path) -> str:
        self.commands.append(command)
        done = subprocess.run(
            ["bash", "-c", command], cwd=where, env=self.environment, capture_output=True, text=True, check=False,
            timeout=_PATIENCE,
        )  # fmt: skip
        if done.returncode != 0:
            raise SystemExit(f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    @contextmanager
    def leave_running(self, command: str, where: Path) -> Iterator["subprocess.Popen[bytes]"]:
        """Typed in a terminal that stays open; Ctrl-C in the end."""
        self.commands.append(command)
        log = (self.folder / "terminal.log").open("ab")
        process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"], cwd=where, env=self.environment, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
            log.close()


def run(*, quick: bool) -> Report:
    """`quick` is one run as well: there is nothing less of it that would be the same."""
    report = Report("newcomer")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one = Newcomer(folder)
        began = time.perf_counter()
        one.type(f"git clone -q {ROOT} stagedoor", folder)
        checkout = folder / "stagedoor"
        with one.leave_running(f"make up DATA={folder}/data", checkout):
            _wait_for_demo()
            up = time.perf_counter()
            one.environment["PATH"] = f"{checkout}/.venv/bin:{one.environment['PATH']}"
            one.type("stagedoor init my-script", checkout)
            script = checkout / "my-script"
            one.type("stagedoor deploy", script)
            answer = one.type(f"curl -s http://127.0.0.1:{_TEST}/my-script/hello/Ada", script)
            assert json.loads(answer) == {"message": "Hello, Ada!"}, answer
            own = time.perf_counter()
            _hit_a_breakpoint(one, script)
            hit = time.perf_counter()
    report.figures |= {
        "up_s": round(up - began, 1), "own_script_s": round(own - up, 2), "breakpoint_s": round(hit - own, 2),
        "commands": len(one.commands), "runs": 1,
    }  # fmt: skip
    present = [program for program in ("haproxy", "runc", "chromium") if _found(program)]
    report.limits.append(
        f"system packages that were here already: {', '.join(present) or 'none'}; typing takes no time"
    )
    return report


def _found(program: str) -> bool:
    return shutil.which(program, path="/usr/bin:/usr/sbin:/sbin") is not None


def _answers(port: int, path: str) -> bool:
    try:
        return fetch(port, path, {"x-device": "tv", "cookie": "member=m7"}, timeout=2).status == 200
    except OSError:
        return False


def _wait_for_demo() -> None:
    wait_until(lambda: _answers(_DEMO, "/tv-home/home"), _PATIENCE, "the demo's first answer")


def _hit_a_breakpoint(one: Newcomer, script: Path) -> None:
    """What F5 does, by the configuration that was written: attach, set the breakpoint, ask, stop there."""
    with one.leave_running("stagedoor dev --debug", script):
        written = script / ".vscode" / "launch.json"
        wait_until(written.exists, 60, "the configuration of the debugger")
        launch = json.loads(written.read_text())["configurations"][0]
        one.commands.append("F5")
        client = attach(launch["connect"]["port"])
        mappings = [{**pair, "localRoot": str(script)} for pair in launch["pathMappings"]]
        attached = client.send("attach", pathMappings=mappings, justMyCode=launch["justMyCode"])
        client.event("initialized")
        lines = (script / "main.py").read_text().splitlines()
        number = next(n for n, line in enumerate(lines, 1) if "return {" in line)
        client.answer(
            client.send("setBreakpoints", source={"path": str(script / "main.py")}, breakpoints=[{"line": number}])
        )
        client.answer(client.send("configurationDone"))
        client.answer(attached)
        one.commands.append(f"curl http://127.0.0.1:{_DEV}/hello/Ada")
        asking = threading.Thread(target=_ask_dev)
        asking.start()
        stopped = client.event("stopped")
        assert stopped["reason"] == "breakpoint", stopped
        client.answer(client.send("continue", threadId=stopped["threadId"]))
        asking.join(30)
        client.close()


def _ask_dev() -> None:
    wait_until(lambda: _answers(_DEV, "/hello/Ada"), 60, "the script under the debugger")
