"""Limits, breakers and what is refused first: pure decisions, against services made of numbers."""

import itertools
import math
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagedoor.decide import breaker, limit, shed
from stagedoor.decide.breaker import Breaker
from stagedoor.decide.limit import BURST, LEAST, Limit

LOOK = 0.25


@dataclass
class Service:
    """So many places, each busy for `latency` a call; who finds none waits. Calls above the limit are refused."""

    places: int
    latency: float
    queue: float = 0.0
    refused: float = 0.0
    passed: float = 0.0
    limit: Limit = field(default_factory=Limit)

    def offer(self, rate: float, looks: int, timeout: float = 5.0) -> None:
        """`rate` calls a second, for so many looks of the loop."""
        for _ in range(looks):
            arriving = rate * LOOK
            capacity = self.places / self.latency * LOOK
            held = rate * self.latency  # Under way without any queue.
            room = max(0.0, (self.limit.value or math.inf) - self.queue - min(held, self.places))
            taken = min(arriving, capacity + room)
            self.refused += arriving - taken
            answered = min(taken + self.queue, capacity)
            self.queue += taken - answered
            self.passed += answered
            latency = self.latency + self.queue / (self.places / self.latency)
            in_flight = min(held, self.places) + self.queue
            self.limit = limit.look_again(self.limit, limit.Look(LOOK, round(answered), latency, in_flight), timeout)


def test_a_service_with_room_is_never_held_back() -> None:
    service = Service(places=50, latency=0.02)
    service.offer(400, 40)
    service.offer(2000, 400)  # Five times as much, all at once, and for long.
    assert service.refused == 0
    assert service.limit.value >= 2000 * 0.02


def test_mild_overload_does_not_make_the_limit_grow_without_end() -> None:
    service = Service(places=20, latency=0.1)  # 200 calls a second.
    service.offer(150, 80)
    service.offer(220, 2400)  # A tenth too much for ten minutes.
    assert LEAST <= service.limit.value <= 2.5 * 20
    assert service.queue / 200 < 0.35, "who is let in does not wait long"
    assert service.passed > 0.97 * (150 * 20 + 200 * 600)


def test_the_latency_of_light_load_does_not_drift_while_a_queue_lasts() -> None:
    service = Service(places=20, latency=0.1)
    service.offer(100, 80)
    base = service.limit.base
    service.offer(1000, 14400)  # An hour of five times too much.
    assert service.limit.base <= 1.3 * base
    assert service.limit.value <= 2.5 * 20


def test_a_service_that_became_slower_is_not_held_back_for_long() -> None:
    service = Service(places=200, latency=0.05)
    service.offer(200, 80)
    service.latency = 0.4
    service.offer(200, 60)
    refused = service.refused
    service.offer(200, 400)
    assert service.refused == refused, "after a quarter of a minute its latency is its own"


def test_without_enough_answers_there_is_no_limit() -> None:
    assert limit.look_again(Limit(), limit.Look(LOOK, 2, 9.0, 50), 5.0) == Limit()


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.floats(1e-5, 30), st.floats(0, 1e5)), max_size=60), st.floats(0.01, 60)
)
def test_a_limit_is_always_a_number_that_lets_something_through(
    looks: list[tuple[int, float, float]], timeout: float
) -> None:
    now = Limit()
    for answers, latency, in_flight in looks:
        now = limit.look_again(now, limit.Look(LOOK, answers, latency, in_flight), timeout)
        assert now.value == 0 or now.value >= LEAST
        assert now.reason
        most = max([BURST, *(4 * answers * 2 * max(latency, 0.05, timeout) for answers, latency, _ in looks)])
        assert now.value <= 10 * most


def seen(**given: float) -> breaker.Look:
    usual = {"now": 100.0, "calls": 0, "failures": 0, "new_answers": 0, "new_failures": 0, "in_flight": 0,
             "silent": 0.0, "usual": 0.05}  # fmt: skip
    return breaker.Look(**{**usual, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("look", "opens"),
    [
        (seen(calls=20, failures=10), True),
        (seen(calls=20, failures=9), False),
        (seen(calls=9, failures=9), False),
        (seen(in_flight=30, silent=1.2), True),
        (seen(in_flight=30, silent=0.5), False),
        (seen(in_flight=5, silent=9.0), False),
        (seen(in_flight=30, silent=1.2, usual=2.0), False),
        (seen(in_flight=30, silent=1.2, usual=0.0), False),
    ],
)
def test_a_breaker_opens_when_most_fails_or_nothing_comes_back(look: breaker.Look, opens: bool) -> None:
    after = breaker.look_again(Breaker(), look)
    assert after.is_open is opens
    assert bool(after.reason) is opens


def test_it_closes_after_some_answers_in_a_row_and_not_before() -> None:
    one = breaker.look_again(Breaker(), seen(calls=20, failures=20))
    one = breaker.look_again(one, seen(new_answers=2))
    one = breaker.look_again(one, seen(new_answers=1, new_failures=1))
    assert one.is_open and one.answered == 0
    one = breaker.look_again(one, seen(new_answers=2))
    assert one.is_open
    assert not breaker.look_again(one, seen(new_answers=1)).is_open


def test_the_least_important_goes_first_and_playback_lives_longest() -> None:
    for used in range(101):
        chances = [shed.chance(name, used) for name in ("low", "normal", "high", "critical")]
        assert chances == sorted(chances, reverse=True)
    assert [shed.chance(name, 50) for name in shed.BEGINS] == [0, 0, 0, 0], "half in use is no shortage"
    assert shed.chance("critical", 100) == 0
    assert {shed.chance(name, 101) for name in shed.BEGINS} == {1000}
    steps = [shed.chance("low", used) for used in range(70, 101)]
    assert max(after - before for before, after in itertools.pairwise(steps)) < 80, "no cliff"
