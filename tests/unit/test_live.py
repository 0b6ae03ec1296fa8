"""Watchers of what arrives: what they are shown of a record, and windows that are counted many records at once."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from stagedoor.model.errors import TooMany
from stagedoor.model.filters import fields, windows
from stagedoor.model.sketch import bucket, quantile
from stagedoor.telemetry.endpoints import Endpoints
from stagedoor.telemetry.live import MAX_WATCHERS, MAX_WATCHERS_PER_TOKEN, OPERATOR_PLACES, Live
from stagedoor.telemetry.records import decode
from stagedoor.telemetry.watching import MAX_WAITING_BYTES, MAX_WAITING_RECORDS, Watcher

NOW = 1_795_423_000


def request(number: int, **told: Any) -> bytes:
    end = NOW * 1_000_000 + number
    usual = {
        "kind": "request", "id": f"01234567-89ab-4def-8123-{number:012x}", "end": end,
        "began": str(end - 1000 - number), "stack": "prod",
        "target": "b1|tv@1.2.0|3|x", "instance": "i1", "door": "door-0", "told": "-",
        "method": "GET", "path": "/tv/home", "device": "tv-7", "status": 200, "ended": "--", "retries": "+1",
        "in": 10, "out": 100, "queue_ms": -1, "answer_ms": 4, "total_ms": 5, "worker": 7,
    }  # fmt: skip
    return json.dumps(usual | told).encode() + b"\n"


CALL = (
    b'{"kind":"call","id":"a","end":3000000,"us":1000000,"holder":"d1|tv@1.2.0|i1|prod","service":"films","status":200,'
    b'"refused":"-","attempt":"1","in":1,"out":2}\n'
)


@pytest.fixture
def clock() -> list[float]:
    return [float(NOW)]


@pytest.fixture
def live(clock: list[float]) -> Iterator[Live]:
    yield Live(Endpoints(), lambda: clock[0])


def watch(live: Live, query: str, kind: str = "request") -> Watcher:
    schema = {"request": fields.REQUEST, "call": fields.CALL}[kind]
    one = Watcher(windows.parse(query, schema), live._kinds[kind], live._clock)
    live._watchers[kind][one] = None
    return one


def test_a_record_is_shown_in_the_words_of_the_api_and_without_what_is_empty(live: Live) -> None:
    one = watch(live, 'device.type == "tv" && endpoint == "GET /tv/home" && retries == 1 && duration < 1.1ms')
    live.feed(decode(request(1) + CALL + request(2, device="phone-1") + request(200)))
    told = one._message()
    assert (told["seen"], told["matched"]) == (3, 1)
    assert told["records"] == [{
        "kind": "request", "at": NOW - 0.001, "id": "01234567-89ab-4def-8123-000000000001", "stack": "prod",
        "application": "tv", "version": "1.2.0", "line": "tv/v1", "release": 3, "region": "local", "cohort": "x",
        "instance": "i1",
        "door": "door-0", "device": "tv-7", "device_type": "tv", "method": "GET", "path": "/tv/home",
        "endpoint": "GET /tv/home", "status": 200, "duration": 1001, "queue": 0, "answer": 4000, "ended": "--",
        "retries": 1, "bytes_in": 10, "bytes_out": 100,
    }]  # fmt: skip


def test_a_call_is_shown_by_who_called(live: Live) -> None:
    one = watch(live, "attempt > 0", "call")
    live.feed(decode(CALL + request(1)))
    assert one._message()["records"] == [{
        "kind": "call", "at": 2.0, "id": "a", "application": "tv", "version": "1.2.0", "instance": "i1",
        "stack": "prod", "service": "films", "status": 200, "duration": 1_000_000, "attempt": 1,
        "bytes_in": 1, "bytes_out": 2,
    }]  # fmt: skip


def test_windows_count_every_record_and_fold_what_are_too_many_groups(live: Live, clock: list[float]) -> None:
    query = "status < 500 | count(), p99(duration), avg(bytes.out), max(duration), rate() by path every 2s"
    one = watch(live, query)
    for first in range(0, 1000, 50):
        batch = [request(n, out=n, path=f"/{n % 2}") for n in range(first, first + 50)]
        live.feed(decode(b"".join(batch) + request(0, status=503)))
    assert one._message()["windows"] == [], "it is not over"
    clock[0] += 2
    (window,) = one._message()["windows"]
    assert (window["at"], window["every"], window["folded"]) == (NOW, 2.0, 0)
    told = {row["by"][0]: row["figures"] for row in window["rows"]}
    for odd in (0, 1):
        took = [1000 + n for n in range(odd, 1000, 2)]
        p99 = quantile(Counter(map(bucket, took)), 0.99) * 1e6
        assert told[f"/{odd}"] == [500, p99, sum(range(odd, 1000, 2)) / 500, max(took), 250.0]
    live.feed(decode(b"".join(request(n, path=f"/{n}") for n in range(205))))
    clock[0] += 2
    (window,) = one._message()["windows"]
    assert (len(window["rows"]), window["folded"]) == (200, 5)


def test_a_line_that_is_no_record_or_no_text_takes_no_other_with_it() -> None:
    deep = b'{"kind":"request","x":' + b"[" * 4000 + b"\n"
    wrong = [deep, b'{"kind":"request","id":"\xff"}\n', b"null\n", b"\n", b'{"kind":"other"}\n', b'{"ki\n']
    assert [one.id for one in decode(b"".join([request(1), *wrong, CALL]))] == [
        "01234567-89ab-4def-8123-000000000001",
        "a",
    ]


def test_a_filter_that_fails_ends_its_own_watcher_alone(live: Live) -> None:
    failing = watch(live, f"(status * {'9' * 15} {f'* {9 * 10**14} ' * 25}) * 1.5 > 1")
    other = watch(live, "status == 200")
    live.feed(decode(request(1) + request(2)))
    ended = failing._message()["ended"]
    assert ended["code"] == "invalid" and "failed at a record: OverflowError" in ended["message"]
    live.feed(decode(request(3)))
    assert (other._message()["matched"], failing._message()["seen"], live.ended) == (3, 2, 1)


def take_time(watcher: Any, spent: list[float], seconds: float) -> None:
    """Each look of the watcher takes so many seconds of CPU."""
    look = watcher.look

    def look_slowly(batch: Any) -> None:
        spent[0] += seconds
        look(batch)

    watcher.look = look_slowly


def test_a_filter_that_takes_too_long_ends_its_own_watcher_alone(clock: list[float]) -> None:
    spent = [0.0]
    live = Live(Endpoints(), lambda: clock[0], lambda: spent[0])
    slow, quick = watch(live, "status == 200"), watch(live, "status == 200")
    take_time(slow, spent, 0.2)
    for number in range(3):
        live.feed(decode(request(number)))
    live.feed(decode(request(4)))
    assert "0.5 s of CPU in 5 s" in slow._message()["ended"]["message"]
    assert (slow._message()["seen"], quick._message()["seen"]) == (3, 4)
    assert "ended" not in quick._message()


def test_a_filter_that_is_slow_now_and_then_goes_on(clock: list[float]) -> None:
    spent = [0.0]
    live = Live(Endpoints(), lambda: clock[0], lambda: spent[0])
    one = watch(live, "status == 200")
    take_time(one, spent, 0.4)
    for number in range(5):
        live.feed(decode(request(number)))
        clock[0] += 6
    assert one._message()["seen"] == 5 and live.ended == 0


def test_all_filters_together_have_a_bound_and_the_most_expensive_goes_first(clock: list[float]) -> None:
    spent = [0.0]
    live = Live(Endpoints(), lambda: clock[0], lambda: spent[0])
    watchers = [watch(live, "status == 200") for _ in range(9)]
    for number, watcher in enumerate(watchers):

        def look(batch: Any, cost: float = 0.24 if number == 4 else 0.08) -> None:
            spent[0] += cost

        watcher.look = look  # type: ignore[method-assign]
    for number in range(2):
        live.feed(decode(request(number)))
    ended = [number for number, watcher in enumerate(watchers) if "ended" in watcher._message()]
    assert ended == [4]
    assert "all filters together" in watchers[4]._message()["ended"]["message"]


def test_what_waits_for_a_watcher_is_bounded_and_what_is_missed_is_counted(live: Live) -> None:
    one = watch(live, "status == 200")
    live.feed(decode(b"".join(request(n, path="/" + "p" * 7000) for n in range(1000))))
    told = one._message()
    assert len(told["records"]) * 7000 <= MAX_WAITING_BYTES
    assert (told["matched"], told["missed"]) == (1000, 1000 - len(told["records"]))
    for _ in range(30):
        live.feed(decode(b"".join(map(request, range(200)))))
    told = one._message()
    assert len(told["records"]) == MAX_WAITING_RECORDS
    live.feed(decode(request(1)))
    told = one._message()
    assert (len(told["records"]), told["matched"]) == (1, 7001)


async def _take_places(live: Live, owner: str, count: int, *, is_operator: bool = False) -> list[Any]:
    query = windows.parse("status > 1", fields.REQUEST)
    taken = []
    for _ in range(count):
        messages = live.watch(query, "request", owner, is_operator=is_operator)
        await anext(messages)
        taken.append(messages)
    return taken


def test_each_token_has_places_and_operators_have_theirs(live: Live) -> None:
    async def run() -> None:
        taken = await _take_places(live, "viewer", MAX_WATCHERS_PER_TOKEN)
        with pytest.raises(TooMany, match="viewer watches 10 streams already, and 10 at once are allowed"):
            await _take_places(live, "viewer", 1)
        for name in ("a", "b", "c"):
            taken += await _take_places(live, name, MAX_WATCHERS_PER_TOKEN)
        with pytest.raises(TooMany, match="10 of 50 are kept for operators"):
            await _take_places(live, "d", 1)
        taken += await _take_places(live, "operator", OPERATOR_PLACES, is_operator=True)
        with pytest.raises(TooMany):
            await _take_places(live, "other", 1, is_operator=True)
        assert len(taken) == MAX_WATCHERS
        for messages in taken:
            await messages.aclose()
        await (await _take_places(live, "viewer", 1))[0].aclose()

    asyncio.run(run())
