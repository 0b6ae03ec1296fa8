"""When a program of the platform counts as crash-looping."""

import pytest

from stagedoor.decide import crash_loop


@pytest.mark.parametrize(
    ("ends", "looping"),
    [
        ([], False),
        ([99.0], False),
        ([98.0, 99.0], False),
        ([97.0, 98.0, 99.0], True),
        ([41.0, 70.0, 99.0], True),
        ([40.0, 70.0, 99.0], False),
        ([1.0, 2.0, 3.0, 4.0], False),
    ],
)
def test_three_ends_within_a_minute_are_a_loop(ends: list[float], looping: bool) -> None:
    assert crash_loop.decide(100.0, ends).looping is looping


def test_a_loop_gives_its_reason_and_recovery_gives_none() -> None:
    ends = [95.0, 96.0, 97.0, 98.0]
    assert crash_loop.decide(100.0, ends).reason == "ended 4 times within 60 s"
    assert crash_loop.decide(160.0, ends) == crash_loop.WELL


def test_it_lasts_until_a_minute_without_an_end() -> None:
    """A program that ends every 25 s has not recovered between two of its ends."""
    state, seen = crash_loop.WELL, []
    ends = [0.0, 25.0, 50.0, 75.0, 100.0]
    for now in range(0, 200, 5):
        state = crash_loop.decide(now, [at for at in ends if at <= now], looping=state.looping)
        seen.append(state.looping)
    began, ended = seen.index(True) * 5, (len(seen) - seen[::-1].index(True)) * 5
    assert (began, ended) == (50, 160)
    assert seen[began // 5 : ended // 5] == [True] * ((ended - began) // 5)
