"""When a dead instance is started again: at once, then after growing pauses while it keeps dying."""

from collections.abc import Sequence
from dataclasses import dataclass

_WINDOW = 60.0
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0
LONG = 1.0  # A pause during which nobody should be kept waiting.


@dataclass(frozen=True, slots=True)
class Restart:
    pause: float
    reason: str


def decide(now: float, deaths: Sequence[float]) -> Restart:
    """`deaths` are the times at which instances on this door ended, the last one included."""
    recent = sum(1 for at in deaths if now - at < _WINDOW)
    if recent <= 1:
        return Restart(0.0, "the first death within a minute")
    pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (recent - 2))
    return Restart(pause, f"{recent} deaths within a minute")
