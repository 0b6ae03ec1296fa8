"""How many containers wait ahead for whoever starts next: by how many started at once before."""

from collections.abc import Sequence
from dataclasses import dataclass

_AT_ONCE = 2.0  # Seconds in which no refill can help: what starts within them must have been there.
_MEMORY = 600.0  # Seconds for which a burst is remembered.
_RECENT = 3600.0  # Seconds after a kind's last use for which one of it waits ahead.


@dataclass(frozen=True, slots=True)
class Wanted:
    waiting: int
    reason: str


def generic(now: float, starts: Sequence[float], least: int, most: int) -> Wanted:
    """Containers that are nobody's. `starts` are the times of starts that took one, in order."""
    burst = _burst(now, starts)
    waiting = max(least, min(most, least + burst))
    return Wanted(waiting, f"{least} at the least, and {burst} started at once lately")


def prepared(now: float, starts: Sequence[float], room: int) -> Wanted:
    """Containers of one kind, its dependencies imported. `room` is how many more may wait on this machine."""
    if not starts or now - starts[-1] > _RECENT:
        return Wanted(0, "none of its kind started lately")
    burst = max(1, _burst(now, starts))
    return Wanted(min(room, burst), f"{burst} of its kind started at once lately")


def _burst(now: float, starts: Sequence[float]) -> int:
    """The most starts within a moment that are remembered."""
    recent = [at for at in starts if now - at <= _MEMORY]
    most = first = 0
    for last, at in enumerate(recent):
        while at - recent[first] > _AT_ONCE:
            first += 1
        most = max(most, last - first + 1)
    return most
