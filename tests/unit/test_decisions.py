"""Decisions read as timelines; time is an argument."""

from stagedoor.decide import restart, warm
from stagedoor.model.deployment import PREVIEW, RELEASE, Deployment, Sandbox, Spec
from stagedoor.model.settings import Keep

KEEP = Keep(warm=600.0, warm_versions=2, preview=900.0)


def deployment(
    name: str, used_at: float, *, purpose: str = RELEASE, version: str = "1.0.0", stack: str = "test"
) -> Deployment:
    sandbox = Sandbox("/usr/bin/python3", (), 1, 1.0, 1, 1)
    spec = Spec(name, "a", version, stack, "b0", (0,), sandbox, {}, 1.0, 1.0, 1.0, 1)
    return Deployment(name, "a", version, stack, purpose, 0.0, used_at, spec)


def ended(now: float, *given: Deployment, used: frozenset[str] = frozenset()) -> list[str]:
    return [one.deployment.id for one in warm.decide(now, given, used, KEEP)]


def test_the_first_death_is_forgiven_and_the_next_ones_wait_longer() -> None:
    assert restart.decide(100.0, [100.0]).pause == 0.0
    assert restart.decide(101.0, [100.0, 101.0]).pause == 0.2
    assert restart.decide(103.0, [100.0, 101.0, 102.0, 103.0]).pause == 0.8
    assert restart.decide(130.0, [float(second) for second in range(100, 130)]).pause == 10.0


def test_a_minute_without_a_death_is_forgotten() -> None:
    assert restart.decide(200.0, [100.0, 101.0, 200.0]).pause == 0.0


def test_what_lost_its_traffic_stays_warm_for_its_time() -> None:
    assert ended(599.0, deployment("old", 0.0)) == []
    assert ended(600.0, deployment("old", 0.0)) == ["old"]


def test_what_is_in_use_never_ends() -> None:
    assert ended(9999.0, deployment("old", 0.0), used=frozenset(["old"])) == []


def test_only_the_newest_stay_warm() -> None:
    given = [deployment(f"d{second}", float(second), version=f"1.0.{second}") for second in range(4)]
    assert ended(10.0, *given) == ["d1", "d0"]


def test_lines_and_stacks_are_counted_apart() -> None:
    given = [deployment(f"{stack}{n}", float(n), stack=stack) for stack in ("test", "prod") for n in range(2)]
    assert ended(10.0, *given) == []


def test_a_preview_has_a_time_of_its_own_and_counts_for_nobody() -> None:
    given = [deployment(f"p{n}", float(n), purpose=PREVIEW) for n in range(5)]
    assert ended(800.0, *given) == []
    assert ended(901.0, *given) == ["p0", "p1"]


def test_the_coldest_give_way_while_places_are_missing_in_the_reserve() -> None:
    given = [deployment(f"d{second}", float(second), stack=stack) for second, stack in enumerate(("test", "prod"))]
    assert [one.deployment.id for one in warm.decide(10.0, given, frozenset(), KEEP, short_of=1)] == ["d0"]
    assert [one.deployment.id for one in warm.decide(10.0, given, frozenset(["d0"]), KEEP, short_of=5)] == ["d1"]
    assert [one.deployment.id for one in warm.decide(700.0, given, frozenset(), KEEP, short_of=2)] == ["d0", "d1"]
