"""The judge of canaries on made-up traffic: what it finds, what it must not find, and when it cannot say."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from stagedoor.decide import canary
from stagedoor.decide.canary import METRICS, Arm, Blocks, History, Rules, Sample
from stagedoor.model.judgement import (
    FAIL,
    FINE,
    HARM,
    INCONCLUSIVE,
    KAYENTA,
    NOTICE,
    OPEN,
    PASS,
    WATCHING,
    Finding,
    Judgement,
    Looked,
)
from tests.harness.canary_traffic import BEGAN, EFFECTS, NONE, Effect, Traffic

RATE = 25.0


def history(rate: float = RATE, *, errors: float = 0.001) -> History:
    return History(rate=rate / 0.2, share=0.1, errors=errors, spread=0.5, requests=100_000)


def watch(
    traffic: Traffic, rules: Rules | None = None, *, rate: float = RATE, seconds: int | None = None
) -> tuple[Judgement, int]:
    """(what was said last, after how many seconds); asked every second until it passes or fails."""
    rules = rules or Rules()
    plan = canary.plan(rules, history(rate))
    looked, said, second = Looked(), None, 0
    for second in range(1, (seconds or traffic.lasts) + 1):
        said = canary.judge(rules, plan, traffic.until(second), looked, BEGAN + second, BEGAN, said)
        looked = said.looked
        if said.verdict in (PASS, FAIL):
            break
    assert said is not None
    return said, second


def once(traffic: Traffic, rules: Rules | None = None, *, rate: float = RATE) -> Judgement:
    """A single look at all of it."""
    rules = rules or Rules()
    end = traffic.lasts
    return canary.judge(
        rules, canary.plan(rules, history(rate)), traffic.until(end), Looked(), BEGAN + end, BEGAN, None
    )


def finding(said: Judgement, metric: str) -> Finding:
    return next(one for one in said.findings if one.metric == metric)


@pytest.fixture(scope="module")
def calm() -> Traffic:
    return Traffic(1, RATE, 1200)


def altered(traffic: Traffic, **columns: np.ndarray) -> Traffic:
    """The same with other columns in the canary."""
    made = object.__new__(Traffic)
    made.__dict__ = dict(traffic.__dict__)
    made.canary = replace(traffic.canary, **columns)
    return made


@pytest.mark.parametrize(
    ("effect", "metric", "seconds"),
    list(zip(EFFECTS, ("errors", "latency", "tail", "calls", "memory"), (600, 600, 1000, 60, 1200), strict=True)),
    ids=lambda one: getattr(one, "name", None),
)
def test_an_effect_fails_the_canary_by_its_own_metric(effect: Effect, metric: str, seconds: int) -> None:
    said, after = watch(Traffic(7, RATE, 1500, effect))
    assert said.verdict == FAIL and after < seconds
    assert [one.metric for one in said.findings if one.verdict == HARM] == [metric]
    found = finding(said, metric)
    assert found.low <= found.effect <= found.high and found.canary > found.baseline
    assert found.words in said.words


def test_degraded_answers_and_size_and_cpu_are_found(calm: Traffic) -> None:
    chance = np.random.default_rng(3).random(len(calm.canary))
    assert watch(altered(calm, degraded=calm.canary.degraded | (chance < 0.02)))[0].findings[1].verdict == HARM
    assert finding(watch(altered(calm, size=(calm.canary.size * 1.25).astype(np.int64)))[0], "size").verdict == HARM
    hungry = altered(calm)
    hungry.blocks = replace(calm.blocks, cpu=calm.blocks.cpu * np.array([1.0, 1.25]))
    said, _ = watch(hungry)
    assert finding(said, "cpu").verdict == HARM and "more CPU" in said.words


def test_a_canary_that_is_like_its_baseline_passes_when_it_was_announced(calm: Traffic) -> None:
    said, after = watch(calm)
    assert said.verdict == PASS
    plan = canary.plan(Rules(), history())
    assert sum(said.requests) >= plan.requests and after >= plan.least
    assert not [one for one in said.findings if one.verdict in (HARM, OPEN) and one.metric in METRICS]


def test_it_does_not_pass_before_the_least_time(calm: Traffic) -> None:
    said, after = watch(calm, Rules(least=1100.0))
    assert said.verdict == PASS and after == 1100


def test_false_alarms_are_as_rare_as_promised() -> None:
    alarms = sum(watch(Traffic(seed, 10.0, 300), rate=10.0)[0].verdict == FAIL for seed in range(100, 140))
    assert alarms <= 2


def test_one_member_who_always_fails_is_no_alarm(calm: Traffic) -> None:
    units, count = np.unique(calm.canary.unit, return_counts=True)
    keenest = units[np.argmax(count)]
    assert count.max() > 100
    said, _ = watch(altered(calm, failed=calm.canary.failed | (calm.canary.unit == keenest)))
    found = finding(said, "errors")
    assert said.verdict == PASS
    assert found.canary > 3 * found.baseline and found.verdict == FINE


def test_a_member_who_always_fails_in_the_baseline_hides_no_errors() -> None:
    traffic = Traffic(7, RATE, 900, EFFECTS[0])
    units, count = np.unique(traffic.baseline.unit, return_counts=True)
    failed = traffic.baseline.failed | (traffic.baseline.unit == units[np.argmax(count)])
    traffic.baseline = replace(traffic.baseline, failed=failed)
    assert failed.mean() > traffic.canary.failed.mean()
    assert watch(traffic)[0].verdict == FAIL


def test_when_nearly_every_member_has_an_error_they_are_counted_by_request(calm: Traffic) -> None:
    chance = np.random.default_rng(4)
    noisy = altered(calm, failed=chance.random(len(calm.canary)) < 0.30)
    noisy.baseline = replace(calm.baseline, failed=chance.random(len(calm.baseline)) < 0.25)
    assert finding(once(noisy), "errors").verdict == HARM
    noisy.canary = replace(noisy.canary, failed=chance.random(len(calm.canary)) < 0.25)
    assert finding(once(noisy), "errors").verdict != HARM


def test_a_canary_that_answers_nothing_well_is_found_within_seconds() -> None:
    calm = Traffic(2, RATE, 120)
    said, after = watch(altered(calm, failed=np.ones(len(calm.canary), np.bool_)))
    assert said.verdict == FAIL and after <= 20
    assert said.words.startswith("100 % of requests fail")


def test_an_n_plus_one_on_a_few_requests_is_found(calm: Traffic) -> None:
    long = np.random.default_rng(5).random(len(calm.canary)) < 0.003
    said, _ = watch(altered(calm, calls=(calm.canary.calls + 200 * long).astype(np.int32)))
    assert finding(said, "calls").verdict == HARM


def test_where_it_is_slow_is_said(calm: Traffic) -> None:
    slow = np.where(calm.canary.endpoint == 1, 1.6, 1.0)
    said, _ = watch(altered(calm, took=(calm.canary.took * slow).astype(np.int64)))
    assert said.verdict == FAIL
    assert finding(said, "latency").endpoint == "GET /film" and "most of it in GET /film" in said.words


def test_what_is_sure_but_too_small_to_matter_is_told_and_passes() -> None:
    """1.5 per cent slower, of members who are all alike, so that nothing hides it."""
    calm = Traffic(11, 120.0, 420)
    rng = np.random.default_rng(1)
    for arm in (calm.baseline, calm.canary):
        arm.took = np.exp(rng.normal(10, 0.1, len(arm))).astype(np.int64)
    said = once(altered(calm, took=(calm.canary.took * 1.015).astype(np.int64)), rate=120.0)
    found = finding(said, "latency")
    assert found.verdict == NOTICE and found.p < 1e-6 and said.verdict == PASS
    assert found.words in said.words


def test_a_faster_and_smaller_canary_passes(calm: Traffic) -> None:
    better = altered(
        calm, took=(calm.canary.took * 0.7).astype(np.int64), size=(calm.canary.size * 0.5).astype(np.int64)
    )
    said, _ = watch(better)
    assert said.verdict == PASS
    assert finding(said, "size").verdict == NOTICE and "smaller" in finding(said, "size").words


def test_cold_requests_are_apart(calm: Traffic) -> None:
    cold = calm.canary.cold
    said, _ = watch(altered(calm, took=np.where(cold, calm.canary.took * 20, calm.canary.took)))
    assert said.verdict == PASS
    assert finding(said, "cold").verdict == NOTICE and finding(said, "cold").words in said.words


def test_low_traffic_waits_and_then_asks() -> None:
    plan = canary.plan(Rules(), history(0.2))
    assert not plan.enough and "it will ask" in plan.words and "27.4 h" in plan.words
    said, _ = watch(Traffic(3, 0.2, 1900), rate=0.2, seconds=1700)
    assert said.verdict == WATCHING
    said, _ = watch(Traffic(3, 0.2, 1900), rate=0.2)
    assert said.verdict == INCONCLUSIVE
    assert "of the 19,695 requests that tail needs came" in said.words and "promote it by hand" in said.words


def test_without_traffic_nobody_can_say() -> None:
    plan = canary.plan(Rules(), history(0.0))
    assert plan.seconds == -1 and not plan.enough and "No traffic" in plan.words
    assert json.loads(json.dumps(asdict(plan), allow_nan=False))["visible"][0]["seconds"] == -1
    empty = Sample(Arm.empty(), Arm.empty(), (), Blocks.empty())
    said = [canary.judge(Rules(), plan, empty, Looked(), BEGAN + one, BEGAN) for one in (1, 1799, 1801, 90_000)]
    assert [one.verdict for one in said] == [WATCHING, WATCHING, INCONCLUSIVE, INCONCLUSIVE]
    assert "no request came" in said[-1].words


@pytest.mark.parametrize("silent", ["baseline", "canary"])
def test_an_arm_that_did_not_serve_never_passes(calm: Traffic, silent: str) -> None:
    for second in (30, 100, 1200):
        sample = calm.until(second)
        setattr(sample, silent, Arm.empty())
        said = canary.judge(Rules(), canary.plan(Rules(), history()), sample, Looked(), BEGAN + second, BEGAN)
        assert said.verdict == (WATCHING if second < 60 else INCONCLUSIVE)
        assert f"the {silent} answered none" in said.words


def test_arms_of_different_size_never_pass(calm: Traffic) -> None:
    lost = altered(calm)
    kept = calm.canary.unit % 4 != 0
    lost.canary = Arm(*(getattr(calm.canary, one)[kept] for one in Arm.__slots__))
    said = once_cut(lost)
    assert said.verdict == INCONCLUSIVE and "which equal shares do not bring about" in said.words


def once_cut(traffic: Traffic) -> Judgement:
    sample = Sample(traffic.baseline, traffic.canary, ("GET /",) * 6, traffic.blocks)
    plan = canary.plan(Rules(), history())
    return canary.judge(Rules(), plan, sample, Looked(), BEGAN + traffic.lasts, BEGAN)


def test_a_handful_of_members_is_no_sample(calm: Traffic) -> None:
    few = altered(calm, unit=calm.canary.unit % 5)
    few.baseline = replace(calm.baseline, unit=calm.baseline.unit % 5)
    said = once_cut(few)
    assert said.verdict == WATCHING and "only 10 members asked" in said.words


def test_a_pause_of_an_instance_is_no_harm(calm: Traffic) -> None:
    """Everything that the canary answers in two seconds takes fifty times as long: nothing the version did."""
    paused = (calm.canary.at > BEGAN + 300) & (calm.canary.at < BEGAN + 302)
    said, _ = watch(altered(calm, took=np.where(paused, calm.canary.took * 50, calm.canary.took)), seconds=600)
    assert said.verdict != FAIL


@pytest.mark.parametrize("shift", [0.0, -10.0])
def test_a_member_who_asks_for_what_is_expensive_takes_no_more_cpu(calm: Traffic, shift: float) -> None:
    """A tenth of the canary's requests more, all for the endpoint that takes most; `at` may end or begin a stretch."""
    rng, cost = np.random.default_rng(6), np.array([4e3, 2e3, 1e3, 6e3, 5e3, 600.0])
    more = altered(calm, endpoint=np.where(rng.random(len(calm.canary)) < 0.2, 3, calm.canary.endpoint))
    for wasteful, verdict in ((1.0, FINE), (1.25, HARM)):
        used, asked = calm.blocks.cpu.copy(), calm.blocks.requests
        for column, arm in enumerate((more.baseline, more.canary)):
            place = np.minimum(((arm.at - BEGAN) / 10).astype(int), len(asked) - 1)
            noise = np.exp(rng.normal(0, 0.05, len(asked)))
            used[:, column] = np.bincount(place, cost[arm.endpoint], minlength=len(asked)) * noise + 5e4
        blocks = Blocks(calm.blocks.at + shift, used * np.array([1.0, wasteful]), asked, calm.blocks.memory)
        assert used[:, 1].sum() / asked[:, 1].sum() > 1.05 * used[:, 0].sum() / asked[:, 0].sum()
        more.blocks = blocks
        assert finding(once(more), "cpu").verdict == verdict


def test_memory_that_warms_up_in_both_or_jumps_once_is_no_leak(calm: Traffic) -> None:
    jumped = altered(calm)
    memory = calm.blocks.memory.copy()
    memory[40:, 1] += 30e6
    jumped.blocks = replace(calm.blocks, memory=memory)
    assert finding(once(jumped), "memory").verdict in (OPEN, FINE)
    said, _ = watch(calm)
    assert finding(said, "memory").verdict == FINE


def test_between_two_looks_the_findings_stay_and_the_counts_go_on(calm: Traffic) -> None:
    plan = canary.plan(Rules(), history())
    first = canary.judge(Rules(), plan, calm.until(100), Looked(), BEGAN + 100, BEGAN)
    second = canary.judge(Rules(), plan, calm.until(101), first.looked, BEGAN + 101, BEGAN, first)
    assert first.looked.looks == second.looked.looks == 1
    assert second.findings is first.findings and second.distributions is first.distributions
    assert sum(second.requests) > sum(first.requests)


def test_who_forgot_the_findings_looks_anew_without_spending_twice(calm: Traffic) -> None:
    plan = canary.plan(Rules(), history())
    first = canary.judge(Rules(), plan, calm.until(1000), Looked(), BEGAN + 1000, BEGAN)
    again = canary.judge(Rules(), plan, calm.until(1001), first.looked, BEGAN + 1001, BEGAN, None)
    assert len(again.findings) == len(first.findings)
    assert 0 <= again.looked.spent - first.looked.spent < 0.001


def test_harm_that_was_found_stays_found(calm: Traffic) -> None:
    dead = altered(calm, failed=np.ones(len(calm.canary), np.bool_))
    said, after = watch(dead)
    plan = canary.plan(Rules(), history())
    later = canary.judge(Rules(), plan, calm.until(1200), said.looked, BEGAN + 1200, BEGAN, said)
    assert said.verdict == later.verdict == FAIL and later.words == said.words and after < 1200


def test_only_the_metrics_of_the_rules_are_judged(calm: Traffic) -> None:
    rules = Rules(metrics=("errors", "calls"))
    slow = altered(calm, took=calm.canary.took * 3)
    said, _ = watch(slow, rules)
    assert said.verdict == PASS
    assert [one.metric for one in said.findings] == ["errors", "calls", "cold"]


def test_everything_can_be_written_as_json(calm: Traffic) -> None:
    dead = altered(calm, failed=np.ones(len(calm.canary), np.bool_))
    for traffic in (calm, dead):
        for judge in ("sequential", KAYENTA):
            said = once(traffic, Rules(judge=judge))
            written = json.loads(json.dumps(asdict(said), allow_nan=False))
            assert written["findings"] and written["distributions"]


def test_charts_count_every_warm_request(calm: Traffic) -> None:
    said = once(calm)
    assert [one.metric for one in said.distributions] == ["latency", "calls", "size"]
    for one in said.distributions:
        assert len(one.edges) == len(one.baseline) + 1 <= 32
        assert sum(one.baseline) == int((~calm.baseline.cold).sum())
        assert sum(one.canary) == int((~calm.canary.cold).sum())


def test_kayentas_judge_judges_by_minute(calm: Traffic) -> None:
    rules = Rules(judge=KAYENTA, most=1200.0)
    assert once(calm, rules).verdict in (PASS, INCONCLUSIVE)
    dead = altered(calm, failed=np.ones(len(calm.canary), np.bool_), took=calm.canary.took * 9)
    said = once(dead, rules)
    assert said.verdict == FAIL and "errors" in said.words
    assert watch(calm, rules, seconds=200)[0].verdict == WATCHING
    assert NONE.name == "none"
