"""Recordings run again, since one version failed and the other did not: whether that is the version, or chance.

A replay can be repeated as often as one likes, here k times with each version, in turn. A request that fails by itself,
in a share q of its runs whichever the version, fails k times of k with the new version and never with the old one with
a chance of (q (1 - q))^k: at most 4^-k, however flaky it is. The first run of each is what it was chosen by, and does
not count. Recordings add up by the union bound, so that each may have a q of its own.

Half of alpha is for this, the other half for McNemar's test of the pairs as they were first seen: what fails only now
and then, though more often with the new version, is for that test to find. Of recordings in which the new version
failed the first 20 are heard. With an alpha of 0.01 it takes k = 6: 20 * 4^-6 = 0.0049; with 5 only 5 were heard.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Repeat = tuple[bool, bool]  # (old version failed, new one failed).
Repeated = Mapping[int, Sequence[Repeat]]  # By the number of the pair.
ALPHA = 0.01  # Chance of a false alarm.
MOST = 20
PART = 0.5  # Of alpha, for what is run again; the rest is for all pairs.


@dataclass(frozen=True, slots=True)
class Settled:
    """Numbers of pairs, in order. `heard`: in which the new version failed first, and that were run again.

    `harms` fail with the new version each time and never with the old one, `gains` the other way round. `chance`: did
    as at first in half of their repetitions at most. What is between these, or was repeated too seldom, is in none.
    """

    heard: tuple[int, ...] = ()
    harms: tuple[int, ...] = ()
    gains: tuple[int, ...] = ()
    chance: tuple[int, ...] = ()
    each: float = 0.0

    def spent(self, until: int) -> float:
        """The chance that any of those heard up to this pair looks like harm without being it."""
        return sum(one <= until for one in self.heard) * self.each


def times(alpha: float) -> int:
    """How often each is run again with each version, so that 20 of them keep to their part of alpha."""
    return math.ceil(math.log(MOST / (alpha * PART), 4))


def worth(pairs: Sequence[Repeat]) -> list[int]:
    """At most 20: those in which only the new version fails, then those in which only the old one does."""
    worse = [number for number, (old, new) in enumerate(pairs) if new and not old]
    better = [number for number, (old, new) in enumerate(pairs) if old and not new]
    return (worse + better)[:MOST]


def settle(pairs: Sequence[Repeat], repeated: Repeated, alpha: float) -> Settled:
    count = times(alpha)
    apart = [one for one in sorted(repeated) if repeated[one] and bool(pairs[one][0]) != bool(pairs[one][1])]
    heard = [one for one in apart if pairs[one][1]][:MOST]
    as_first = {one: sum(_same(pairs[one], each) for each in repeated[one]) for one in apart}
    always = [one for one in apart if as_first[one] == len(repeated[one]) >= count]
    return Settled(
        tuple(heard),
        tuple(one for one in always if one in heard),
        tuple(one for one in always if not pairs[one][1]),
        tuple(one for one in apart if as_first[one] * 2 <= len(repeated[one])),
        0.25**count,
    )


def _same(one: Repeat, other: Repeat) -> bool:
    return bool(one[0]) == bool(other[0]) and bool(one[1]) == bool(other[1])


REPETITIONS = times(ALPHA)
