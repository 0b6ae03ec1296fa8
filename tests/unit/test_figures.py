"""Figures from records: what adds up, what is counted as a failure, what one request asked for."""

import json
from collections import Counter
from typing import Any

import pytest

from stagedoor.model.sketch import bucket, quantile
from stagedoor.telemetry.endpoints import shape
from stagedoor.telemetry.figures import HOLD_S, Figures
from stagedoor.telemetry.records import decode

NOW = 1_795_423_025
ID = "01234567-89ab-cdef-0123-4567890000{:02x}"


def call(at: float = 0.0, us: int = 1000, **fields: Any) -> bytes:
    """A line of the egress for a call that ended `at` seconds after NOW."""
    usual = {
        "kind": "call", "id": ID.format(0), "end": round((NOW + at) * 1e6), "us": us,
        "holder": "d1|tv@1.0.0|i1|test", "service": "films", "name": "rows", "refused": "-", "fault": "-",
        "attempt": "-", "how": "--", "hash": "1", "server": "s", "method": "GET", "path": "/x", "status": 200,
        "in": 10, "out": 100,
    }  # fmt: skip
    return json.dumps({**usual, **fields}, separators=(",", ":")).encode() + b"\n"


def request(at: float = 0.0, took: int = 5, **fields: Any) -> bytes:
    usual = {
        "kind": "request", "id": ID.format(0), "end": round((NOW + at) * 1e6),
        "began": str(round((NOW + at) * 1e6) - took * 1000), "stack": "test",
        "target": "b1|tv@1.0.0|3", "method": "GET", "path": "/tv/home", "status": 200,
    }  # fmt: skip
    return json.dumps({**usual, **fields}, separators=(",", ":")).encode() + b"\n"


def taken(*lines: bytes, after: float = 0.0) -> Figures:
    """What is known of the lines, so many seconds after NOW."""
    now = [NOW + after]
    figures = Figures(lambda: now[0])
    figures.take(decode(b"".join(lines)))
    now[0] += HOLD_S
    return figures


def test_calls_that_are_told_of_after_their_request_are_its_own() -> None:
    now = [float(NOW)]
    figures = Figures(lambda: now[0])
    figures.take(decode(call() + request()))
    now[0] += HOLD_S / 2
    figures.take(decode(call(name="film")))
    assert figures.fanout(600) == {}
    now[0] += HOLD_S
    (home,) = figures.fanout(600).values()
    assert (home.requests, home.names) == (1, Counter({"films.rows": 1, "films.film": 1}))


def test_calls_add_up_by_service_method_caller_and_stack() -> None:
    figures = taken(call(), call(status=500), call(name="film"), call(refused="rate", status=429), b"no record\n")
    cells = figures.calls(10)
    rows = cells["films", "rows", "tv@1.0.0", "test"]
    assert (rows.calls, rows.passed, rows.errors, rows.refused) == (3, 2, 1, Counter(rate=1))
    assert (rows.sent, rows.received) == (20, 200)
    assert cells["films", "film", "tv@1.0.0", "test"].calls == 1


@pytest.mark.parametrize(
    ("fields", "good", "failures"),
    [
        ({}, 1, 0),
        ({"status": 404}, 1, 0),
        ({"status": 503}, 0, 1),
        ({"status": 504, "how": "sH"}, 0, 1),
        ({"status": -1, "how": "SH"}, 0, 1),
        ({"status": 429}, 0, 0),  # The service's own limit.
        ({"status": 200, "how": "CD"}, 0, 0),  # Given up.
        ({"status": -1, "how": "CH"}, 0, 0),
        ({"status": 500, "fault": "error|500|1000|*"}, 0, 0),  # Asked for.
        ({"status": 503, "refused": "breaker"}, 0, 0),
    ],
)
def test_what_a_breaker_counts(fields: dict[str, Any], good: int, failures: int) -> None:
    (told,) = taken(call(**fields)).governed(5)
    assert (told["good"], told["failures"], told["total_good"], told["total_failures"]) == (
        good, failures, good, failures,
    )  # fmt: skip


def test_a_window_holds_what_ended_in_it() -> None:
    lines = [call(at=second) for second in range(10)]
    figures = taken(*lines, after=9)
    assert sum(cell.calls for cell in figures.calls(3).values()) == 3
    assert [calls for _, calls, _, _ in figures.series("films")] == [1] * 10
    later = taken(*lines, after=64)
    assert later.calls(10) == {}, "what is over is over, also when nothing came since"
    assert len(later.series("films")) == 5


def test_quantiles_of_many_cells_are_those_of_all_calls() -> None:
    latencies: Counter[int] = Counter()
    for us in range(1000, 101_000, 100):
        latencies[bucket(us)] += 1
    for share, wanted in ((0.5, 0.051), (0.99, 0.1)):
        assert quantile(latencies, share) == pytest.approx(wanted, rel=0.06)
    assert quantile(Counter(), 0.5) == 0.0


def test_one_request_is_known_with_what_it_asked() -> None:
    lines = [
        call(at=0.010, us=10_000, hash="1"),
        call(at=0.012, us=12_000, hash="2", name="film"),
        call(at=0.030, us=10_000, hash="1"),  # Begins after the first has ended, and asks the same.
        request(at=0.031, took=31),
    ]
    ((key, one),) = taken(*lines).fanout(600).items()
    assert key == ("tv@1.0.0", "test", "GET /tv/home")
    assert (one.requests, one.names, one.duplicates, one.chain) == (
        1,
        Counter({"films.rows": 2, "films.film": 1}),
        1,
        2,
    )
    assert one.serial == 10_000, "22 ms with calls under way, the longest of them 12"
    assert one.took == 31_000


def test_requests_side_by_side_are_not_mixed() -> None:
    lines = [call(id=ID.format(n % 2), hash=str(n)) for n in range(10)]
    figures = taken(*lines, request(id=ID.format(0)), request(id=ID.format(1), path="/tv/other"))
    assert sorted(sum(one.names.values()) for one in figures.fanout(600).values()) == [5, 5]


def test_a_path_without_its_identifiers_is_one_endpoint() -> None:
    assert shape("/tv/films/4711") == "/tv/films/{}"
    assert shape("/tv/films/01234567-89ab-cdef-0123-456789abcdef/rows?x=1") == "/tv/films/{}/rows"
    assert shape("/tv-home/v5/rows.json") == "/tv-home/v5/rows.json"


def test_under_heavy_load_a_share_stands_for_all_and_errors_are_all_there(monkeypatch: pytest.MonkeyPatch) -> None:
    second = [0]
    monkeypatch.setattr("stagedoor.telemetry.figures.time.monotonic", lambda: float(second[0]))
    now = [NOW + 1.0]
    figures = Figures(lambda: now[0])
    for _ in range(3):
        for part in range(256):
            identity = f"01234567-89ab-cdef-0123-45678900{part:04x}"
            block = [call(id=identity) for _ in range(99)] + [call(id=identity, status=500), request(id=identity)]
            figures.take(decode(b"".join(block)))
        second[0] += 1
        now[0] += 1.0
    assert figures._counted[2] > 1
    (cell,) = figures.calls(60).values()
    assert cell.calls == pytest.approx(3 * 256 * 100, rel=0.05)
    assert cell.errors == 3 * 256
    now[0] += HOLD_S
    (endpoint,) = figures.fanout(600).values()
    assert endpoint.requests == pytest.approx(3 * 256, rel=0.05)
    assert sum(endpoint.names.values()) == pytest.approx(3 * 256 * 100, rel=0.05)


def test_who_makes_up_names_folds_its_own_and_nobody_else_s() -> None:
    figures = Figures(lambda: float(NOW))
    made_up = [call(holder="d|evil@1.0.0|i1|prod", service=f"s{n}", name="-", refused="grant") for n in range(3000)]
    figures.take(decode(b"".join(made_up)))
    figures.take(decode(call(service="films", name="rows")))
    keys = figures.calls(5)
    assert any(key[:2] == ("films", "rows") for key in keys)
    assert sum(key[2] == "evil@1.0.0" for key in keys) <= 31
    assert sum(cell.calls for key, cell in keys.items() if key[2] == "evil@1.0.0") == 3000
    assert [row["key"] for row in figures.governed(5)] == ["films/rows"]


def test_calls_whose_request_never_comes_are_forgotten() -> None:
    figures = Figures(lambda: float(NOW))
    for number in range(300):
        figures.take(decode(b"".join(call(id=f"{number:036}") for _ in range(500))))
    assert figures._pending_calls == sum(map(len, figures._pending.values())) <= 100_000
