"""Replays of a new version held against those of the old one.

    differences(left, right)                        # of two runs of one recording
    compare(runs, accepted)                         # of all: what is new, what is noise, whether it does harm
    worth_confirming(runs)                          # which of them to run again, REPETITIONS times with each version
    errors(pairs), own_time(pairs), calls(pairs)    # paired tests of what each request did with both versions

`places` walks through JSON, `text` shortens; `ranks`, `signs` and `repeats` are the tests, `paired` says what they
found.
"""

from stagedoor.decide.replay.compare import differences, noise
from stagedoor.decide.replay.paired import REPETITIONS, calls, errors, own_time
from stagedoor.decide.replay.report import Run, compare, fails, worth_confirming

__all__ = [
    "REPETITIONS",
    "Run",
    "calls",
    "compare",
    "differences",
    "errors",
    "fails",
    "noise",
    "own_time",
    "worth_confirming",
]
