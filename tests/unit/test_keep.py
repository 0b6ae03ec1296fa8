"""What is kept and why; and that the store decides as the pure decision does."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from stagedoor.decide import keep
from stagedoor.telemetry import minutes, questions
from stagedoor.telemetry.endpoints import FOLDED, Endpoints
from stagedoor.telemetry.raw import Cut, Raw
from stagedoor.telemetry.records import decode
from stagedoor.telemetry.warehouse import Warehouse

NOW = 1_795_423_000
PLAIN = {
    "status": 200, "degraded": "", "retries": 0, "calls_retried": 0, "calls_refused": 0, "cohort": "", "slow_over": 0,
    "duration": 1000, "flagged": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "share"),
        ({"status": 503}, "error"),
        ({"status": -1}, "error"),
        ({"status": 404}, "share"),
        ({"degraded": "films.rows"}, "degraded"),
        ({"retries": 1}, "retried"),
        ({"calls_retried": 2}, "retried"),
        ({"calls_refused": 1}, "refused"),
        ({"cohort": "canary"}, "canary"),
        ({"slow_over": 900}, "slow"),
        ({"slow_over": 1000}, "share"),
        ({"status": 500, "flagged": True}, "flagged"),
        ({"status": 500, "degraded": "x"}, "error"),
    ],
)
def test_the_first_reason_that_fits_is_the_reason(fields: dict[str, Any], name: str) -> None:
    assert keep.chooser()(SimpleNamespace(**PLAIN | fields)) == name


def identity(number: int) -> str:
    return f"01234567-89ab-4def-8123-{number:012x}"


def request(number: int, **fields: Any) -> dict[str, Any]:
    end = NOW * 1_000_000 + number * 1000
    usual = {
        "kind": "request", "id": identity(number), "end": end, "began": str(end - 5000), "stack": "prod",
        "target": "b1|tv@1.0.0|3", "instance": "i1", "door": "door-0", "method": "GET", "path": "/tv/home",
        "device": "tv-7", "status": 200, "retries": "0", "in": 10, "out": 100, "queue_ms": 0, "answer_ms": 4,
        "total_ms": 5, "worker": 7, "seq": number,
    }  # fmt: skip
    return usual | fields


def call(number: int, **fields: Any) -> dict[str, Any]:
    usual = {
        "kind": "call", "id": identity(number), "end": NOW * 1_000_000 + number * 1000 - 1000, "us": 2000,
        "holder": "d1|tv@1.0.0|i1|prod", "service": "films", "name": "rows", "refused": "-", "fault": "-",
        "attempt": "-", "how": "--", "server": "s", "method": "GET", "path": "/rows", "query": "?limit=3",
        "trace": "00-0123456789ab4def8123000000000001-00000000000000ab-01", "status": 200, "in": 1, "out": 2,
        "worker": 7, "seq": 0,
    }  # fmt: skip
    return usual | fields


class Store:
    """A warehouse that takes records as the edge writes them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.endpoints = Endpoints()
        self.warehouse = Warehouse(folder / "store", self.endpoints)
        self.number = 0

    def take(self, *records: dict[str, Any], more: bytes = b"") -> None:
        self.number += 1
        file = self._folder / f"{self.number}.jsonl"
        file.write_bytes(b"".join(json.dumps(one).encode() + b"\n" for one in records) + more)
        self.warehouse.take(file, self.number)

    def judge(self) -> None:
        self.warehouse.judge(self.number)

    def ask(self, text: str, table: str = "requests") -> list[dict[str, Any]]:
        return self.warehouse.ask(text, [], table)

    def kept(self) -> dict[str, tuple[int, float]]:
        rows = self.ask("SELECT kept, count(*) AS n, sum(weight) AS w FROM {source} GROUP BY kept")
        return {row["kept"]: (row["n"], round(row["w"], 6)) for row in rows}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_everything_counts_and_what_is_kept_stands_for_the_rest(store: Store) -> None:
    store.take(*(request(n, status=503 if n % 100 == 0 else 200) for n in range(1000)))
    store.judge()
    assert store.kept() == {"error": (10, 10.0), "share": (20, 990.0)}
    found = minutes.read(store.warehouse, NOW - 60, NOW + 60)
    assert (sum(one.requests for one in found), sum(one.errors for one in found)) == (1000, 10)
    assert sum(sum(one.latencies.values()) for one in found) == 1000


def test_a_request_is_judged_with_its_calls_and_they_stay_or_go_together(store: Store) -> None:
    store.take(call(1, attempt="1"), call(2), *(call(n) for n in range(10, 200)))
    store.take(request(1), *(request(n) for n in range(10, 200)))
    store.judge()
    assert store.kept()["retried"] == (1, 1.0)
    ids = {row["id"] for row in store.ask("SELECT id FROM {source}")}
    assert {row["id"] for row in store.ask("SELECT id FROM {source}", "calls")} == ids
    assert [one.calls for one in minutes.read(store.warehouse, NOW - 60, NOW + 60)] == [191]


def test_slow_is_what_the_endpoint_seldom_is_and_a_flagged_device_keeps_all(store: Store) -> None:
    store.warehouse.learn_slow([("tv", "prod", "GET /tv/home", 50_000)])
    store.warehouse.flag(["tv-9"])
    slow = request(1, began=str(NOW * 1_000_000 - 60_000))
    store.take(slow, request(2), request(3, device="tv-9"))
    store.judge()
    assert store.kept() == {"slow": (1, 1.0), "share": (1, 1.0), "flagged": (1, 1.0)}


def test_what_is_no_record_is_counted_and_harms_nothing(store: Store) -> None:
    store.take(
        request(1), more=b'{"kind":"request","id\n\xff\xfe\nnull\n[]\n' + b'{"kind":"request","path":"' + b"x" * 9000
    )
    store.judge()
    assert store.warehouse.lost >= 3
    assert store.kept() == {"share": (1, 1.0)}
    assert store.warehouse.lines == {7: 1}


def test_a_trace_is_found_before_it_is_judged_after_it_and_in_files(store: Store) -> None:
    for step in (lambda: None, store.judge, store.warehouse.write):
        if store.number == 0:
            store.take(call(1), call(2), request(1), request(2))
        step()
        found = questions.trace(store.warehouse, identity(1))
        assert found is not None and found.record is not None
        assert [one.kind for one in found.spans] == ["edge", "script", "call"]
        assert questions.trace(store.warehouse, identity(1).replace("-", "")) is not None
        assert questions.trace(store.warehouse, identity(77)) is None


def test_lines_that_come_while_a_file_is_cut_are_in_one_of_the_files(tmp_path: Path) -> None:
    raw, cut = Raw(tmp_path, 1 << 30), list[Cut]()
    with ThreadPoolExecutor(1) as other:
        coming = other.submit(lambda: [raw.append(b"a line\n", []) for _ in range(20_000)])
        while not coming.done():
            cut += raw.cut()
    assert coming.exception() is None
    cut += raw.cut()
    assert sum(one.path.read_bytes().count(b"\n") for one in cut) == 20_000


def test_what_waits_is_cut_into_files_that_fit_into_memory(tmp_path: Path) -> None:
    raw = Raw(tmp_path, 1 << 30)
    for _ in range(40):
        raw.append(b"x" * 999_999 + b"\n", [])
    cut = raw.cut()
    assert [one.number for one in cut] == [1, 2, 3]
    assert [one.path for one in cut] == raw.files()
    later = Raw(tmp_path, 1 << 30)
    later.append(b"new\n", [])
    assert [one.path for one in later.left()] == [one.path for one in cut], "its own are no former program's"
    assert raw.left() == [] and len(later.cut()) == 1
    assert [one.path.stat().st_size for one in cut] == [17_000_000, 17_000_000, 6_000_000]
    assert raw.cut() == []


def test_what_is_decoded_once_is_not_read_again_unless_a_line_is_no_record(store: Store, tmp_path: Path) -> None:
    raw = Raw(tmp_path / "raw", 1 << 30)
    for wrong in (b"", b"null\n"):
        for number in range(2):
            line = json.dumps(request(number)).encode() + b"\n"
            raw.append(line + wrong, decode(line + wrong))
        (one,) = raw.cut()
        assert (one.records is None) == bool(wrong)
        store.warehouse.take(one.path, one.number, one.records)
    assert (store.warehouse.lines, store.warehouse.lost) == ({7: 4}, 2)
    for _ in range(4):
        raw.append(line, decode(line))
        raw._end()
    assert [one.records is None for one in raw.cut()] == [False, False, True, True], "they wait on the disk alone"


def test_calls_wait_for_their_request_so_many_files_and_no_longer(store: Store) -> None:
    store.take(call(1), call(2))
    for number in range(100, 129):
        store.take(request(number), call(1))
        store.judge()
    store.take(request(1))
    store.judge()
    store.take(request(3))
    store.judge()
    store.take(request(2), request(4))
    store.judge()
    calls = {row["id"]: row["calls"] for row in store.ask("SELECT id, calls FROM {source}")}
    assert (calls[identity(1)], calls[identity(2)]) == (30, 0)
    assert not store.warehouse._judge._calls._by_id


def test_minutes_of_one_file_are_told_apart(store: Store) -> None:
    late = request(2, end=(NOW + 60) * 1_000_000, began="-", total_ms=7)
    store.take(request(1), late, request(3, target="control|-|0"))
    store.judge()
    found = minutes.read(store.warehouse, NOW - 60, NOW + 120)
    assert [(one.at % 60, one.requests, one.cold) for one in found] == [(0, 1, 1), (0, 1, 0)]


def test_a_row_that_cannot_be_stored_takes_no_other_with_it(store: Store) -> None:
    row = (NOW * 1_000_000, "tv", "i1", "info", "a \x00 b", "", "")
    store.warehouse.add("logs", [row, (*row[:4], "\ud800", "", ""), (1 << 70, *row[1:]), row])
    assert store.ask("SELECT message FROM {source}", "logs") == [{"message": "a \x00 b"}] * 2


def test_what_is_not_judged_yet_counts_in_windows_and_in_who_uses_what(store: Store) -> None:
    store.take(request(1), request(2, status=503))
    grouped = questions.parse("count(), p99(duration) by endpoint every 1m", "request")
    (window,) = questions.history(store.warehouse, grouped, "request", NOW - 60, NOW + 60)
    assert window["rows"][0]["figures"][0] == 2
    (row,) = questions.usage(
        store.warehouse, ["team"], NOW - 60, NOW + 60, questions.parse('application == "tv"', "request"), {"tv": "a"}
    )
    assert (row["team"], row["requests"], row["errors"]) == ("a", 2, 1)


def test_calls_count_one_by_one_in_windows_and_requests_by_what_they_stand_for(store: Store) -> None:
    for _ in range(2):
        store.take(*(call(n) for n in range(200)), *(request(n) for n in range(200)))
        store.judge()
    asked = "count(), avg(duration), p50(duration) by application every 1m"
    for kind, count in (("request", 400.0), ("call", 40.0)):
        windows = questions.history(store.warehouse, questions.parse(asked, kind), kind, NOW - 60, NOW + 60)
        rows = [row for window in windows for row in window["rows"]]
        assert sum(row["figures"][0] for row in rows) == pytest.approx(count)
        took = 5000 if kind == "request" else 2000
        assert all(row["figures"][1] == took and abs(row["figures"][2] / took - 1) < 0.01 for row in rows)


def test_files_are_merged_by_hour_and_hold_the_same(store: Store) -> None:
    for number in range(4):
        store.take(request(number), call(number))
        store.judge()
        store.warehouse.write()
    before = store.ask("SELECT * FROM {source} ORDER BY id")
    assert len(store.warehouse.files.of("requests")) == 4
    while store.warehouse.merge(NOW + 7200):
        pass
    assert len(store.warehouse.files.of("requests")) == 1
    assert store.ask("SELECT * FROM {source} ORDER BY id") == before
    assert questions.trace(store.warehouse, identity(3)) is not None


def test_the_oldest_files_go_first_and_figures_last(store: Store) -> None:
    for hour in range(3):
        shift = {"end": (NOW + hour * 3600) * 1_000_000, "began": ""}
        store.take(*(request(hour * 100 + n, **shift, path=f"/p{n * 7919}") for n in range(60)))
        store.judge()
        store.warehouse.write()
    files = store.warehouse.files
    files.trim(1 << 30, 86_400 * 365, 1e9, NOW + 3 * 3600)
    assert len(files.of("requests")) == 3
    one = files.of("requests")[-1].path.stat().st_size + files.of("requests")[-1].index.stat().st_size
    lasting = sum(each.path.stat().st_size for each in files.of("minutes"))
    files.trim(one + lasting, 86_400 * 365, 1e9, NOW + 3 * 3600)
    assert [each.until for each in files.of("requests")] == [NOW + 2 * 3600 - 1]
    assert len(files.of("minutes")) == 3 and files.dropped >= 2


def test_a_path_with_ids_is_one_endpoint_and_too_many_are_folded() -> None:
    endpoints = Endpoints()
    endpoints.learn({"tv@1.0.0": [("GET", "/film/{id}"), ("GET", "/film/new")]})
    assert endpoints.of(("tv", "1.0.0"), "GET", "/tv/film/the-matrix") == "GET /film/{id}"
    assert endpoints.of(("tv", "1.0.0"), "GET", "/tv/film/new") == "GET /film/new"
    assert endpoints.of(("tv", "2.0.0"), "GET", "/tv/film/77") == "GET /tv/film/{}"
    names = {endpoints.of(("tv", "2.0.0"), "GET", f"/{chr(97 + n % 26)}{chr(97 + n // 26)}-page") for n in range(700)}
    assert FOLDED in names and len(names) <= 501 and endpoints.folded["tv"] > 0


def test_what_an_instance_answers_first_is_a_cold_start(store: Store) -> None:
    store.take(request(1), request(2), request(3, instance="i2", began="-", total_ms=0))
    store.take(request(4), request(5, instance="i2"))
    store.judge()
    assert sum(one.cold for one in minutes.read(store.warehouse, NOW - 60, NOW + 60)) == 2


def test_what_was_written_before_a_kill_is_not_counted_again(store: Store, tmp_path: Path) -> None:
    store.take(request(1), call(1))
    store.judge()
    store.take(request(2), call(2))  # Taken, and not judged when telemetry dies.
    store.warehouse.write()
    after = Store(tmp_path)
    assert after.warehouse.judged == 1
    after.number = 1
    after.take(request(2), call(2))
    after.judge()
    for table in ("minutes", "call_minutes"):
        column = "requests" if table == "minutes" else "calls"
        assert after.ask(f"SELECT sum({column})::INTEGER AS n FROM {{source}}", table) == [{"n": 2}]
