"""What a pipeline may say, what it will do, and when prod may change."""

from datetime import UTC, datetime

import pytest

from stagedoor.decide.pipeline import explain, stages
from stagedoor.model.errors import Invalid
from stagedoor.model.experiment import Cell, Experiment
from stagedoor.model.manifest import build
from stagedoor.model.pipeline import Pipeline, opens

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC).timestamp()
HOUR, DAY = 3600.0, 86400.0


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (Pipeline(("checks", "tset")), "there is no stage 'tset'"),
        (Pipeline(("checks",)), "a pipeline that cannot end"),
        (Pipeline(()), "a pipeline that cannot end"),
        (Pipeline(("test", "test", "prod")), "stands there twice"),
        (Pipeline(("smoke", "prod")), "asks the version in test"),
        (Pipeline(("prod", "test")), "nothing comes after prod"),
        (Pipeline(("command", "prod")), "pipeline.command is empty"),
        (Pipeline(("hours", "prod")), "pipeline.hours is empty"),
        (Pipeline(("hours", "prod"), hours=("Sat 10:00-11:00",), patience=DAY), "a pipeline that cannot end"),
        (Pipeline(freeze=("2026-01-01..2027-12-31",)), "a pipeline that cannot end"),
        (Pipeline(freeze=("yesterday",)), "is no stretch of days"),
        (Pipeline(hours=("Mon-Fri 9-16",)), "is not understood"),
        (Pipeline(hours=("Mon 16:00-09:00",)), "is no time of a day"),
        (Pipeline(smoke=("home",)), "is no path"),
    ],
)
def test_what_cannot_work_is_refused_with_what_is_wrong(written: Pipeline, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        written.check()


def test_the_default_needs_nothing() -> None:
    manifest = build({"name": "tv", "team": "tv"})
    assert stages(manifest.pipeline, "prod") == ("checks", "test", "smoke", "replay", "prod")
    assert stages(manifest.pipeline, "test") == ("checks", "test", "smoke")
    told = explain(manifest, "prod", MONDAY, False, ["/home"])
    assert [one.name for one in told if one.waits] == []
    assert told[2].does == "asks /home in test, through the edge"
    assert all(one.why for one in told)


def test_gates_of_prod_are_not_asked_on_the_way_to_test() -> None:
    written = Pipeline(("checks", "test", "smoke", "approval", "hours", "prod"), hours=("Mon-Sun 09:00-16:00",))
    assert stages(written, "test") == ("checks", "test", "smoke")
    assert stages(Pipeline(("checks", "test")), "prod")[-1] == "prod"


def test_hours_open_and_close_in_their_own_zone() -> None:
    written = Pipeline(("hours", "prod"), hours=("Mon-Thu 09:00-16:00",), zone="UTC")
    assert opens(written, MONDAY) == (MONDAY, "")
    assert opens(written, MONDAY + 4 * HOUR) == (MONDAY + 21 * HOUR, "outside of its hours")
    friday = MONDAY + 4 * DAY
    assert opens(written, friday) == (friday + 3 * DAY - 3 * HOUR, "outside of its hours")
    assert opens(Pipeline(("prod",), hours=("Mon-Thu 09:00-16:00",)), friday) == (friday, "")  # No stage asks.


def test_a_freeze_closes_whole_days_and_ends() -> None:
    written = Pipeline(freeze=("2026-11-23..2026-11-24",))
    at, reason = opens(written, MONDAY)
    assert (at, reason) == (MONDAY + 36 * HOUR, "frozen from 2026-11-23 to 2026-11-24")
    assert opens(written, at) == (at, "")
    weekly = Pipeline(("hours", "prod"), hours=("Mon 12:00-13:00",), freeze=("2026-11-20..2026-11-29",))
    assert opens(weekly, MONDAY)[0] == MONDAY + 7 * DAY


# Experiments


def experiment(*cells: Cell, ends_at: float = MONDAY + DAY) -> Experiment:
    return Experiment(1, "rows", "tv", 5, "prod", list(cells), "ada", MONDAY, ends_at, "running")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (experiment(Cell("usual", 10)), "2 to 8 cells"),
        (experiment(Cell("a", 10), Cell("a", 10, "5.1.0")), "a name of its own"),
        (experiment(Cell("usual", 60), Cell("big", 50, "5.1.0")), "weights do not add up: 60 % \\+ 50 % = 110 %"),
        (experiment(Cell("usual", 0), Cell("big", 50, "5.1.0")), "weights do not add up"),
        (experiment(Cell("usual", 20), Cell("big", 60, "5.1.0")), "finds no place"),
        (experiment(Cell("usual", 10), Cell("big", 10)), "every cell runs what the line runs"),
        (experiment(Cell("usual", 10), Cell("big", 10, "5.1.0"), ends_at=MONDAY), "an end in the future"),
    ],
)
def test_an_experiment_that_cannot_be_is_refused(wrong: Experiment, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        wrong.check(MONDAY)


def test_cells_are_apart_and_as_large_as_was_said() -> None:
    one = experiment(Cell("usual", 10), Cell("big", 30, "5.1.0"))
    one.check(MONDAY)
    assert [(part.cohort, part.first, part.last) for part in one.parts()] == [
        ("rows:usual", 0, 1000),
        ("rows:big", 5000, 8000),
    ]
