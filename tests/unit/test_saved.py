"""Saved queries: what may be saved, and which windows pass a bound."""

from itertools import pairwise

import pytest

from stagedoor.decide.alert import saved as decide
from stagedoor.model.errors import Invalid
from stagedoor.model.filters import fields, windows
from stagedoor.model.quantity import say_time
from stagedoor.model.saved import SavedQuery, parse, parse_bound
from stagedoor.model.telemetry_views import Window, WindowRow


def saved(query: str, bound: str = "", kind: str = "request", name: str = "one") -> SavedQuery:
    return SavedQuery(name, kind, query, "", bound)


@pytest.mark.parametrize(
    ("wanted", "message", "field"),
    [
        (saved("status >= 500"), "without figures", "query"),
        (saved("count(", "> 1"), "character", "query"),
        (saved("count() every 5s", "> 1"), "windows of 10s", "query"),
        (saved("count() every 1m", "12"), "neither < nor >", "bound"),
        (saved("count() every 1m", "> many"), "'many' is no number", "bound"),
        (saved("count() every 1m", "> inf"), "'inf' is no number", "bound"),
        (saved("p99(duration) every 1m", "> 200"), "200", "bound"),
        (saved("count()", kind="requests"), "no records of kind", "kind"),
        (saved("count()", name="Mine!"), "cannot be the name", "name"),
    ],
)
def test_what_cannot_be_saved_is_refused_with_a_hint(wanted: SavedQuery, message: str, field: str) -> None:
    with pytest.raises(Invalid, match=message) as refused:
        parse(wanted)
    assert refused.value.hint or "character" in message
    assert refused.value.details["field"] == field


@pytest.mark.parametrize(
    ("query", "bound", "limit"),
    [
        ("count() every 1m", "> 10", 10.0),
        ("p99(duration) every 1m", "> 200ms", 200_000.0),
        ("avg(bytes.out) every 1m", "<0.5", 0.5),
    ],
)
def test_a_bound_has_the_unit_of_its_figure(query: str, bound: str, limit: float) -> None:
    one = saved(query, bound)
    found = parse_bound(one, parse(one))
    assert (found.above, found.limit) == (bound[0] == ">", limit)


def test_a_query_within_one_application_asks_for_nothing_else() -> None:
    query = windows.parse("status >= 500 || retries > 0 | count() by path", fields.REQUEST)
    assert windows.within(query, "application", "a").where.source == (
        'application == "a" && (status >= 500 || retries > 0)'
    )
    empty = windows.within(windows.parse("count()", fields.REQUEST), "application", "a")
    assert empty.where.source == 'application == "a"' and empty.figures


def test_windows_are_made_longer_by_whole_times() -> None:
    query = windows.parse("count() every 10s", fields.REQUEST)
    for seconds, every in ((600, 10), (2400, 10), (2410, 20), (86_400, 360)):
        assert windows.widen(query, seconds * 1_000_000, 240).every == every * 1_000_000


def judged(query: str, bound: str, *rows: WindowRow) -> str:
    one = saved(query, bound)
    parsed = parse(one)
    verdict = decide.judge(one, parsed, parse_bound(one, parsed), Window(60.0, 60.0, list(rows)))
    return verdict.reason if verdict else ""


def test_the_worst_group_is_named_and_others_are_counted() -> None:
    rows = [WindowRow(["GET /a"], [3.0]), WindowRow(["GET /b"], [30.0]), WindowRow(["GET /c"], [40.0])]
    assert judged("count() by endpoint every 1m", "> 20", *rows) == (
        "count() of GET /c was 40 in 60 s, and the bound is > 20; 1 more passed it"
    )
    assert "GET /a was 3" in judged("count() by endpoint every 1m", "< 20", *rows)
    assert judged("count() by endpoint every 1m", "> 40", *rows) == ""


def test_a_duration_is_said_as_one() -> None:
    assert judged("p99(duration) every 1m", "> 200ms", WindowRow([], [350_000.0])) == (
        "p99(duration) was 350 ms in 60 s, and the bound is > 200ms"
    )


def test_silence_is_zero_where_records_are_counted_and_nothing_elsewhere() -> None:
    assert "was 0" in judged("count() every 1m", "< 1")
    assert judged("count() by endpoint every 1m", "< 1") == ""
    assert judged("p99(duration) every 1m", "< 1ms") == ""


def test_the_newest_window_is_one_that_is_whole() -> None:
    minute = 60_000_000
    assert [decide.newest(now, minute) // minute for now in (119.0, 120.0, 179.9, 180.0)] == [0, 1, 1, 2]


def begun(now: float, every: float, *, above: bool) -> list[float]:
    return [at / 1e6 for at in decide.begins(now, int(every * 1e6), above=above, late=30.0, period=10.0)]


def test_a_window_is_looked_at_until_what_began_in_it_has_ended() -> None:
    assert begun(1002.0, 10.0, above=True) == [950.0, 960.0, 970.0, 980.0, 990.0]
    assert begun(1001.9, 10.0, above=True)[-1] == 980.0, "it is not whole"
    assert begun(1002.0, 10.0, above=False) == [950.0, 960.0], "what is below a bound may not stay so"
    assert begun(1202.0, 600.0, above=True) == [600.0]
    assert begun(1202.0, 600.0, above=False) == [0.0]


def test_no_window_is_left_out_between_two_looks_whatever_their_length() -> None:
    for every in (10.0, 12.3, 33.3, 60.0):
        for above in (True, False):
            seen = {at for look in range(40) for at in begun(100_000.0 + 10.5 * look, every, above=above)}
            assert max(b - a for a, b in pairwise(sorted(seen))) == pytest.approx(every)


def test_what_could_never_be_asked_is_refused_when_it_is_saved() -> None:
    with pytest.raises(Invalid, match="one field"):
        parse(saved("p99(duration), p50(queue) every 1m", "> 1s"))
    dear = " || ".join(["retries > 0"] * 50) + " | count() every 1m"
    parse(saved(dear))
    with pytest.raises(Invalid, match="100 are allowed"):
        parse(SavedQuery("one", "request", dear, "tv-home"))


def test_times_are_said_without_needless_digits() -> None:
    assert [say_time(one) for one in (0.012, 1, 1.5, 60, 3600, 5400, 180_000)] == [
        "12 ms", "1 s", "1.50 s", "60 s", "60 min", "90 min", "50 h",
    ]  # fmt: skip
