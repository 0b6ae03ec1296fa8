"""A call that control makes for a person is let through by what holds for scripts."""

from typing import Any

import pytest

from stagedoor.control.call_counts import MAX_NOTES, NOTE_INTERVAL_S, Calling
from stagedoor.decide.allowance import Observed, decide, find_method
from stagedoor.model.method import Method
from stagedoor.model.service import Off, Service

METHODS = (
    Method("balance", "GET", "/balance"),
    Method("pay", "POST", "/pay"),
    Method("film", "GET", "/films/{id}"),
    Method("newest", "GET", "/films/newest"),
)


def service(methods: tuple[Method, ...] = METHODS, off: tuple[str, ...] = (), **policies: Any) -> Service:
    return Service(
        "payments", ("http://192.0.2.1:80",), methods=methods, off={name: Off("ada", 0.0) for name in off},
        policies=policies,
    )  # fmt: skip


WHOLE: Any = {"payments": None}


@pytest.mark.parametrize(
    ("verb", "path", "name"),
    [
        ("GET", "/balance", "balance"),
        ("POST", "/pay", "pay"),
        ("GET", "/films/7", "film"),
        ("GET", "/films/newest", "newest"),
    ],
)
def test_what_the_description_has_is_called(verb: str, path: str, name: str) -> None:
    assert find_method(service(), WHOLE, verb, path) == (name, "")


@pytest.mark.parametrize(
    ("verb", "path", "reason"),
    [
        ("DELETE", "/admin/users/1", "method"), ("GET", "/pay", "method"), ("GET", "/balance/", "method"),
        ("GET", "/films/1/2", "method"), ("GET", "/films/", "method"), ("GET", "/films/a%2fb", "target"),
        ("GET", "/films/..", "target"), ("GET", "//balance", "target"), ("GET", "/x/../balance", "target"),
    ],
)  # fmt: skip
def test_what_it_has_not_is_refused(verb: str, path: str, reason: str) -> None:
    assert find_method(service(), WHOLE, verb, path)[1] == reason


def test_only_what_a_manifest_names() -> None:
    assert find_method(service(), {}, "GET", "/balance")[1] == "grant"
    assert find_method(service(), {"payments": ("pay",)}, "GET", "/balance") == ("balance", "grant")
    assert find_method(service(), {"payments": ("pay",)}, "POST", "/pay") == ("pay", "")
    assert find_method(service(methods=()), WHOLE, "POST", "/anything") == ("any", "")


def test_what_is_off_is_off() -> None:
    assert find_method(service(off=("pay",)), WHOLE, "POST", "/pay") == ("pay", "off")
    assert find_method(service(off=("pay",)), WHOLE, "GET", "/balance") == ("balance", "")


@pytest.mark.parametrize(
    ("policy", "observed", "reason"),
    [
        ({"rate": 5}, Observed(calls=5), "rate"),
        ({"rate": 5}, Observed(calls=4), ""),
        ({"caller_rate": 2}, Observed(calls=9, caller_calls=2), "caller_rate"),
        ({"in_flight": 3}, Observed(in_flight=3), "in_flight"),
        ({"caller_in_flight": 1}, Observed(in_flight=1, caller_in_flight=1), "caller_in_flight"),
        ({}, Observed(in_flight=7, limit=7), "in_flight"),
        ({"adaptive": False}, Observed(in_flight=7, limit=7), ""),
        ({}, Observed(is_open=True), "breaker"),
        ({"breaker": False}, Observed(is_open=True), ""),
        ({}, Observed(calls=10**6, in_flight=10**6), ""),
    ],
)
def test_limits_hold(policy: dict[str, Any], observed: Observed, reason: str) -> None:
    assert decide(service(defaults=policy), "pay", "evil", observed) == reason


def test_a_rule_for_an_application_stands_above_the_methods_own() -> None:
    ruled = service(callers=[{"application": "evil", "rate": 1}], defaults={"caller_rate": 9})
    assert decide(ruled, "pay", "evil", Observed(caller_calls=1)) == "caller_rate"
    assert decide(ruled, "pay", "good", Observed(caller_calls=1)) == ""


def test_calls_are_counted_by_second_and_while_they_last() -> None:
    calling = Calling()
    with calling.counted("a", "b"):
        assert calling.observe(0.5, "a", "b") == (1, 1, 1, 1)
        assert calling.observe(1.5, "a", "b") == (0, 1, 0, 1)
    assert calling.observe(1.6, "a", "b") == (0, 0, 0, 0)
    assert not calling.in_flight


def test_many_of_the_same_are_one_note_with_their_number() -> None:
    calling = Calling()
    assert [calling.count_note(0.0, "ada", ("x",)) for _ in range(100)] == [1] + [0] * 99
    assert calling.count_note(0.0, "ada", ("y",)) == 1
    assert calling.count_note(NOTE_INTERVAL_S, "ada", ("x",)) == 100


def test_nobody_floods_the_audit_log_by_calls_that_differ() -> None:
    calling = Calling()
    noted = sum(calling.count_note(0.0, "ada", (str(number),)) > 0 for number in range(1000))
    assert noted == MAX_NOTES
    assert calling.count_note(0.0, "bob", ("x",)) == 1
    assert calling.count_note(NOTE_INTERVAL_S, "ada", ("new",)) == 1
