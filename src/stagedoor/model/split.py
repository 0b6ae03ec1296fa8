"""Who gets which arm of a split: by a hash of the member or device, the same for as long as the split lives.

A split cuts all possible hashes into `WHOLE` parts; an arm holds some that follow each other. Splits of one line are
asked in their order, the older first: who is in an arm of one is not asked by the next, so they do not disturb each
other, and none takes from one that was there before. A share is therefore one of those who are in no older split.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WHOLE = 10_000
MOST = 3  # Splits of one line: so many times the edge looks.


@dataclass(frozen=True, slots=True)
class Part:
    """Of an arm: the hashes from `first` up to `last`, excluded, of `WHOLE`. `cohort` is what records say of it."""

    cohort: str
    first: int
    last: int

    @property
    def share(self) -> float:
        return (self.last - self.first) / WHOLE


def apart(shares: Sequence[tuple[str, float]]) -> list[Part]:
    """Arms that may each grow by themselves, as `cohort` and share of 1: each begins at a place of its own."""
    return [
        Part(cohort, number * WHOLE // len(shares), number * WHOLE // len(shares) + round(share * WHOLE))
        for number, (cohort, share) in enumerate(shares)
    ]


def prefixes(first: int, last: int) -> Iterator[str]:
    """The fewest beginnings of four digits that stand for the numbers from `first` up to `last`, excluded.

    By them one look for the longest known beginning finds an arm: no look for each of its hashes.
    """
    while first < last:
        size = WHOLE
        while first % size or first + size > last:
            size //= 10
        digits = len(str(WHOLE // size)) - 1
        yield f"{first:04d}"[:digits]
        first += size


def generation(parts: object) -> str:
    """Of what a split holds: another content has another one, so that the edge moves to it in one step."""
    return f"{zlib.crc32(repr(parts).encode()):08x}"
