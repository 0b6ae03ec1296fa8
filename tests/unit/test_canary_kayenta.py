"""What users reported against Kayenta, and how its own judge stands beside ours."""

import pytest

from stagedoor.decide.canary.kayenta import HIGH, LOW, NO_DATA, SAME, classify, score
from tests.harness.canary_cases import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.__name__)
def test_what_users_reported_against_kayenta_is_judged_as_a_person_would(case) -> None:  # type: ignore[no-untyped-def]
    assert case()[0]


def test_kayenta_classifies_as_it_does() -> None:
    assert classify([0] * 6, [0, 1, 2, 1, 0, 0]).label == SAME  # Its issue 426.
    assert classify([1] * 10, [100] * 7 + [1] * 3).label == SAME  # Its issue 6278 of Spinnaker.
    assert classify([1] * 10, [100] * 8 + [1] * 2).label == HIGH
    low = classify([10.0, 11, 12, 13, 14, 15, 16], [1.0, 2, 3, 4, 5, 6, 7])
    assert low.label == LOW and low.shift == -9
    assert classify([float("nan")], [1.0]).label == NO_DATA
    assert classify([1.0, float("nan"), 2.0], [1.0, 2.0]).label == SAME


def test_kayentas_score_is_of_groups() -> None:
    same = dict.fromkeys(("errors", "latency", "tail", "calls", "size", "cpu", "memory"), SAME)
    assert score(same) == 100
    assert score({**same, "errors": HIGH}) == 75
    assert score({**same, "tail": HIGH}) == 87.5
    assert score({"errors": SAME}) == 100 and score({"errors": NO_DATA}) == 0
