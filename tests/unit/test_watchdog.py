"""A telemetry that hangs ends itself, even where no Python can run any more."""

import subprocess
import sys

HANG = """
from stagedoor.telemetry import watchdog

watchdog.MAX_ROUND_S = {limit}
dog = watchdog.Watchdog()
dog.feed()
{work}
dog.stop()
print("ended by itself")
"""


def run(limit: float, work: str) -> "subprocess.CompletedProcess[str]":
    code = HANG.format(limit=limit, work=work)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def test_a_round_that_never_ends_ends_the_program_and_says_where() -> None:
    # One call of C that gives no other thread a turn.
    result = run(0.3, "sum(range(10**11))")
    assert result.returncode == 1 and "Timeout" in result.stderr and "ended by itself" not in result.stdout


def test_a_round_that_ends_in_time_goes_on() -> None:
    result = run(60, "dog.feed()")
    assert (result.returncode, result.stdout) == (0, "ended by itself\n")
