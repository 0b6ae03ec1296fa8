"""How long the way back took whenever it was rehearsed. In memory alone."""

from collections import deque
from dataclasses import dataclass, field

_MOST = 1000


@dataclass(slots=True)
class Rehearsals:
    """Seconds that rehearsals took; `cold` are those whose former release would have had to start first.

    `looked`: when each line was rehearsed last.
    """

    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST))
    cold: int = 0
    warm: int = 0
    at: float = 0.0
    looked: dict[str, float] = field(default_factory=dict)
