"""How many instances: the decision alone, in virtual time, on the loads on which others swing."""

import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagedoor.decide import capacity, crash, leak, pool, scale, weight
from stagedoor.decide.scale import Sample
from stagedoor.model.scaling import Scaling

STEP = 0.25
SCALING = Scaling(min=0, max=20, concurrency=32, idle=300.0)
EACH = scale.target(SCALING.concurrency)


@dataclass
class World:
    """A deployment under a load, looked at as control looks at it."""

    scaling: Scaling = SCALING
    now: float = 1000.0
    current: int = 1
    samples: deque[Sample] = field(default_factory=lambda: deque(maxlen=400))
    quiet_since: float = 1000.0
    changed_at: float = 0.0
    steps: list[tuple[float, int, int, str]] = field(default_factory=list)

    def run(self, seconds: float, load: Callable[[float], float], cpu: float = 0.0) -> None:
        for _ in range(int(seconds / STEP)):
            self.now += STEP
            busy = load(self.now)
            if busy:
                self.quiet_since = self.now
            self.samples.append(Sample(self.now, busy, cpu))
            decision = scale.decide(
                self.now, self.samples, self.current, self.scaling, cores=1.0, machine_cores=4,
                quiet_since=self.quiet_since, changed_at=self.changed_at,
            )  # fmt: skip
            if decision.instances != self.current:
                self.steps.append((self.now, self.current, decision.instances, decision.reason))
                self.current, self.changed_at = decision.instances, self.now

    @property
    def turns(self) -> int:
        """Changes of direction."""
        signs = [1 if after > before else -1 for _, before, after, _ in self.steps]
        return sum(one != other for one, other in pairwise(signs))


def test_a_step_is_answered_within_a_second_with_enough() -> None:
    world = World()
    world.run(120, lambda _: 10)
    began = world.now
    world.run(2, lambda _: 200)
    assert world.steps[0][0] - began <= 1.0
    assert world.current == math.ceil(200 / EACH)
    assert "requests in flight" in world.steps[-1][3]


@pytest.mark.parametrize("share", [0.9, 0.98, 1.0, 1.02, 1.1])
def test_a_constant_load_near_a_border_does_not_swing(share: float) -> None:
    noise = random.Random(7)
    world = World()
    world.run(600, lambda _: max(0.0, noise.gauss(EACH * share, math.sqrt(EACH))))
    assert world.turns <= 1
    assert world.current <= 2


def test_a_short_burst_on_a_long_base_goes_up_and_down_once() -> None:
    noise = random.Random(3)
    world = World()

    def load(now: float) -> float:
        return noise.gauss(20, 4) + (150 if 1100 <= now < 1104 else 0)

    world.run(600, load)
    assert world.turns <= 2
    assert max(after for *_, after, _ in world.steps) >= 6
    assert world.current <= 2


def test_nothing_goes_away_while_the_last_minute_needed_it() -> None:
    world = World()
    world.run(10, lambda _: 100)
    most = world.current
    world.run(scale.STABLE - 5, lambda _: 1)
    assert world.current == most
    world.run(20, lambda _: 1)
    assert world.current == 1


def test_it_sleeps_after_its_idle_time_and_not_before() -> None:
    world = World()
    world.run(30, lambda _: 5)
    world.run(SCALING.idle - 1, lambda _: 0)
    assert world.current == 1
    world.run(2, lambda _: 0)
    assert world.current == 0
    assert "no request" in world.steps[-1][3]


def test_with_a_minimum_it_never_sleeps() -> None:
    world = World(scaling=Scaling(min=2, max=4, concurrency=32, idle=10.0))
    world.run(600, lambda _: 0)
    assert world.current == 2


def test_cpu_adds_instances_but_never_more_than_there_are_cores() -> None:
    world = World()
    world.run(10, lambda _: 2, cpu=0.95)
    assert world.current == 2
    world.run(10, lambda _: 2, cpu=40.0)
    assert world.current == 4
    assert "cores in use" in world.steps[-1][3]


def test_a_fixed_number_is_kept() -> None:
    decision = scale.decide(
        1.0, [], 1, SCALING, cores=1.0, machine_cores=2, quiet_since=0.0, changed_at=0.0, fixed=5
    )  # fmt: skip
    assert decision.instances == 5
    assert "asked" in decision.reason


@given(
    loads=st.lists(st.floats(0, 5000), min_size=1, max_size=300),
    least=st.integers(0, 5), more=st.integers(0, 10), concurrency=st.integers(1, 100),
)  # fmt: skip
def test_bounds_hold_for_every_load(loads: list[float], least: int, more: int, concurrency: int) -> None:
    most = max(1, least + more)
    world = World(scaling=Scaling(min=least, max=most, concurrency=concurrency, idle=5.0))
    for load in loads:
        world.run(STEP, lambda _, load=load: load)  # type: ignore[misc]
    assert world.current <= most
    assert world.current >= least


def test_memory_that_grows_is_replaced_before_its_limit() -> None:
    limit = 256_000_000
    samples = [(t * 2.0, 40_000_000 + int(t * 2_000_000)) for t in range(120)]
    verdicts = [leak.forecast(samples[:n], limit) for n in range(1, len(samples))]
    first = next(n for n, one in enumerate(verdicts, 1) if one.replace)
    assert samples[first][1] < limit
    assert verdicts[first].seconds is not None
    assert "more each minute" in verdicts[first].reason


@pytest.mark.parametrize(
    "sizes",
    [
        [50_000_000] * 60,
        [50_000_000 + (30_000_000 if n % 7 == 0 else 0) for n in range(60)],
        [30_000_000 + min(n, 10) * 10_000_000 for n in range(100)],  # A cache that fills once.
    ],
)
def test_memory_that_does_not_grow_is_left_alone(sizes: list[int]) -> None:
    assert not leak.forecast([(n * 2.0, size) for n, size in enumerate(sizes)], 256_000_000).replace


@pytest.mark.parametrize("start", [0.3, 0.49, 0.5, 0.51, 0.89, 0.95])
def test_only_what_may_be_replaced_needs_a_forecast(start: float) -> None:
    limit = 100_000_000
    samples = [(n * 1.0, int(limit * start) + n * 500_000) for n in range(30)]
    verdict = leak.forecast(samples, limit)
    assert verdict.replace is (samples[-1][1] > limit * 0.5)
    assert leak.may_be_replaced(samples[-1][1], limit) or not verdict.replace


def test_the_pool_remembers_the_largest_burst() -> None:
    burst = [100.0 + n * 0.01 for n in range(30)]
    assert pool.generic(105.0, burst, 4, 48).waiting == 34
    assert pool.generic(105.0, burst, 4, 20).waiting == 20
    assert pool.generic(100.0 + 3600, burst, 4, 48).waiting == 4
    spread = [n * 10.0 for n in range(30)]
    assert pool.generic(300.0, spread, 4, 48).waiting == 5


def test_a_kind_that_nobody_started_for_long_has_nothing_waiting() -> None:
    assert pool.prepared(10.0, [], 5).waiting == 0
    assert pool.prepared(10.0, [9.0], 5).waiting == 1
    assert pool.prepared(10.0 + 7200, [9.0], 5).waiting == 0
    assert pool.prepared(10.0, [9.0, 9.1, 9.2], 2).waiting == 2


def test_what_does_not_fit_is_said_with_the_figures() -> None:
    fit = capacity.fits(1_000_000_000, 900_000_000, 256_000_000)
    assert not fit.fits
    assert "256 MB are wanted, 100 MB are left" in fit.reason
    assert "900 MB are promised" in fit.reason
    assert capacity.fits(1_000_000_000, 900_000_000, 100_000_000).fits


def test_who_computes_all_the_time_gives_way_until_it_is_modest() -> None:
    assert weight.gives_way(0.9, False)
    assert not weight.gives_way(0.7, False)
    assert weight.gives_way(0.7, True)
    assert not weight.gives_way(0.4, True)


def test_only_a_new_version_that_keeps_dying_gives_the_line_back() -> None:
    assert crash.decide(1000.0, [970.0, 980.0, 985.0, 990.0], 950.0).loops
    assert not crash.decide(1000.0, [970.0, 980.0, 990.0], 950.0).loops  # One request may have done that.
    assert not crash.decide(1000.0, [980.0, 990.0], 950.0).loops
    assert not crash.decide(1000.0, [930.0, 935.0, 990.0], 950.0).loops
    assert not crash.decide(2000.0, [1970.0, 1980.0, 1990.0], 950.0).loops
