"""When the judge looks, and what part of its chance of a false alarm each look may use up.

A look is due when the requests of both arms together have grown by a factor since the last one: a rule that does not
know which arm anything came from. What may be spent until a time t is a fixed function, alpha t / (1 + t), as Lan and
DeMets have it (Discrete sequential boundaries for clinical trials, Biometrika 70, 1983); a look gets what the function
grew by since the look before. Looks and metrics add up by the union bound, so nothing is assumed of how they depend on
each other, and the promise holds however long it goes on: A(t) stays below alpha.

A sample that began anew is another epoch. Each epoch owns a part of alpha, and what an ended one left is given up.
"""

from dataclasses import replace

from stagedoor.model.judgement import Looked

FIRST = 50  # Requests of both arms: fewer cannot say anything at the first look's alpha.
GROWTH = 1.3
_FIRST_EPOCH = 0.8  # Of alpha; the next gets half of the rest, and so on.


def due(looked: Looked, requests: int, needed: int, seconds: float = 0.0, planned: float = 0.0) -> bool:
    """Whether it is time for a look at `requests` of both arms, of which `needed` are planned.

    `seconds` have passed of the `planned` ones: once there are requests enough, time counts as well, so that what is
    measured by stretches of time is looked at even though nobody counts requests any more.
    """
    if requests < FIRST:
        return False
    if looked.requests < needed <= requests:
        return True
    if requests >= looked.requests * GROWTH:
        return True
    return requests >= needed and _late(looked, needed, seconds, planned)


def _late(looked: Looked, needed: int, seconds: float, planned: float) -> bool:
    """Time has grown by the factor since the last look, as far as what is spent says when that was."""
    return planned > 0 and seconds / planned >= GROWTH * max(1.0, looked.requests / needed, elapsed(looked))


def elapsed(looked: Looked) -> float:
    """The t of the last look; 0 before the first one of its epoch. Kept in `looked.spent`, in units of alpha."""
    used = (looked.spent - begin(looked.epoch)) / part(looked.epoch)
    return used / (1 - used) if 0 < used < 1 else 0.0


def spend(
    looked: Looked, requests: int, needed: int, seconds: float = 0.0, planned: float = 0.0
) -> tuple[float, Looked]:
    """(part of alpha for this look, what to keep). `looked.spent` counts in units of alpha, and stays below 1."""
    before = elapsed(looked)
    now = requests / needed
    if requests >= needed and planned > 0:
        now = max(now, seconds / planned)
    if now <= before:
        return 0.0, replace(looked, looks=looked.looks + 1, requests=requests)
    gained = now / (1 + now) - before / (1 + before)
    spent = begin(looked.epoch) + part(looked.epoch) * now / (1 + now)
    return gained * part(looked.epoch), replace(looked, looks=looked.looks + 1, requests=requests, spent=spent)


def part(epoch: int) -> float:
    """Of alpha, for this epoch: 0.8, then 0.1, 0.05, 0.025 and so on: 1 in all."""
    return _FIRST_EPOCH if epoch <= 0 else (1 - _FIRST_EPOCH) * 0.5**epoch


def begin(epoch: int) -> float:
    """The sum of the parts of all epochs before."""
    return 0.0 if epoch <= 0 else 1 - (1 - _FIRST_EPOCH) * 0.5 ** (epoch - 1)


def planned_part() -> float:
    """Of alpha, at a look at t = 1 in the first epoch: what a plan reckons with."""
    return part(0) * (0.5 - (1 / GROWTH) / (1 + 1 / GROWTH))
