"""Which recorded calls may be made again, and what a recording is with the answers of now."""

from dataclasses import replace
from typing import Any

import pytest

from stagedoor.decide.replay import live
from stagedoor.decide.replay.live import Answer
from stagedoor.model.method import Method
from stagedoor.model.recording import NEVER, Asked, Called, Outcome, Recording
from stagedoor.model.service import Off, Service

METHODS = (
    Method("rows", "GET", "/rows"), Method("film", "GET", "/films/{id}"), Method("newest", "GET", "/films/newest"),
    Method("search", "POST", "/search"), Method("order", "POST", "/orders"),
)  # fmt: skip
POLICIES = {"methods": {"search": {"safe": "yes"}, "newest": {"safe": "no"}}}
FILMS = Service("films", ("http://127.0.0.1:1",), addresses=("127.0.0.1:1",), methods=METHODS, policies=POLICIES)


def asked(verb: str, target: str, body: bytes = b"") -> Asked:
    return Asked("films", verb, target.encode(), body)


@pytest.mark.parametrize(
    ("verb", "target", "may"),
    [
        ("GET", "/rows?limit=3", True), ("GET", "/films/7", True), ("POST", "/search", True),
        ("POST", "/orders", False), ("GET", "/films/newest", False), ("DELETE", "/films/7", False),
        ("GET", "/unknown", False),
        ("GET", "/rows?token=***", False), ("GET", "/rows?token=%2A%2a*", False),
        ("GET", "/rows?by=%5Bsecret+KEY%5D", False), ("GET", "/films/..%2forders", False), ("GET", "/films/..", False),
    ],
)  # fmt: skip
def test_what_the_catalogue_calls_safe_is_asked_again(verb: str, target: str, may: bool) -> None:
    assert live.may_ask(FILMS, ["films"], asked(verb, target)) is may


def test_what_was_crossed_out_is_not_asked() -> None:
    assert not live.may_ask(FILMS, ["films"], replace(asked("GET", "/rows"), head=b"authorization: ***\r\n"))
    assert not live.may_ask(FILMS, ["films"], asked("POST", "/search", b'{"by": "[secret KEY]"}'))


def test_what_is_not_granted_or_switched_off_is_not() -> None:
    rows, film = asked("GET", "/rows"), asked("GET", "/films/7")
    assert live.may_ask(FILMS, ["films.film"], film)
    assert not live.may_ask(FILMS, ["films.film"], rows)
    assert not live.may_ask(FILMS, ["ratings"], rows)
    assert not live.may_ask(None, ["films"], rows)
    assert not live.may_ask(replace(FILMS, off={"rows": Off("ann", 1.0)}), ["films"], rows)
    assert not live.may_ask(replace(FILMS, methods=()), ["films"], rows)
    assert not live.may_ask(FILMS, ["films"], asked("POST", "/search", b'{"password": "***"}'))


def call(verb: str, target: str, **rest: Any) -> Called:
    return Called("films", verb, target.encode(), **{"ended": 5, "turn": 1, "status": 200, "answer": b"then", **rest})


def test_answers_of_now_stand_in_their_calls_places_and_new_ones_come_last() -> None:
    calls = [
        call("GET", "/rows"),
        call("POST", "/orders"),
        call("GET", "/rows", ended=NEVER),
        call("GET", "/rows", status=-1),
    ]
    one = Recording("r1", 0.0, "GET", b"/home", b"", calls=calls)
    assert live.renewable(one) == [0, 1]
    now = live.renewed(
        one, {0: Answer(503, b"x: y\r\n", b"now")}, [(asked("GET", "/films/7"), Answer(0, b"", b"", "gone"))]
    )
    assert [(each.status, each.answer) for each in now.calls[:2]] == [(503, b"now"), (200, b"then")]
    assert one.calls[0].answer == b"then"
    added = now.calls[-1]
    assert (added.target, added.error, added.ended > 5, added.turn > 1) == (b"/films/7", "gone", True, True)


def test_what_is_asked_more_often_than_it_was_recorded_has_no_answer() -> None:
    one = Recording("r1", 0.0, "GET", b"/home", b"", calls=[call("GET", "/rows")])
    new = asked("GET", "/rows?limit=3")
    assert live.unanswered(one, Outcome("r1", calls=(asked("GET", "/rows"), new, new))) == [new, new]
    rows = asked("GET", "/rows")
    assert live.unanswered(one, Outcome("r1", calls=(rows, rows))) == [rows]
