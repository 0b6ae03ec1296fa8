"""Whether a program of the platform crash-loops: it ends again and again, so that restarting it mends nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

WINDOW_S = 60.0
MIN_ENDS = 3


@dataclass(frozen=True, slots=True)
class CrashLoop:
    looping: bool
    reason: str


def decide(now: float, ends: Sequence[float]) -> CrashLoop:
    """`ends` are the times at which the program ended by itself. A minute without an end is a recovery."""
    recent = sum(1 for at in ends if now - at < WINDOW_S)
    if recent < MIN_ENDS:
        return CrashLoop(False, "")
    return CrashLoop(True, f"ended {recent} times within {WINDOW_S:.0f} s")
