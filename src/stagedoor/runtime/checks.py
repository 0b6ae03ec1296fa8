"""Runs an application's own tests inside the sandbox: the first code of a checks container."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from stagedoor.runtime.config import config


class _Count:
    """A pytest plugin that counts outcomes."""

    def __init__(self) -> None:
        self.outcomes: dict[str, int] = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" or report.outcome in ("failed", "skipped"):
            self.outcomes[report.outcome] = self.outcomes.get(report.outcome, 0) + 1


def _run_command(command: list[str], paths: list[str], report: Callable[[dict[str, object]], None]) -> NoReturn:
    program = sys.executable if command[0] in ("python", "python3") else command[0]
    try:
        known = os.environ | {"PYTHONPATH": os.pathsep.join(["/app", *paths, *sys.path])}
        code = subprocess.run([program, *command[1:]], cwd="/app", env=known, check=False).returncode
        summary = f"exit {code}"
    except OSError as error:
        code, summary = 127, f"{command[0]}: {error.strerror}"
    report({"passed": code == 0, "summary": summary})
    os._exit(0 if code == 0 else 1)


def run(boot: dict[str, Any], report: Callable[[dict[str, object]], None]) -> None:
    """Ends the process with 0 when every test passed, or the command did."""
    if boot["command"]:
        _run_command(boot["command"], boot["paths"], report)
    sys.path[:0] = boot["paths"]
    config.load(boot["config"])
    import pytest  # Only a checks container has it.

    count = _Count()
    options = ["-q", "--no-header", "--tb=short", "-p", "no:cacheprovider", "--rootdir=/app", boot["tests"]]
    code = int(pytest.main(options, plugins=[count]))
    summary = ", ".join(f"{number} {outcome}" for outcome, number in sorted(count.outcomes.items())) or "no tests"
    report({"passed": code in (0, 5), "summary": summary})
    sys.stdout.flush()
    os._exit(0 if code in (0, 5) else 1)
