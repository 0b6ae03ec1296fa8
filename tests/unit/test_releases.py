import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagedoor.model.errors import Conflict, Invalid, Missing
from stagedoor.model.release import Release, rollback_target
from stagedoor.model.version import Number, choose_number, next_numbers

numbers = st.builds(Number, st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))


def release(number: int, version: str, restores: int = 0) -> Release:
    return Release("a", 1, "test", number, version, {}, [], "me", 0.0, "deploy", restores)


def test_rolling_back_goes_to_what_ran_before() -> None:
    assert rollback_target([release(1, "1.0.0"), release(2, "1.0.1")], 2).number == 1


def test_rolling_back_twice_goes_back_two_steps_not_to_and_fro() -> None:
    history = [release(1, "1.0.0"), release(2, "1.0.1"), release(3, "1.0.2"), release(4, "1.0.1", restores=2)]
    assert rollback_target(history, 4).version == "1.0.0"


def test_after_a_rollback_and_a_deploy_the_undone_version_is_not_gone_back_to() -> None:
    history = [release(1, "1.0.0"), release(2, "1.0.1"), release(3, "1.0.0", restores=1), release(4, "1.0.2")]
    assert rollback_target(history, 4).version == "1.0.0"


def test_a_release_of_the_same_version_is_passed_over() -> None:
    history = [release(1, "1.0.0"), release(2, "1.0.1"), release(3, "1.0.1")]
    assert rollback_target(history, 3).number == 1


def test_there_is_nothing_before_the_first() -> None:
    with pytest.raises(Missing, match="the first of this line"):
        rollback_target([release(1, "1.0.0")], 1)
    with pytest.raises(Missing, match="nothing is released"):
        rollback_target([], 0)


def test_a_named_release_is_gone_to_unless_it_runs() -> None:
    history = [release(1, "1.0.0"), release(2, "1.0.1"), release(3, "1.0.2")]
    assert rollback_target(history, 3, to=1).version == "1.0.0"
    with pytest.raises(Conflict, match="the one that runs"):
        rollback_target(history, 3, to=3)
    with pytest.raises(Missing, match="no release 9"):
        rollback_target(history, 3, to=9)


@given(numbers, st.sampled_from(["patch", "minor", "major"]))
def test_a_bump_is_always_newer_and_reads_back(number: Number, part: str) -> None:
    bumped = number.bump(part)
    assert bumped > number
    assert Number.parse(str(bumped)) == bumped


def test_numbers_are_chosen() -> None:
    assert choose_number("", "", []) == "1.0.0"
    assert choose_number("", "", ["1.0.9", "1.0.10"]) == "1.0.11"
    assert choose_number("", "major", ["1.0.9"]) == "2.0.0"
    assert choose_number("0.1.0", "", ["1.0.9"]) == "0.1.0"
    assert next_numbers(["1.2.3"]) == {"patch": "1.2.4", "minor": "1.3.0", "major": "2.0.0"}
    with pytest.raises(Invalid, match="--bump"):
        choose_number("1.0.0", "patch", [])


@pytest.mark.parametrize("text", ["1", "1.2", "01.2.3", "1.2.3-rc1", "v1.2.3", "1.2.3 "])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Number.parse(text)
