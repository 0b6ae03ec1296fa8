"""What the edge is told is a value first."""

import re
from pathlib import Path

import pytest

from stagedoor.haproxy import config
from stagedoor.haproxy.layout import Layout
from stagedoor.haproxy.reconcile import plan
from stagedoor.haproxy.state import EdgeState, Proxy, Server
from stagedoor.model.route import RouteRule
from stagedoor.model.settings import Edge, Platform, Pools

LAYOUT = Layout(Path("/run/x"), Platform(pools=Pools(2, 2, 1, 1)), "127.0.0.1:7070", 1, 4096)
DOOR = Server("door-1", "unix@/run/x/doors/1.sock", 8)


def commands(layout: Layout, running: EdgeState, wanted: EdgeState) -> list[str]:
    steps = plan(layout, running, wanted)
    return [*steps.additions, *steps.removals]


def test_equal_states_give_no_command() -> None:
    state = EdgeState({"b0": (DOOR,)}, {"lines-test": {"a/v1": "b0|a@1.0.0|1"}, "rules-test": {"^x": "a/v1"}})
    assert commands(LAYOUT, state, state) == []


def test_moving_a_line_is_one_command() -> None:
    running = EdgeState({}, {"lines-test": {"a/v1": "b0|a@1.0.0|1"}})
    wanted = EdgeState({}, {"lines-test": {"a/v1": "b1|a@1.0.1|2"}})
    assert commands(LAYOUT, running, wanted) == ["set map /run/x/edge/lines-test.map a/v1 b1|a@1.0.1|2"]


def test_a_server_is_there_before_a_map_names_its_backend_and_goes_after() -> None:
    empty = EdgeState({}, {"lines-test": {}})
    full = EdgeState({"b0": (DOOR,)}, {"lines-test": {"a/v1": "b0|a@1.0.0|1"}})
    assert [line.split(" ")[0] for line in commands(LAYOUT, empty, full)] == ["add", "add"]
    assert commands(LAYOUT, empty, full)[0].startswith("add server b0/door-1 unix@")
    assert [line.split(" ")[:2] for line in commands(LAYOUT, full, empty)] == [
        ["del", "map"],
        ["set", "server"],
        ["del", "server"],
    ]


def test_rules_are_replaced_whole_since_their_order_counts() -> None:
    running = EdgeState({}, {"rules-test": {"^a": "a/v1", "^b": "b/v1"}})
    wanted = EdgeState({}, {"rules-test": {"^b": "b/v1", "^a": "a/v1"}})
    assert commands(LAYOUT, running, wanted) == ["replace map /run/x/edge/rules-test.map\n^b b/v1\n^a a/v1"]


def test_a_word_of_a_command_is_a_word_whatever_is_in_it() -> None:
    wanted = EdgeState({}, {"callers": {"a x;quit": "1 2\\"}})
    (command,) = commands(LAYOUT, EdgeState({}, {"callers": {}}), wanted)
    assert command == "add map /run/x/egress/callers.map a\\ x\\;quit 1\\ 2\\\\"
    with pytest.raises(ValueError, match="cannot be told"):
        commands(LAYOUT, EdgeState({}, {"callers": {}}), EdgeState({}, {"callers": {"a\nquit": "1"}}))


def test_without_a_trusted_peer_no_header_is_believed() -> None:
    text = config.render(Proxy.EDGE, LAYOUT, EdgeState())
    assert "acl trusted" not in text
    settings = Platform(pools=Pools(2, 2, 1, 1), edge=Edge(device="header:x-device"))
    text = config.render(Proxy.EDGE, Layout(Path("/run/x"), settings, "127.0.0.1:1", 1, 4096), EdgeState())
    assert "req.hdr(x-device)" not in text


def test_every_refusal_carries_the_requests_id_and_a_code() -> None:
    text = config.render(Proxy.EDGE, LAYOUT, EdgeState())
    refusals = re.findall(r"http-request return status \d+.*", text + config.render(Proxy.EGRESS, LAYOUT, EdgeState()))
    assert len(refusals) > 10
    assert all('"code":"' in one and 'hdr stagedoor-request-id "%[unique-id]"' in one for one in refusals)


def line(**fields: str) -> str:
    given = {"stack": "test", "method": "GET", "host": "tv.example", "device": "tv", "path": "/home"} | fields
    return (
        "\n".join(given[name] for name in ("stack", "method", "host", "device", "path"))
        + "\nhost: x\r\nx-cohort: b\r\n\r\n"
    )


def test_a_rule_matches_all_that_it_says_and_nothing_else() -> None:
    rule = RouteRule(host="tv.example", path="/home", method="get", header={"X-Cohort": "b"}, device="tv")
    pattern = re.compile(rule.pattern("test"))
    assert pattern.match(line())
    assert pattern.match(line(path="/home/rows"))
    for other in (
        {"path": "/homes"},
        {"host": "tvxexample"},
        {"device": "phone"},
        {"method": "POST"},
        {"stack": "prod"},
    ):
        assert not pattern.match(line(**other))
    assert not re.match(RouteRule(header={"x-cohort": "a"}).pattern("test"), line())


def test_more_conditions_win() -> None:
    assert RouteRule(host="a", path="/x").weight > RouteRule(path="/x/y/z").weight > RouteRule(path="/x").weight
