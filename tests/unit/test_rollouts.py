"""What a rollout does next, who is in which arm, and what the edge is told of it: values, before anything is done."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stagedoor.decide.rollout import begun, decide
from stagedoor.haproxy import reconcile
from stagedoor.haproxy.layout import Layout
from stagedoor.haproxy.state import EdgeState
from stagedoor.haproxy.translate import translate
from stagedoor.model import rollout as states
from stagedoor.model.errors import Invalid
from stagedoor.model.judgement import FAIL, INCONCLUSIVE, PASS, WATCHING, Judgement, Looked
from stagedoor.model.rollout import Rollout, Strategy, choose
from stagedoor.model.settings import Platform, Pools
from stagedoor.model.split import WHOLE, Part, apart, prefixes
from stagedoor.model.traffic import Arm, StackTraffic, Target, Traffic

NOW = 1000.0


def rollout(state: str = states.JUDGING, **changes: object) -> Rollout:
    one = Rollout(
        7, 1, "tv", 5, "prod", "5.1.0", "5.0.0", "deploy", "ada", Strategy(), state, NOW, NOW, former=3
    )  # fmt: skip
    return replace(one, **changes)  # type: ignore[arg-type]


def told(verdict: str) -> Judgement:
    return Judgement(verdict, f"it is {verdict}", NOW, (10, 10), (10, 10), Looked())


# What comes next


@pytest.mark.parametrize(
    ("verdict", "state"), [(PASS, states.FINISHING), (FAIL, states.GOING_BACK), (INCONCLUSIVE, states.ASKING)]
)
def test_a_canary_does_what_the_judge_says_with_its_reason(verdict: str, state: str) -> None:
    decision = decide(rollout(judgement=told(verdict)), NOW)
    assert decision is not None
    assert (decision.state, decision.reason) == (state, f"it is {verdict}")


def test_while_the_judge_looks_it_stays_and_so_it_does_while_it_asks() -> None:
    assert decide(rollout(), NOW) is None
    assert decide(rollout(judgement=told(WATCHING)), NOW) is None
    assert decide(rollout(states.ASKING, judgement=told(INCONCLUSIVE)), NOW) is None


def test_it_asks_and_still_goes_on_or_back_when_that_becomes_clear() -> None:
    assert decide(rollout(states.ASKING, judgement=told(PASS)), NOW).state == states.FINISHING  # type: ignore[union-attr]
    assert decide(rollout(states.ASKING, judgement=told(FAIL)), NOW).state == states.GOING_BACK  # type: ignore[union-attr]


def test_paused_it_does_not_pass_but_harm_sends_it_back() -> None:
    assert decide(rollout(paused_at=NOW, judgement=told(PASS)), NOW) is None
    assert decide(rollout(paused_at=NOW, judgement=told(FAIL)), NOW).state == states.GOING_BACK  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "state",
    [states.PREPARING, states.WAITING, states.JUDGING, states.MOVING, states.ASKING, states.FINISHING],
)
def test_it_can_be_aborted_until_all_has_moved(state: str) -> None:
    decision = decide(rollout(state, wish="abort", wished_by="bob"), NOW)
    assert decision is not None
    assert (decision.state, decision.by, decision.shares) == (states.GOING_BACK, "bob", {})
    assert decide(rollout(states.GOING_BACK, wish="abort", wished_by="bob"), NOW) is None


def test_only_who_asks_is_let_go_on() -> None:
    assert decide(rollout(wish="resume", wished_by="bob"), NOW) is None
    one = rollout(states.ASKING, wish="resume", wished_by="bob")
    assert decide(one, NOW).state == states.FINISHING  # type: ignore[union-attr]
    # Of one that is paused as well, the pause ends first.
    paused = decide(replace(one, paused_at=NOW), NOW)
    assert paused is not None
    assert (paused.state, paused.pauses) == (states.ASKING, False)


def test_parts_move_one_after_another_also_when_nobody_looked_for_long() -> None:
    strategy = Strategy(states.LINEAR, time=100.0, steps=4)
    one = rollout(states.MOVING, strategy=strategy)
    first = begun(replace(one, state=states.PREPARING), NOW)
    assert first.shares == {"new": 0.25, "baseline": 0.25}
    assert decide(one, NOW + 24) is None
    late = decide(one, NOW + 1000)
    assert late is not None
    assert (late.step, late.shares) == (1, {"new": 0.5, "baseline": 0.5})
    third = decide(replace(one, step=1), NOW + 1000)
    assert third is not None
    assert third.shares == {"new": 0.75}  # Nobody is left to compare with.
    assert decide(replace(one, step=3), NOW + 1000).state == states.FINISHING  # type: ignore[union-attr]
    assert decide(replace(one, held=1000.0), NOW + 1000) is None  # It was paused all the time.


def test_a_window_waits_and_ends_when_it_was_said() -> None:
    strategy = Strategy(states.WINDOW, time=100.0, steps=2)
    one = rollout(states.WAITING, strategy=strategy, at=NOW + 50)
    assert begun(replace(one, state=states.PREPARING), NOW).state == states.WAITING
    assert decide(one, NOW + 49) is None
    assert decide(one, NOW + 50).state == states.MOVING  # type: ignore[union-attr]


def test_in_test_all_at_once_unless_asked_and_in_prod_as_the_version_says() -> None:
    assert choose({"share": 10.0}, {}, "test").kind == states.DIRECT
    assert choose({"share": 10.0}, {}, "prod") == Strategy(share=10.0)
    assert choose({"share": 10.0}, {"kind": "linear", "time": "20m"}, "test").time == 1200.0
    with pytest.raises(Invalid, match="weights do not add up"):
        choose({}, {"share": 46.0}, "prod")
    with pytest.raises(Invalid, match="strategy: unknown key 'weights'"):
        choose({}, {"weights": 3}, "prod")


# Who is in which arm


@given(some.integers(0, WHOLE), some.integers(0, WHOLE))
def test_prefixes_stand_for_these_numbers_and_no_other(one: int, other: int) -> None:
    first, last = min(one, other), max(one, other)
    found = list(prefixes(first, last))
    assert len(found) <= 72
    for number in {0, first - 1, first, (first + last) // 2, last - 1, last, WHOLE - 1}:
        if 0 <= number < WHOLE:
            within = any(f"{number:04d}".startswith(digits) for digits in found)
            assert within == (first <= number < last)


def test_arms_grow_where_they_are() -> None:
    small, large = apart([("a", 0.05), ("b", 0.05)]), apart([("a", 0.4), ("b", 0.4)])
    assert [(one.first, one.last) for one in small] == [(0, 500), (5000, 5500)]
    assert [one.first for one in large] == [one.first for one in small]
    assert all(one.last >= two.last for one, two in zip(large, small, strict=True))


# What the edge is told

LAYOUT = Layout(Path("/run/x"), Platform(pools=Pools(4, 4, 1, 1)), "127.0.0.1:7070", 1, 4096)


def state(share: float) -> EdgeState:
    arms = tuple(
        Arm(part, Target(f"b{number + 1}", f"tv@5.{number}.0", 3, cohort=part.cohort))
        for number, part in enumerate(apart([("r7:canary", share), ("r7:baseline", share)]))
        if part.last > part.first
    )
    splits = {"r7": arms} if arms else {}
    target = Target("b0", "tv@5.0.0", 3, splits=tuple(splits))
    return translate(LAYOUT, Traffic({"prod": StackTraffic({"tv/v5": target}, {"tv": "tv/v5"}, (), splits)}))


def test_a_line_names_its_split_and_the_split_names_its_arms() -> None:
    maps = state(0.05).maps
    line = maps["lines-prod"]["tv/v5"]
    name = line.rpartition("|")[2]
    assert line == f"b0|tv@5.0.0|3||{name}"
    assert name.startswith("r7.")
    assert maps["splits-prod"] == {
        f"{name}/100": "b1|tv@5.0.0|3|r7:canary", f"{name}/101": "b1|tv@5.0.0|3|r7:canary",
        f"{name}/102": "b1|tv@5.0.0|3|r7:canary", f"{name}/103": "b1|tv@5.0.0|3|r7:canary",
        f"{name}/104": "b1|tv@5.0.0|3|r7:canary",
        f"{name}/150": "b2|tv@5.1.0|3|r7:baseline", f"{name}/151": "b2|tv@5.1.0|3|r7:baseline",
        f"{name}/152": "b2|tv@5.1.0|3|r7:baseline", f"{name}/153": "b2|tv@5.1.0|3|r7:baseline",
        f"{name}/154": "b2|tv@5.1.0|3|r7:baseline",
    }  # fmt: skip


def test_nobody_is_between_two_splits_while_one_becomes_the_other() -> None:
    steps = reconcile.plan(LAYOUT, state(0.1), state(0.2))
    plan = [*steps.additions, *steps.removals]
    kinds = [line.split(" ")[0] for line in plan]
    # All of the new one is there before the line names it, and the old one goes after.
    assert kinds == sorted(kinds, key=["add", "set", "del"].index)
    assert kinds.count("set") == 1
    assert "lines-prod" in plan[kinds.index("set")]
    assert reconcile.plan(LAYOUT, state(0.2), state(0.2)) == reconcile.Plan((), ())


def test_a_rollout_says_who_is_in_its_arms() -> None:
    one = rollout(arms={"canary": "d1", "baseline": "d2"}, shares={"canary": 0.05, "baseline": 0.05})
    assert one.parts() == [Part("r7:canary", 0, 500), Part("r7:baseline", 5000, 5500)]
    assert [one.arm_of(part) for part in one.parts()] == ["d1", "d2"]
    assert replace(one, shares={}).parts() == []
