"""Runs an application's own tests in a sandbox like the one it will live in, without a way out."""

import asyncio
import json
import os
import secrets
import signal
import time
from dataclasses import dataclass

from stagedoor.model.deployment import Sandbox
from stagedoor.oci import launch, spawn
from stagedoor.oci.runc import Engine

_MOST_OUTPUT = 200_000


@dataclass(frozen=True, slots=True)
class CheckRun:
    """What to run: `paths` go before all others on the import path; `tests` is relative to the source.

    `command` is run instead of tests when there is one.
    """

    sandbox: Sandbox
    paths: tuple[str, ...]
    tests: str
    config: dict[str, object]
    timeout: float
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckResult:
    passed: bool
    summary: str
    output: str
    seconds: float


async def run(engine: Engine, wanted: CheckRun) -> CheckResult:
    """Raises EngineError when no container could be started."""
    began = time.perf_counter()
    container = f"c{secrets.token_hex(4)}"
    output = os.memfd_create("output", os.MFD_CLOEXEC)
    content = json.dumps(
        {"paths": wanted.paths, "tests": wanted.tests, "config": wanted.config, "command": wanted.command}
    ).encode()
    try:
        running = await launch.launch(engine, container, wanted.sandbox)
        running.become(engine, wanted.sandbox)
        running.channel.order("checks", content, [output], wanted.sandbox)
        timed_out = False
        try:
            async with asyncio.timeout(wanted.timeout):
                status = await spawn.wait(running.pid)
        except TimeoutError:
            timed_out = True
            engine.kill(running.pid, running.started, signal.SIGKILL)
            status = await spawn.wait(running.pid)
        report = await running.channel.line() or {}
        running.channel.close()
        text = os.pread(output, _MOST_OUTPUT, 0).decode(errors="replace")
    finally:
        os.close(output)
        await engine.delete(container)
    seconds = time.perf_counter() - began
    if timed_out:
        what = "it" if wanted.command else "the tests"
        return CheckResult(False, f"{what} did not end within {wanted.timeout:g} s", text, seconds)
    passed = status == 0 and report.get("passed") is True
    summary = str(report.get("summary") or spawn.say_status(status))
    return CheckResult(passed, summary, text, seconds)
