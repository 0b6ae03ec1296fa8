"""The steps of the judge of canaries: what it says before it looks, what it spends, ranks, signs and factors."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagedoor.decide import canary
from stagedoor.decide.canary import METRICS, Arm, Rules, spend
from stagedoor.decide.canary.pool import flip, midranks, pool, weights
from stagedoor.decide.canary.ratio import factor
from stagedoor.decide.canary.stretches import exact
from stagedoor.model.judgement import (
    KAYENTA,
    Looked,
)
from tests.harness.canary_traffic import BEGAN
from tests.unit.test_canary import history


@pytest.mark.parametrize(
    "wrong", [{"metrics": ("speed",)}, {"judge": "coin"}, {"alpha": 0.0}, {"tolerances": {"errors": 0.0}}]
)
def test_rules_refuse_what_does_not_exist(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"no metric|no judge|alpha|tolerance"):
        Rules(**wrong)  # type: ignore[arg-type]


def test_the_plan_says_what_it_will_see_and_when() -> None:
    plan = canary.plan(Rules(), history())
    assert plan.enough and [one.metric for one in plan.visible] == list(METRICS)
    assert plan.words.startswith(
        "With 25 requests a second in both arms it sees after 13.1 min: errors: 0.1 % becoming"
    )
    by_metric = {one.metric: one for one in plan.visible}
    assert by_metric["calls"].requests < 300 < by_metric["errors"].requests < by_metric["tail"].requests
    assert "decides after 30 min" in canary.plan(Rules(judge=KAYENTA), history()).words
    stricter = canary.plan(Rules(alpha=0.001), history())
    finer = canary.plan(Rules(tolerances={"latency": 0.02}), history())
    assert stricter.requests > plan.requests and finer.requests > 10 * by_metric["latency"].requests


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 400_000), st.floats(0, 1e6)), max_size=60), st.integers(60, 10**6)
)
def test_looks_and_epochs_together_never_spend_more_than_alpha(
    steps: list[tuple[bool, int, float]], needed: int
) -> None:
    looked, given_out, requests = Looked(), 0.0, 0
    for anew, more, seconds in steps:
        if anew:
            looked, requests = replace(looked, epoch=looked.epoch + 1, requests=0), 0
        requests += more
        if spend.due(looked, requests, needed, seconds, 500.0):
            before = looked.spent
            share, looked = spend.spend(looked, requests, needed, seconds, 500.0)
            given_out += share
            assert share >= 0 and looked.spent >= before
    assert given_out <= looked.spent + 1e-12 <= 1 + 1e-9


def test_a_look_is_due_when_requests_have_grown_enough_and_where_the_plan_ends() -> None:
    assert not spend.due(Looked(), 49, 1000) and spend.due(Looked(), 50, 1000)
    looked = spend.spend(Looked(), 900, 1000)[1]
    assert not spend.due(looked, 999, 1000) and spend.due(looked, 1000, 1000)
    looked = spend.spend(looked, 1000, 1000)[1]
    assert not spend.due(looked, 1200, 1000) and spend.due(looked, 1300, 1000)
    assert spend.due(looked, 1001, 1000, 200.0, 100.0) and not spend.due(looked, 1001, 1000, 110.0, 100.0)


def test_sign_flips_keep_their_promise_with_members_of_very_different_weight() -> None:
    rng = np.random.default_rng(9)
    found = []
    for _ in range(1500):
        count = np.minimum(rng.pareto(1.2, 120).astype(int) + 1, 200)
        member = np.repeat(np.arange(120), count)
        took = np.exp(rng.normal(10, 0.5, len(member)) + rng.normal(0, 0.5, 120)[member]).astype(np.int64)
        canary_side = rng.random(120)[member] < 0.5
        arms = [_arm(took[canary_side == side], member[canary_side == side]) for side in (False, True)]
        both = pool(*arms)
        values = np.concatenate([one.took for one in arms])
        weight = weights(both, midranks(both, values, np.ones(len(both))))
        found.append(flip(both, midranks(both, values, weight), weight).p)
    assert 0.005 < np.mean(np.array(found) < 0.02) < 0.035
    assert 0.42 < np.mean(np.array(found) < 0.5) < 0.58


def _arm(took: np.ndarray, unit: np.ndarray, endpoint: np.ndarray | None = None) -> Arm:
    count, empty = len(took), Arm.empty()
    where = np.zeros(count) if endpoint is None else endpoint
    return Arm(
        np.full(count, BEGAN), unit.astype(np.int64), where.astype(np.int32),
        np.zeros(count, np.bool_), np.zeros(count, np.bool_), took.astype(np.int64), np.zeros(count, np.int64),
        np.zeros(count, empty.calls.dtype), np.zeros(count, np.bool_),
    )  # fmt: skip


def test_ranks_are_within_endpoints_and_ties_share_the_middle() -> None:
    both = pool(
        _arm(np.array([10, 20, 1000]), np.arange(3), np.array([0, 0, 1])),
        _arm(np.array([20, 30, 3000]), np.arange(3), np.array([0, 0, 1])),
    )
    ranks = midranks(both, np.array([10, 20, 1000, 20, 30, 3000]), np.ones(6))
    assert ranks.tolist() == [-0.375, 0.0, -0.25, 0.0, 0.375, 0.25]


@given(st.floats(0.3, 3.0))
def test_the_factor_between_two_arms_is_found(times: float) -> None:
    rng = np.random.default_rng(2)
    before = np.exp(rng.normal(10, 0.4, 2000))
    both = pool(_arm(before, np.arange(2000)), _arm(before * times, np.arange(2000)))
    values = np.concatenate([before, before * times]).astype(np.int64)
    estimate, low, high = factor(both, values, np.ones(4000), 20.0)
    assert low <= estimate <= high and estimate == pytest.approx(times, rel=0.012)


def test_the_signed_ranks_are_exact() -> None:
    assert exact(np.array([1.0, 2.0, 3.0]), 6.0) == pytest.approx(1 / 8)
    assert exact(np.array([1.0, 2.0, 3.0]), 3.0) == pytest.approx(5 / 8)
