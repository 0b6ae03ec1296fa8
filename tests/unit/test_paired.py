"""Paired tests of what requests did with both versions: what they find, how soon, and how seldom they cry wolf."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagedoor.decide.replay import paired, ranks, repeats, signs
from stagedoor.decide.replay.paired import calls, errors, own_time
from stagedoor.decide.replay.repeats import REPETITIONS, Repeat
from stagedoor.model.comparison import CALLS, ERRORS, OWN_TIME
from stagedoor.model.judgement import FINE, HARM, NOTICE, OPEN

RNG = np.random.default_rng


def times(seed: int, count: int, slower: float = 1.0, noise: float = 0.05) -> list[tuple[float, float]]:
    """Requests take very different own time, two runs of one nearly the same."""
    rng = RNG(seed)
    each = np.exp(rng.normal(-4, 0.6, count))[:, None] * np.exp(rng.normal(0, noise, (count, 2)))
    return [(old, new * slower) for old, new in each.tolist()]


def test_a_slower_version_is_found_with_far_fewer_requests_than_without_pairs() -> None:
    said = own_time(times(1, 400, 1.1))
    assert said.verdict == HARM and said.low < 0.1 < said.high and said.effect == pytest.approx(0.1, abs=0.02)
    assert 10 <= said.needed <= 60 and said.unpaired > 20 * said.needed
    assert said.reason.startswith("own time is 10 % more")


def test_without_pairs_it_takes_as_many_as_a_test_of_two_arms() -> None:
    """4 (z sigma / delta)^2 of both arms, with the z of the alpha at which the pairs were seen."""
    said = own_time(times(2, 400, 1.1))
    at = paired.first(OWN_TIME, paired.apart(OWN_TIME, times(2, 400, 1.1)))[1]
    expected = 4 * (paired.bound(at) * 0.6 / math.log1p(said.effect)) ** 2
    assert said.unpaired == pytest.approx(expected, rel=0.15)
    rng = RNG(3)
    names = rng.choice(["GET /a", "GET /b"], 400)
    mixed = [
        (old * 50, new * 50) if name == "GET /a" else (old, new)
        for (old, new), name in zip(times(2, 400, 1.1), names, strict=True)
    ]
    assert own_time(mixed).unpaired > 5 * own_time(mixed, strata=list(names)).unpaired
    assert own_time(mixed, strata=list(names)).unpaired == pytest.approx(said.unpaired, rel=0.05)


def test_errors_of_the_new_version_only_are_found() -> None:
    pairs = [(False, False)] * 990 + [(False, True)] * 10
    said = errors(pairs)
    assert said.verdict == HARM and said.effect == pytest.approx(0.01) and said.low > 0
    assert said.p == pytest.approx(0.5**10) and said.needed == 1000
    assert (
        said.reason
        == "1.0 % more requests fail: 10 of 1,000 pairs fail with the new version only, 0 with the old one only"
    )
    assert errors([(new, old) for old, new in pairs]).verdict == FINE


def test_errors_that_both_versions_have_say_nothing() -> None:
    assert errors([(True, True)] * 300 + [(False, False)] * 700).p == 1.0


def test_one_more_call_of_each_request_shows_after_ten() -> None:
    said = calls([(one % 5, one % 5 + 1) for one in range(100)])
    assert said.verdict == HARM and (said.effect, said.low, said.high) == (1.0, 1.0, 1.0)
    assert said.needed == 10 and 50 < said.unpaired < 80


def test_what_is_sure_but_too_small_to_matter_is_told() -> None:
    said = own_time(times(4, 2000, 1.02))
    assert said.verdict == NOTICE and said.p < 0.01 and "own time is " in said.reason and 0.012 < said.effect < 0.028


def test_a_faster_version_is_fine() -> None:
    said = own_time(times(5, 200, 0.7))
    assert said.verdict == FINE and said.high < 0 and said.needed == said.unpaired == 0
    assert said.reason.startswith("own time is 30 % less")


@pytest.mark.parametrize(("test", "pair"), [(errors, (False, True)), (own_time, (1.0, 9.0)), (calls, (1, 9))])
def test_fewer_than_ten_pairs_say_nothing(test, pair) -> None:  # type: ignore[no-untyped-def]
    said = test([pair] * 9)
    assert (said.verdict, said.p, said.pairs) == (OPEN, 1.0, 9) and "9 of at least 10 pairs" in said.reason
    assert test([]).verdict == OPEN
    assert test([pair] * 30).verdict == HARM


def test_own_time_that_was_not_measured_is_left_out() -> None:
    assert own_time([(0.0, 1.0)] * 50 + times(6, 30)).pairs == 30
    assert own_time([(0.0, 0.0)] * 50).verdict == OPEN


def test_what_cannot_be_excluded_is_open() -> None:
    said = own_time(times(7, 12, noise=0.8))
    assert said.verdict == OPEN and said.reason.endswith("it cannot be told yet whether that is harm")
    assert errors([(False, False)] * 30).verdict == OPEN and errors([(False, False)] * 2000).verdict == FINE


@pytest.mark.parametrize("count", [40, 200])
def test_false_alarms_on_noise_are_as_rare_as_alpha(count: int) -> None:
    runs = 400
    slow = sum(own_time(times(seed, count), alpha=0.05).p <= 0.05 for seed in range(runs))
    rng = RNG(8)
    fail = sum(errors(rng.random((count, 2)) < 0.1, alpha=0.05).p <= 0.05 for _ in range(runs))  # type: ignore[arg-type]
    more = sum(calls(rng.poisson(3, (count, 2)), alpha=0.05).p <= 0.05 for _ in range(runs))  # type: ignore[arg-type]
    assert 0.02 * runs <= slow <= 0.08 * runs
    assert fail <= 0.07 * runs and more <= 0.07 * runs


def test_looking_as_pairs_come_keeps_the_promise() -> None:
    rng, runs = RNG(9), 400
    alarms = {
        OWN_TIME: sum(paired.first(OWN_TIME, rng.normal(0, 1, 600), 0.05)[0] > 0 for _ in range(runs)),
        ERRORS: sum(paired.first(ERRORS, rng.integers(-1, 2, 600) * 1.0, 0.05)[0] > 0 for _ in range(runs)),
        CALLS: sum(paired.first(CALLS, rng.integers(-2, 3, 600) * 1.0, 0.05)[0] > 0 for _ in range(runs)),
    }
    assert all(one <= 0.05 * runs for one in alarms.values()), alarms


@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=10, max_size=60), st.sampled_from([0.01, 0.05]))
def test_bounds_of_a_share_enclose_it_and_turn_with_the_sides(values: list[float], alpha: float) -> None:
    away = np.array(values)
    low, high = signs.share_bounds(away, alpha)
    assert -1 <= low <= signs.mean(away) <= high <= 1
    assert signs.share_bounds(-away, alpha) == pytest.approx((-high, -low), abs=1e-9)


def test_bounds_of_a_share_are_those_at_which_the_score_test_would_just_see_it() -> None:
    """Held against the likeliest shares as a search finds them, instead of by Tango's formula."""
    more, less, count = 12, 2, 60
    low, high = signs.share_bounds(np.repeat([1.0, -1.0, 0.0], [more, less, count - more - less]), 0.025)
    for apart in (low, high):
        fewer = np.linspace(max(0.0, -apart), (1 - apart) / 2, 200_003)[1:-1]
        rest = np.log1p(-apart - 2 * fewer) * (count - more - less)
        likeliest = fewer[np.argmax(more * np.log(fewer + apart) + less * np.log(fewer) + rest)]
        deviation = math.sqrt((2 * likeliest + apart - apart**2) / count)
        assert abs((more - less) / count - apart) / deviation == pytest.approx(1.96, abs=1e-3)
    low, high = signs.share_bounds(np.zeros(100), 0.025)
    assert high == pytest.approx(1.96**2 / (100 + 1.96**2), abs=1e-4) and low == pytest.approx(-high)


@given(st.lists(st.floats(-3, 3), min_size=10, max_size=120))
def test_the_estimate_lies_between_its_bounds(values: list[float]) -> None:
    away = np.array(values)
    low, high = ranks.bounds(away, 0.01)
    assert away.min() - 1e-9 <= low <= ranks.middle(away) + 1e-9 <= high + 2e-9 <= away.max() + 3e-9


def test_the_estimate_is_the_median_of_means_of_two() -> None:
    away = RNG(10).normal(0.3, 1, 75)
    walsh = ((away[:, None] + away) / 2)[np.triu_indices(75)]
    assert ranks.middle(away) == pytest.approx(np.median(walsh), abs=0.01)
    low, high = ranks.bounds(away, 0.025)
    reach = 1.96 * math.sqrt(75 * 76 * 151 / 24)
    ordered = np.sort(walsh)
    assert low == pytest.approx(ordered[int(len(walsh) / 2 - reach)], abs=0.02)
    assert high == pytest.approx(ordered[int(len(walsh) / 2 + reach)], abs=0.02)


def test_signed_ranks_are_exact_for_few_and_nearly_so_for_many() -> None:
    assert ranks.chance(np.arange(1.0, 11)) == pytest.approx(0.5**10)
    assert ranks.chance(np.zeros(20)) == 1.0
    away = RNG(11).normal(0.3, 1, 80)
    assert ranks.chance(away) == pytest.approx(ranks.ndtr(-ranks._z(away)), rel=0.15)
    assert ranks.chance(np.append(away, 1e-9)) == pytest.approx(ranks.chance(away), rel=0.15)


# What was run again.

SOUND, WORSE, BETTER = (False, False), (False, True), (True, False)


def test_six_repetitions_keep_twenty_recordings_to_half_of_alpha() -> None:
    assert REPETITIONS == repeats.times(0.01) == 6
    for alpha in (0.05, 0.01, 0.00625, 0.001):
        count = repeats.times(alpha)
        assert repeats.MOST * 0.25**count <= alpha / 2 < repeats.MOST * 0.25 ** (count - 1)


def test_one_request_that_fails_every_time_is_harm_at_once() -> None:
    pairs = [SOUND] * 400 + [WORSE] + [SOUND] * 599
    assert errors(pairs).verdict != HARM
    said = errors(pairs, repeated={400: [WORSE] * 6}, strata=["GET /home"] * 1000, version="2.0.0")
    assert said.verdict == HARM and said.effect == pytest.approx(0.001) and said.needed == 401
    assert said.p == pytest.approx(2 * 0.25**6) and said.unpaired > 10 * said.needed
    assert said.reason == (
        "1 request fails with 2.0.0 every time it is run again, 6 of 6, and never with the old version: GET /home"
    )
    assert errors([WORSE], repeated={0: [WORSE] * 6}).verdict == HARM


def test_reasons_tell_where_most_of_them_are() -> None:
    names = ["GET /a", "GET /b", "GET /b", "GET /c", "GET /d"] + ["GET /e"] * 20
    said = errors([WORSE] * 5 + [SOUND] * 20, repeated=dict.fromkeys(range(5), [WORSE] * 6), strata=names)
    assert said.reason == (
        "5 requests fail with the new version every time they are run again, 6 of 6, and never with the old version: "
        "GET /b (2), GET /a, GET /c and 1 more"
    )


def test_what_the_old_version_fails_every_time_is_an_improvement() -> None:
    pairs = [BETTER] + [SOUND] * 1999
    said = errors(pairs, repeated={0: [BETTER] * 6})
    assert said.verdict == FINE and said.effect < 0 and said.needed == 0
    assert said.reason.startswith("1 request fails with the old version every time it is run again, 6 of 6, and never")
    both = errors([WORSE, *pairs], repeated={0: [WORSE] * 6, 1: [BETTER] * 6})
    assert both.verdict == HARM and both.effect == 0 and both.unpaired == 0


@pytest.mark.parametrize("again", [[SOUND] * 6, [(True, True)] * 6, [SOUND], [WORSE, BETTER] * 3, [BETTER] * 6])
def test_what_does_not_repeat_counts_in_neither_direction(again: list[Repeat]) -> None:
    pairs = [WORSE, WORSE, BETTER] + [SOUND] * 1997
    turned = [(new, old) for old, new in again]
    said = errors(pairs, repeated={0: again, 1: again, 2: turned})
    assert (said.verdict, said.effect) == (FINE, 0.0) and said.low == pytest.approx(-said.high)
    assert "0 of 2,000 pairs fail with the new version only, 0 with the old one only; 3 more did not" in said.reason


@pytest.mark.parametrize("again", [[WORSE] * 5, [*[WORSE] * 5, SOUND]])
def test_what_nearly_repeats_or_was_repeated_too_seldom_stays_as_first_seen(again: list[Repeat]) -> None:
    said = errors([WORSE] + [SOUND] * 1999, repeated={0: again})
    assert said.verdict != HARM and said.effect == pytest.approx(1 / 2000)


def test_a_version_that_fails_now_and_then_is_left_to_mcnemars_test() -> None:
    """Nothing repeats, but so many the one way and none the other is no chance."""
    pairs = [WORSE] * 15 + [SOUND] * 985
    said = errors(pairs, repeated=dict.fromkeys(range(15), [SOUND] * 6))
    assert said.verdict == HARM and said.p == pytest.approx(2 * 0.5**15) and said.effect == pytest.approx(0.015)
    few = errors(pairs[8:], repeated=dict.fromkeys(range(7), [SOUND] * 6))
    assert few.verdict != HARM and few.effect == 0


def test_only_the_first_twenty_are_heard() -> None:
    pairs = [SOUND] * 1000 + [WORSE] * 21 + [BETTER] * 40
    assert repeats.worth(pairs) == list(range(1000, 1020))
    assert repeats.worth(pairs[1018:]) == [0, 1, 2, *range(3, 20)]
    settled = repeats.settle(pairs, {number: [WORSE] * 6 for number in range(1000, 1021)}, 0.01)
    assert len(settled.harms) == 20 and settled.spent(1002) == pytest.approx(3 * 0.25**6)
    late = {number: [SOUND] * 6 for number in range(1000, 1020)} | {1020: [WORSE] * 6}
    assert repeats.settle(pairs, late, 0.01).harms == ()


def flaky(rng: np.random.Generator, count: int, worse: float = 0.0) -> tuple[list[Repeat], dict[int, list[Repeat]]]:
    """Each request fails in a share of runs of its own, most never; `worse` of them each time with the new version."""
    own = np.where(rng.random(count) < 0.3, rng.random(count), 0.0)
    chance = np.stack([own, np.where(rng.random(count) < worse, 1.0, own)], axis=1)
    pairs = [(old, new) for old, new in (rng.random((count, 2)) < chance).tolist()]
    again = {
        one: [(old, new) for old, new in (rng.random((6, 2)) < chance[one]).tolist()] for one in repeats.worth(pairs)
    }
    return pairs, again


def test_requests_that_are_flaky_each_in_its_own_way_raise_no_more_alarms_than_promised() -> None:
    rng, runs = RNG(12), 1500
    alarms = [0, 0]
    for _ in range(runs):
        pairs, again = flaky(rng, 300)
        alarms[0] += errors(pairs, 0.01, repeated=again).verdict == HARM
        alarms[1] += paired.first_error(pairs, again, 0.01)[0] > 0
    assert max(alarms) <= 0.015 * runs, alarms


def test_the_flakiest_of_all_are_taken_for_harm_as_seldom_as_is_reckoned() -> None:
    rng, runs = RNG(13), 4000
    pairs = [WORSE] * 20
    again = (rng.random((runs, 20, 6, 2)) < 0.5).tolist()
    harms = sum(bool(repeats.settle(pairs, dict(enumerate(each)), 0.01).harms) for each in again)
    assert harms <= 0.008 * runs


def test_harm_is_found_among_flaky_requests() -> None:
    rng = RNG(14)
    found = [paired.first_error(*flaky(rng, 1000, 0.03))[0] for _ in range(60)]
    assert all(found) and float(np.median(found)) < 100
