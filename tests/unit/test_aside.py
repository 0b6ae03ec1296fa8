"""What fails costs itself alone: a record that cannot be judged, a row that cannot be stored, a line that ends all."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from stagedoor.telemetry.aside import MAX_FILE_BYTES, Aside, Attempts, Tries
from stagedoor.telemetry.endpoints import Endpoints
from stagedoor.telemetry.warehouse import Warehouse, is_closed
from tests.unit.test_live import CALL, request


class Failing(Endpoints):
    """Fails at some paths, as a fault of the platform would."""

    def of(self, label: tuple[str, str], method: str, path: str) -> str:
        if path.startswith("/bad"):
            raise RuntimeError("a fault")
        return super().of(label, method, path)


@pytest.fixture
def aside(tmp_path: Path) -> Aside:
    return Aside(tmp_path / "aside")


def warehouse(tmp_path: Path, aside: Aside, endpoints: Endpoints | None = None) -> Warehouse:
    return Warehouse(
        tmp_path / "store", endpoints or Endpoints(), "200MB",
        set_aside=lambda part, item, reason: aside.put(part, [item], reason),
    )  # fmt: skip


def kept(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "aside" / "records.jsonl").read_text().splitlines()]


def count(store: Warehouse, table: str) -> int:
    return int(store.ask("SELECT count(*) AS n FROM {source}", [], table)[0]["n"])


def test_a_request_that_cannot_be_judged_is_set_aside_and_the_others_count(tmp_path: Path, aside: Aside) -> None:
    store = warehouse(tmp_path, aside, Failing())
    raw = tmp_path / "1.jsonl"
    raw.write_bytes(request(1) + request(2, path="/bad") + CALL + request(3))
    store.take(raw, 1)
    store.judge(1)
    assert (count(store, "requests"), count(store, "call_minutes")) == (2, 1)
    assert aside.counts == {"judge": 1} and kept(tmp_path)[0]["item"]["path"] == "/bad"
    assert store.ask("SELECT sum(requests) AS n FROM {source}", [], "minutes") == [{"n": 2}]
    store.close()


def test_a_row_that_cannot_be_stored_is_set_aside_and_the_others_are_stored(tmp_path: Path, aside: Aside) -> None:
    store = warehouse(tmp_path, aside)
    rows = [(number, "tv", "i1", "info", str(number), "", "") for number in range(1, 40)]
    rows[17] = (2**63 - 1, "tv", "i1", "info", "of another age", "", "")
    store.add("logs", rows)
    store.add("logs", [(*rows[0], "", "", "", "too much")])
    assert count(store, "logs") == 38
    assert aside.counts == {"logs": 2}
    assert kept(tmp_path)[1]["item"]["message"] == "of another age"
    store.close()


def test_a_store_that_was_closed_is_opened_anew_and_says_what_it_lost(tmp_path: Path, aside: Aside) -> None:
    store = warehouse(tmp_path, aside)
    store.add("logs", [(1, "tv", "i1", "info", "lost", "", "")])
    assert count(store, "logs") == 1
    store.close()
    with pytest.raises(duckdb.Error) as caught:
        count(store, "logs")
    assert is_closed(caught.value)
    store.reopen()
    store.add("logs", [(2, "tv", "i1", "info", "there", "", "")])
    assert (count(store, "logs"), store.lost, store.reopened) == (1, 1, 1)
    store.close()


def test_what_waits_for_a_store_that_takes_nothing_is_bounded_in_bytes(
    tmp_path: Path, aside: Aside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stagedoor.telemetry.warehouse.MAX_WAITING_BYTES", 1 << 20)
    store = warehouse(tmp_path, aside)
    store._settle = lambda table: None  # type: ignore[method-assign]
    for number in range(500):
        store.add("logs", [(number, "tv", "i1", "info", "m" * 8000, "", "")])
    assert sum(len(row["message"]) for row in store._waiting["logs"]) <= 1 << 20
    assert store.lost + len(store._waiting["logs"]) == 500


def test_one_application_fills_no_totals_of_others(
    tmp_path: Path, aside: Aside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stagedoor.telemetry.warehouse.MAX_TOTALS_PER_APPLICATION", 5)
    store = warehouse(tmp_path, aside)
    raw = tmp_path / "1.jsonl"
    raw.write_bytes(b"".join(request(n, path=f"/{'x' * n}", target="b|noisy@1.0.0|1") for n in range(20)) + request(1))
    store.take(raw, 1)
    store.judge(1)
    assert sum(key[0] == "noisy" for key in store.totals) == 6
    assert sum(one.requests for key, one in store.totals.items() if key[0] == "noisy") == 20
    assert ("tv", "1.2.0", "prod", "GET /tv/home") in store.totals
    store.close()


def test_what_was_being_done_is_known_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "attempts"
    first = Attempts(path)
    first.begin(7)
    second = Attempts(path)
    assert second.failed == {7: Tries(1)}
    second.save()
    second.begin(7, 42)
    third = Attempts(path)
    assert third.failed == {7: Tries(2, [42])}
    third.save()
    third.end()
    assert Attempts(path).failed == {7: Tries(2, [42])}
    third.forget(7)
    assert Attempts(path).failed == {}
    path.write_bytes(b"x")
    path.with_suffix(".json").write_text("[")
    assert Attempts(path).failed == {}


def test_what_is_set_aside_is_bounded_on_disk_and_counted_over_restarts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stagedoor.telemetry.aside.MAX_FILE_BYTES", 10_000)
    assert MAX_FILE_BYTES < 32 << 20
    aside = Aside(tmp_path)
    for number in range(1000):
        aside.put("records", [f"{number}" * 10, {1, 2}], "a reason")
    aside.put("records", ["x" * 200_000])
    assert sum(path.stat().st_size for path in tmp_path.glob("*.jsonl")) < 25_000
    assert Aside(tmp_path).total == 2001
