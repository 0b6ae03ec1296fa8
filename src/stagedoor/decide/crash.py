"""Whether a released version dies so often, so soon, that the one before should have the line back."""

from collections.abc import Sequence
from dataclasses import dataclass

_WINDOW = 60.0
_DEATHS = 4  # One request that kills who answers it, and is retried twice, ends three.
_NEW = 600.0  # Seconds for which a release is new: what dies later died of something else.


@dataclass(frozen=True, slots=True)
class Verdict:
    loops: bool
    reason: str


def decide(now: float, deaths: Sequence[float], released_at: float) -> Verdict:
    """`deaths` are the times at which its instances ended unwanted."""
    age = now - released_at
    if age > _NEW:
        return Verdict(False, f"released {age:.0f} s ago: not new")
    recent = [at for at in deaths if now - at < _WINDOW and at >= released_at]
    reason = f"{len(recent)} instances died within {_WINDOW:.0f} s, {age:.0f} s after the release"
    return Verdict(len(recent) >= _DEATHS, reason)
