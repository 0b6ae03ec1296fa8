"""Cases that users reported against Kayenta, as requests: does each judge say what a person would?

Each gives (ours does, Kayenta's does).
"""

from collections.abc import Callable, Sequence

import numpy as np

from stagedoor.decide import canary
from stagedoor.decide.canary import Arm, Blocks, Sample
from stagedoor.decide.canary.kayenta import HIGH, classify
from stagedoor.model.judgement import FAIL, PASS, Judgement, Looked
from tests.harness.canary_traffic import BEGAN

_EACH = 200  # Requests a minute in an arm.
_SLOW = 20_000.0  # Microseconds: what 1 stands for, in cases of latency.


def arm(errors: Sequence[int], took: Sequence[float], seed: int) -> Arm:
    """`errors` of each minute's requests failed, and they took `took` microseconds, more or less."""
    rng, minutes = np.random.default_rng(seed), len(errors)
    count = minutes * _EACH
    at = (
        BEGAN + np.sort(rng.random((minutes, _EACH)), axis=1).ravel() * 60 + np.repeat(np.arange(minutes), _EACH) * 60.0
    )
    failed = np.zeros((minutes, _EACH), np.bool_)
    for row, bad in zip(failed, errors, strict=True):
        row[rng.choice(_EACH, bad, replace=False)] = True
    empty = Arm.empty()
    lasted = (np.repeat(np.asarray(took), _EACH) * np.exp(rng.normal(0, 0.3, count))).astype(np.int64)
    return Arm(
        at, rng.integers(0, 2**62, count), np.zeros(count, empty.endpoint.dtype), failed.ravel(),
        np.zeros(count, np.bool_), lasted, np.full(count, 1000, np.int64), np.full(count, 2, empty.calls.dtype),
        np.zeros(count, np.bool_),
    )  # fmt: skip


def ask(baseline: Arm, other: Arm, minutes: int) -> Judgement:
    """What the judge says at last, asked every second."""
    rules = canary.Rules(metrics=("errors", "latency", "tail", "calls"))
    plan = canary.plan(rules, canary.History(_EACH * 2 / 60 / 0.2, 0.1, 0.001, 0.5, 10_000))
    looked, said = Looked(), None
    for second in range(1, minutes * 60 + 1):
        cuts = [int(np.searchsorted(one.at, BEGAN + second)) for one in (baseline, other)]
        arms = [_first(one, cut) for one, cut in zip((baseline, other), cuts, strict=True)]
        sample = Sample(arms[0], arms[1], ("GET /",), Blocks.empty())
        said = canary.judge(rules, plan, sample, looked, BEGAN + second, BEGAN, said)
        looked = said.looked
        if said.verdict in (PASS, FAIL):
            break
    assert said is not None
    return said


def _first(one: Arm, count: int) -> Arm:
    return Arm(*(getattr(one, name)[:count] for name in Arm.__slots__))


def sparse_errors() -> tuple[bool, bool]:
    """0, 1, 2, 1, 0, 0 errors a minute against none: 4 to 0 is no proof and no pass; when it goes on it fails."""
    few, none = [0, 1, 2, 1, 0, 0], [0] * 6
    first = ask(arm(none, [_SLOW] * 6, 1), arm(few, [_SLOW] * 6, 2), 6)
    later = ask(arm(none * 10, [_SLOW] * 60, 3), arm(few * 10, [_SLOW] * 60, 4), 60)
    return first.verdict not in (PASS, FAIL) and later.verdict == FAIL, classify(none, few).label == HIGH


def mean_many_times_higher() -> tuple[bool, bool]:
    """In three minutes of ten everything takes 23 times as long, a mean 650 % higher: a person stops it."""
    before, after = [1.0] * 10, [1.0, 23.0, 1.0, 1.0, 23.0, 1.0, 1.0, 23.0, 1.0, 1.0]
    said = ask(arm([0] * 10, [one * _SLOW for one in before], 5), arm([0] * 10, [one * _SLOW for one in after], 6), 10)
    return said.verdict == FAIL, classify(before, after).label == HIGH


def seven_of_ten_minutes() -> tuple[bool, bool]:
    """Seven minutes of ten take a hundred times as long."""
    before, after = [1.0] * 10, [100.0] * 7 + [1.0] * 3
    said = ask(arm([0] * 10, [one * _SLOW for one in before], 7), arm([0] * 10, [one * _SLOW for one in after], 8), 10)
    return said.verdict == FAIL, classify(before, after).label == HIGH


def real_values_are_no_outliers() -> tuple[bool, bool]:
    """An error in one minute of forty, in both: neither mean is 0, and nothing fails."""
    errors = [1 if minute % 40 == 7 else 0 for minute in range(120)]
    said = ask(arm(errors, [_SLOW] * 120, 9), arm(errors, [_SLOW] * 120, 10), 120)
    found = next(one for one in said.findings if one.metric == "errors")
    kept = np.asarray(errors, float)
    return found.baseline > 0 and found.canary > 0 and said.verdict == PASS, classify(kept, kept).label != HIGH


CASES: tuple[Callable[[], tuple[bool, bool]], ...] = (
    sparse_errors,
    mean_many_times_higher,
    seven_of_ten_minutes,
    real_values_are_no_outliers,
)
