"""The rule of what may be forgotten."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from stagedoor.decide import retain
from stagedoor.model.release import Release
from stagedoor.model.settings import Keep
from stagedoor.model.version import Version

DAY = 86400.0
KEEP = replace(Keep(), releases=2, versions=1, unused=DAY)


def version(patch: int, days: float = 100) -> Version:
    return Version("app", f"1.0.{patch}", f"d{patch}", f"s{patch}", "none", "3.11", {}, "ada", 200 * DAY - days * DAY)


def release(number: int, patch: int, stack: str = "test") -> Release:
    return Release("app", 1, stack, number, f"1.0.{patch}", {}, [], "ada", 0.0, "deploy")


def decide(
    versions: list[Version], releases: list[Release], current: int, running: frozenset[str] = frozenset()
) -> set[str]:
    pointed = frozenset({("app", 1, "test", current)})
    found = retain.decide(200 * DAY, versions, releases, pointed, frozenset(("app", one) for one in running), KEEP)
    assert all(one.reason for one in found)
    return {one.version or f"release {one.release[2]}" for one in found}


def test_old_releases_go_and_with_them_the_versions_only_they_held() -> None:
    versions = [version(n) for n in range(5)]
    releases = [release(n + 1, n) for n in range(4)]
    assert decide(versions, releases, 4) == {"release 1", "release 2", "1.0.0", "1.0.1"}


def test_what_a_line_runs_stays_however_old_its_release_is() -> None:
    versions = [version(n) for n in range(5)]
    releases = [release(n + 1, n) for n in range(4)]
    assert decide(versions, releases, 1) == {"release 2", "1.0.1"}


def test_what_a_kept_release_went_back_to_stays_so_that_the_way_back_goes_on() -> None:
    versions = [version(n) for n in range(5)]
    releases = [release(n + 1, n) for n in range(3)] + [replace(release(4, 1), restores=2), release(5, 4)]
    assert decide(versions, releases, 4) == {"release 1", "release 3", "1.0.0", "1.0.2", "1.0.3"}


def test_what_still_runs_somewhere_or_is_young_stays() -> None:
    versions = [version(0), version(1, days=0.5), version(2), version(3)]
    assert decide(versions, [], 0, frozenset({"1.0.0"})) == {"1.0.2"}


@given(
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["test", "prod"])), max_size=12),
    st.integers(0, 12),
    st.lists(st.floats(0, 50), min_size=7, max_size=7),
)
def test_every_release_that_is_left_finds_its_version(
    made: list[tuple[int, str]], current: int, ages: list[float]
) -> None:
    versions = [version(n, days) for n, days in enumerate(ages)]
    releases = [release(n + 1, patch, stack) for n, (patch, stack) in enumerate(made)]
    pointed = frozenset({("app", 1, "test", current), ("app", 1, "prod", current)})
    found = retain.decide(200 * DAY, versions, releases, pointed, frozenset(), KEEP)
    gone = {one.version for one in found if one.version}
    forgotten = {one.release for one in found if not one.version}
    left = [one for one in releases if (1, one.stack, one.number) not in forgotten]
    assert not gone & {one.version for one in left}
    assert all(one in left for one in releases if one.number == current)
    for stack in ("test", "prod"):
        assert len([one for one in left if one.stack == stack]) >= min(
            2, len([r for r in releases if r.stack == stack])
        )
