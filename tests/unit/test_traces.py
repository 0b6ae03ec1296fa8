"""One request as a whole: who waited for whom, and what differs between two."""

from typing import Any

from stagedoor.model import trace

REQUEST = {
    "id": "r", "application": "tv", "version": "5.0.1", "method": "GET", "path": "/tv/home", "at": 100.0,
    "duration": 100_000, "queue": 10_000, "status": 200, "instance": "i1", "retries": 0, "degraded": "", "release": 4,
}  # fmt: skip


def call(name: str, begin_ms: int, took_ms: int, **fields: Any) -> dict[str, Any]:
    usual = {
        "service": "films", "name": name, "method": "GET", "path": "/x", "at": 100 + begin_ms / 1000,
        "duration": took_ms * 1000, "status": 200, "attempt": 0, "span": f"{begin_ms:016x}",
    }  # fmt: skip
    return usual | fields


def named(found: trace.Trace) -> dict[str, trace.Span]:
    return {one.name: one for one in found.spans}


def test_the_critical_path_is_what_the_answer_waited_for() -> None:
    # rows 15..35, then film 40..90 beside score 40..60: the answer waited for rows and film.
    found = named(
        trace.build("r", REQUEST, [call("rows", 15, 20), call("film", 40, 50), call("score", 40, 20)], [], [])
    )
    assert [round(found[name].critical / 1000) for name in ("rows", "film", "score")] == [20, 50, 0]
    script = found["tv@5.0.1"]
    assert (round(script.own / 1000), round(script.critical / 1000)) == (20, 20)
    assert round(sum(one.critical for one in found.values()) / 1000) == 100


def test_retries_refusals_and_waiting_are_said() -> None:
    calls = [
        call("rows", 15, 5, status=503),
        call("rows", 21, 5, attempt=1),
        call("film", 30, 1, refused="rate", status=429),
    ]
    found = trace.build("r", REQUEST | {"degraded": "films.film"}, calls, [], [])
    edge = next(one for one in found.edges if one.target == "films")
    assert (edge.calls, edge.retries, edge.errors) == (3, 1, 1)
    assert found.spans[0].notes == ["waited 10 ms for an instance", "degraded: films.film"]
    assert ["attempt 2"] in [one.notes for one in found.spans] and ["refused: rate"] in [
        one.notes for one in found.spans
    ]


def test_answers_that_were_used_again_are_spans_and_no_edges() -> None:
    told = "films.rows=5000+30000,members GET /m=40000+0,broken=x+1,,=1"
    found = trace.build("r", REQUEST | {"reused": told}, [call("rows", 15, 5)], [], [])
    again = {one.name: one for one in found.spans if one.kind == "reused"}
    assert set(again) == {"films.rows", "members GET /m"}
    assert (round(again["films.rows"].at - 100, 6), again["films.rows"].duration) == (0.015, 30_000)
    assert again["films.rows"].notes == ["waited for a call under way that asks the same"]
    assert again["members GET /m"].notes == ["answered by a call before"]
    assert [(one.source, one.target, one.calls) for one in found.edges if one.target != "tv"] == [("tv", "films", 1)]


def other(span: str, parent: str, **fields: Any) -> dict[str, Any]:
    usual = {
        "span": span,
        "parent": parent,
        "service": "db",
        "name": "select",
        "at": 100.02,
        "duration": 9000,
        "attributes": '{"a": 1}',
    }
    return usual | fields


def test_spans_of_other_processes_join_below_the_call_that_asked_them() -> None:
    listed = [
        other("b1", f"{15:016x}", service="films"),
        other("b2", "b1"),
        other("b3", "nobody knows"),
        other("b4", "b5"),
        other("b5", "b4"),
    ]
    found = trace.build("r", REQUEST, [call("rows", 15, 20)], listed, [])
    parents = {one.id: one.parent for one in found.spans}
    assert (parents["b1"], parents["b2"], parents["b3"]) == ("call-0", "b1", "script")
    assert "script" in (parents["b4"], parents["b5"])
    assert {(one.source, one.target) for one in found.edges} >= {("films", "db"), ("tv", "films")}


def test_a_request_that_no_script_saw_is_the_edges_alone() -> None:
    found = trace.build("r", REQUEST | {"instance": "", "status": 503}, [], [], [])
    assert [one.kind for one in found.spans] == ["edge"]


def test_two_requests_differ_by_edges_added_gone_and_slower() -> None:
    left = trace.build("l", REQUEST, [call("rows", 15, 20), call("film", 40, 10), call("same", 40, 10)], [], [])
    right = trace.build("r", REQUEST, [call("rows", 15, 40), call("score", 40, 10), call("same", 40, 11)], [], [])
    found = trace.compare(trace.asked(left.spans), trace.asked(right.spans), (1, 1))
    assert {one.name: one.verdict for one in found if one.target == "films"} == {
        "film": "gone", "score": "added", "rows": "slower", "same": "same",
    }  # fmt: skip
