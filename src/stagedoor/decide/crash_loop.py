"""Whether a program of the platform crash-loops: it ends again and again, so that restarting it fixes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

WINDOW_S = 60.0
MIN_ENDS = 3


@dataclass(frozen=True, slots=True)
class CrashLoop:
    looping: bool
    reason: str


WELL = CrashLoop(False, "")


def decide(now: float, ends: Sequence[float], *, looping: bool = False) -> CrashLoop:
    """`ends` are the times at which the program ended by itself, in order, and `looping` what was decided before.

    Three ends within a minute are a crash-loop. It is over after a minute without an end, and not when one of the ends
    has become older than that: a program that ends every 25 s has not recovered in between.
    """
    recent = sum(1 for at in ends if now - at < WINDOW_S)
    if recent >= MIN_ENDS or (looping and recent):
        times = "once" if recent == 1 else f"{recent} times"
        return CrashLoop(True, f"ended {times} within {WINDOW_S:.0f} s")
    return WELL
