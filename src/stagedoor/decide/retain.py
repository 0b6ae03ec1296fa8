"""Which versions and releases may be forgotten: never what a line runs, nor what a release can roll back to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stagedoor.model.release import Release
from stagedoor.model.settings import Keep
from stagedoor.model.version import Number, Version


@dataclass(frozen=True, slots=True)
class Forgotten:
    """One thing that may go: a version ("1.2.3"), or a release of a line and stack; and why."""

    application: str
    what: str
    reason: str
    version: str = ""
    release: tuple[int, str, int] = (0, "", 0)  # Major, stack, number.


def decide(
    now: float, versions: Sequence[Version], releases: Iterable[Release], current: frozenset[tuple[str, int, str, int]],
    running: frozenset[tuple[str, str]], keep: Keep,
) -> list[Forgotten]:  # fmt: skip
    """`current`: (application, major, stack, number) that lines point at; `running`: (application, version)."""
    old = _old_releases(releases, current, keep.releases)
    gone = {(one.application, one.release) for one in old}
    needed = {(one.application, one.version) for one in releases if (one.application, _key(one)) not in gone}
    return old + _old_versions(now, versions, frozenset(needed | running), keep)


def _key(one: Release) -> tuple[int, str, int]:
    return one.major, one.stack, one.number


def _old_releases(
    releases: Iterable[Release], current: frozenset[tuple[str, int, str, int]], count: int
) -> list[Forgotten]:
    lines: dict[tuple[str, int, str], list[Release]] = {}
    for one in releases:
        lines.setdefault((one.application, one.major, one.stack), []).append(one)
    found = []
    for (application, major, stack), listed in lines.items():
        newest_first = sorted(listed, key=lambda one: one.number, reverse=True)
        # What a kept release restored is what it runs; the number alone may go.
        for one in newest_first[count:]:
            if (application, major, stack, one.number) not in current:
                what = f"release {one.number} of {application} ^{major} in {stack}"
                reason = f"{count} newer ones can be rolled back to"
                found.append(Forgotten(application, what, reason, release=_key(one)))
    return found


def _old_versions(
    now: float, versions: Sequence[Version], needed: frozenset[tuple[str, str]], keep: Keep
) -> list[Forgotten]:
    lines: dict[tuple[str, int], list[Version]] = {}
    for one in versions:
        lines.setdefault((one.application, one.major), []).append(one)
    found = []
    for listed in lines.values():
        newest_first = sorted(listed, key=lambda one: Number.parse(one.number), reverse=True)
        for one in newest_first[keep.versions :]:
            age = now - one.published_at
            if age > keep.unused and (one.application, one.number) not in needed:
                reason = f"no release holds it, {keep.versions} newer ones are kept, {age / 86400:.0f} days old"
                what = f"version {one.number} of {one.application}"
                found.append(Forgotten(one.application, what, reason, version=one.number))
    return found
