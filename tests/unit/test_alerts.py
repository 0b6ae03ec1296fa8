"""Alerts as timelines: minutes of made-up endpoints, looked at every ten seconds of virtual time."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from stagedoor.decide.alert import facts
from stagedoor.decide.alert.backtest import Replay
from stagedoor.decide.alert.chance import at_least, surprise
from stagedoor.decide.alert.hold import Hold, Turn
from stagedoor.decide.alert.judge import decide
from stagedoor.decide.alert.series import DAY, HOUR, MINUTE
from stagedoor.decide.alert.settings import DEFAULT
from stagedoor.decide.alert.verdict import BURN, CERTIFICATE, ERRORS, LATENCY, TRAFFIC, Subject, Verdict
from stagedoor.model import sketch
from stagedoor.model.instance import End
from stagedoor.model.minute import Minute

START = 1_000_000_020 // MINUTE * MINUTE


@dataclass
class Endpoint:
    """So many requests a minute, of which so many fail, each taking so many seconds, more or less."""

    rate: float = 600
    errors: float = 0.0
    seconds: float = 0.05
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def minute(self, at: int, part: float = 1.0, **now: float) -> Minute:
        rate, share = now.get("rate", self.rate), now.get("errors", self.errors)
        requests = round(rate * part * self.chance.gauss(1, 0.03))
        typical = now.get("seconds", self.seconds) * 1e6
        times = Counter(sketch.bucket(int(typical * self.chance.lognormvariate(0, 0.3))) for _ in range(requests))
        errors = round(requests * share)
        return Minute(at, "tv-home", "1.0.0", "prod", "GET /rows", requests, errors, latencies=times)

    def past(self, minutes: int = 70, until: int = START) -> list[Minute]:
        return [self.minute(at) for at in range(until - minutes * MINUTE, until, MINUTE)]


def rules(now: float, history: Iterable[Minute]) -> set[str]:
    return {one.subject.rule for one in decide(now, history)}


def test_a_quiet_endpoint_is_left_alone() -> None:
    one = Endpoint(errors=0.0005)
    history = one.past()
    for ten in range(1, 7):
        assert rules(START + ten * 10 + 2, [*history, one.minute(START, ten / 6)]) == set()


def test_errors_latency_and_traffic_are_found_within_a_minute_of_their_begin() -> None:
    for change, rule in (({"errors": 0.2}, ERRORS), ({"seconds": 0.15}, LATENCY), ({"rate": 60}, TRAFFIC)):
        one = Endpoint()
        found = rules(START + 42, [*one.past(), one.minute(START, 40 / 60, **change)])
        assert rule in found, change


def test_few_requests_wake_nobody_whatever_they_do() -> None:
    one = Endpoint(rate=2)
    history = one.past(300)
    assert rules(START + 62, [*history, one.minute(START, errors=1.0, seconds=3.0)]) == set()


def test_an_endpoint_that_always_fails_a_little_is_held_against_that() -> None:
    one = Endpoint(errors=0.05)
    assert ERRORS not in rules(START + 62, [*one.past(), one.minute(START, errors=0.07)])
    assert ERRORS in rules(START + 62, [*one.past(), one.minute(START, errors=0.25)])


def test_a_steep_morning_is_no_surprise_once_there_was_one_before() -> None:
    one = Endpoint()

    def rate(at: int) -> float:
        return 600 * (4.0 if (at - START) % DAY < DAY // 2 else 1.0)

    days = [one.minute(at, rate=rate(at)) for at in range(START - 3 * DAY, START, MINUTE)]
    known = [minute for minute in days if minute.at > START - 2 * HOUR or (minute.at - START) % DAY < 2 * HOUR
             or (minute.at - START) % DAY > 22 * HOUR]  # fmt: skip
    now = one.minute(START, 0.5, rate=2400)
    assert TRAFFIC in rules(START + 32, [*days[-120:], now])
    assert TRAFFIC not in rules(START + 32, [*known, now])


def test_a_burn_is_told_by_how_often_it_uses_up_what_the_objective_allows() -> None:
    one = Endpoint(rate=100, errors=0.0)
    history = one.past(300, START - 20 * MINUTE) + [
        one.minute(at, errors=0.09) for at in range(START - 20 * MINUTE, START, MINUTE)
    ]
    verdict = next(one for one in decide(START + 2, history) if one.subject.rule == BURN)
    assert verdict.figures["burn"] > 14.4 and "objective" in verdict.reason


def test_the_reason_says_the_figures_and_what_they_were_held_against() -> None:
    one = Endpoint()
    verdict = next(
        v for v in decide(START + 62, [*one.past(), one.minute(START, errors=0.2)]) if v.subject.rule == ERRORS
    )
    assert "20.0%" in verdict.reason and "usual are 0.00%" in verdict.reason


BAD = Verdict(Subject(TRAFFIC, "tv-home", "prod", "GET /rows"), "1.0.0", "bad", sure=False)


def timeline(looks: str, hold: Hold, begin: float = 0.0) -> list[tuple[float, Turn]]:
    """`x` is a bad look, `.` one that is well; ten seconds each."""
    found = []
    for number, look in enumerate(looks):
        now = begin + number * 10
        found += [(now, turn) for turn in hold.step(now, [BAD] if look == "x" else [])]
    return found


def test_an_alert_resolves_after_it_was_well_for_five_minutes() -> None:
    turned = timeline("x" * 10 + "." * 35, Hold())
    assert [(turn.alarm.times, turn.again) for _, turn in turned] == [(1, False), (1, False)]
    assert turned[1][0] - 90 == DEFAULT.settle


def test_one_that_comes_back_is_the_same_one_and_nobody_is_told_again() -> None:
    hold = Hold()
    turned = timeline(("xxx" + "." * 40) * 3, hold)
    assert [turn.again for _, turn in turned] == [False, False, True, False, True, False]
    assert len(hold.alarms) == 1 and hold.alarms[BAD.subject].times == 3
    assert hold.alarms[BAD.subject].began == 0


def test_what_flickers_within_the_five_minutes_fires_once() -> None:
    assert len(timeline("xx..xx....xx" * 5, Hold())) == 1


def test_a_backtest_says_when_rules_would_have_fired() -> None:
    one = Endpoint()
    replay = Replay(START, most=10)
    replay.feed(START - HOUR, START, one.past(60))
    bad = {30, 31, 32}
    minutes = [one.minute(START + n * MINUTE, errors=0.2 if n in bad else 0.0) for n in range(60)]
    replay.feed(START, START + HOUR, minutes)
    assert replay.by_rule[ERRORS] == 1 and replay.minutes == 60
    fired = next(alarm for alarm in replay.alarms if alarm.verdict.subject.rule == ERRORS)
    assert 0 <= fired.began - (START + 30 * MINUTE) <= 62 and fired.ended > fired.began


def test_facts_are_told_at_once() -> None:
    ends = [End(n, f"i{n}", "d", "tv-home", "1.0.0", "prod", 1, 100.0 + n, 3.0, "exit", "exit 1") for n in range(3)]
    assert facts.crash_loops(110.0, ends[:2]) == []
    loop = facts.crash_loops(110.0, ends)[0]
    assert "3 instances died" in loop.reason and "exit 1" in loop.reason
    assert facts.crash_loops(110.0 + HOUR, ends) == []
    assert [one.subject.endpoint for one in facts.breakers({"films/rows": "7 of 10 failed"})] == ["films.rows"]
    assert facts.certificates(0.0, {"edge": 20 * DAY}) == []
    assert facts.certificates(0.0, {"edge": 13 * DAY})[0].subject.rule == CERTIFICATE
    assert len(Hold().step(1.0, [loop])) == 1


def test_tails_are_those_of_the_tables() -> None:
    assert abs(at_least(3, 10, 0.1) - 0.0702) < 1e-4
    assert abs(at_least(0, 10, 0.1) - 1.0) < 1e-9
    assert surprise(100, 100, 0.1) == 0.0
    assert surprise(0, 25, 0.0) < -8 < surprise(0, 4, 0.0) < -2
