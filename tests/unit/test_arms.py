"""What both arms answered, from the edge's records to what a judge works on."""

import asyncio
from typing import Any, cast

import numpy as np
import pytest

from stagedoor.control.platform import Platform
from stagedoor.control.rollout import sample
from stagedoor.control.rollout.sample import Gathered
from stagedoor.telemetry import arms, records
from stagedoor.telemetry.arms import Arms
from stagedoor.telemetry.records import RequestRecord

CANARY, BASELINE = "b1|tv@5.1.0|3|r7:canary|77", "b2|tv@5.0.0|3|r7:baseline|12"


def record(target: str, **said: Any) -> RequestRecord:
    given = {
        "end": 2_000_000,
        "id": "x",
        "stack": "prod",
        "method": "GET",
        "path": "/",
        "status": 200,
        "instance": "i1",
    }
    return RequestRecord(target=target, **{**given, **said})


def test_an_arm_is_read_of_where_a_request_went() -> None:
    assert (records.cohort(CANARY), records.unit(CANARY)) == ("r7:canary", 77)
    # Of the rest, a line with a split, a preview of a team, and the platform itself: none.
    for other in ("b0|tv@5.0.0|3", "b0|tv@5.0.0|3||r7.0a1b2c3d", "b0|tv@5.0.0|0|||tv-team", "control|-|0"):
        assert (records.cohort(other), records.unit(other)) == ("", -1)
        assert Arms().of(other) is None


def test_every_request_of_an_arm_is_told_once_and_its_first_ones_are_cold() -> None:
    gathered = Arms()
    for number in range(12):
        split = gathered.of(CANARY)
        assert split is not None
        split.add(record(CANARY, status=500 if number == 11 else 200, bytes_out=9), 1500, [], "GET /home")
    told = gathered.told("r7", 0)
    assert [row[9] for row in told["rows"]] == [True] * 10 + [False] * 2
    assert told["rows"][11] == ("r7:canary", 2.0, 77, "GET /home", True, False, 1500, 9, 0, False)
    assert told["served"] == [["r7:canary", "i1", 12]]
    assert gathered.told("r7", told["next"])["rows"] == []
    assert gathered.told("r8", 0)["rows"] == []


def test_what_nobody_fetched_in_time_is_dropped_and_the_rest_keeps_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arms, "MOST", 20)
    gathered = Arms()
    split = gathered.of(CANARY)
    assert split is not None
    for _ in range(25):
        split.add(record(CANARY), 1500, [], "GET /")
    told = gathered.told("r7", 0)
    assert (len(told["rows"]), told["next"]) == (19, 25)


# Control's side


class Telemetry:
    """Answers as telemetry does; a restart loses what it had."""

    def __init__(self) -> None:
        self.records = self
        self.arms = Arms()

    async def ask(self, question: str, **said: str) -> Any:
        return self.arms.told(question.removeprefix("arms/"), int(said["after"]))

    def answered(self, target: str, count: int) -> None:
        split = self.arms.of(target)
        assert split is not None
        for _ in range(count):
            split.add(record(target), 1500, [], "GET /")


def gather(gathered: Gathered, telemetry: Telemetry) -> list[int]:
    asyncio.run(gathered.gather(cast(Platform, telemetry)))
    return [len(one.at) for one in gathered.arms()]


def test_what_was_told_outlives_a_restart_of_telemetry() -> None:
    telemetry, gathered = Telemetry(), Gathered("r7", ("r7:baseline", "r7:canary"))
    telemetry.answered(CANARY, 5)
    telemetry.answered(BASELINE, 3)
    assert gather(gathered, telemetry) == [3, 5]
    telemetry.arms = Arms()
    telemetry.answered(CANARY, 2)
    assert gather(gathered, telemetry) == [3, 7]
    assert gather(gathered, telemetry) == [3, 7]
    assert gathered.ever == 10


def test_of_too_many_requests_half_of_those_who_ask_are_left_out_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "_MOST", 1000)
    gathered = Gathered("r7", ("r7:baseline", "r7:canary"))
    rows = [("r7:canary", 1.0, unit, "GET /", False, False, 10, 1, 0, False) for unit in range(500)]
    for _ in range(5):
        gathered.take(rows)
        arm = gathered.arms()[1]
    kept = np.unique(arm.unit)
    assert gathered.thinned == 2
    assert 80 < len(kept) < 170
    assert len(arm.at) == 5 * len(kept)


def test_stretches_in_which_an_instance_came_or_went_do_not_count() -> None:
    gathered = Gathered("r7", ("r7:baseline", "r7:canary"))
    for at, other in ((0.0, "i2"), (10.0, "i2"), (20.0, "i3"), (30.0, "i3")):
        gathered.mark(at, [{"i1": (at * 1000, 100)}, {other: (at * 2000, 200)}])
    rows = [("r7:canary", at, 1, "GET /", False, False, 10, 1, 0, False) for at in (1.0, 2.0, 25.0)]
    gathered.take(rows)
    blocks = gathered.sample(100.0).blocks
    assert blocks.at.tolist() == [10.0, 30.0]
    assert blocks.cpu.tolist() == [[10_000.0, 20_000.0], [10_000.0, 20_000.0]]
    assert blocks.requests.tolist() == [[0.0, 2.0], [0.0, 1.0]]
    assert blocks.memory.tolist() == [[100.0, 200.0], [100.0, 200.0]]
