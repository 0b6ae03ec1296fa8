"""How deployments and instances are doing: the last minutes of their figures, kept for decisions and for looking at."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from stagedoor.decide import leak
from stagedoor.decide.scale import Sample
from stagedoor.model.deployment import Deployment
from stagedoor.model.instance import Capacity, End, Usage

_SAMPLES = 400  # At four a second more than the longest window.
_POINTS = 450  # Of an instance, one each two seconds: a quarter of an hour.
_SHOWN = 300
_ENDS = 500


@dataclass(slots=True)
class Pulse:
    """One deployment: samples for the scale decision, and what was seen last."""

    deployment: Deployment
    changed_at: float
    quiet_since: float
    samples: deque[Sample] = field(default_factory=lambda: deque(maxlen=_SAMPLES))
    shown: deque[tuple[float, int, float]] = field(default_factory=lambda: deque(maxlen=_SHOWN))
    cpu: float = 0.0
    requests: int = 0
    instances: int = 0
    woken: int | None = None

    def see(self, now: float, busy: float, requests: int) -> None:
        """`requests` counts all since the edge began: one that came and went between two looks is seen as well."""
        if busy or requests != self.requests:
            self.quiet_since = now
        self.requests = requests
        self.samples.append(Sample(now, busy, self.cpu))
        if not self.shown or now - self.shown[-1][0] >= 2:
            self.shown.append((now, self.instances, busy))


@dataclass(slots=True)
class Curve:
    """One instance: (time, bytes, seconds of CPU) of late."""

    points: deque[tuple[float, int, float]] = field(default_factory=lambda: deque(maxlen=_POINTS))

    @property
    def cpu(self) -> float:
        """Cores in use between the last two looks."""
        if len(self.points) < 2:
            return 0.0
        (before, _, spent), (now, _, later) = self.points[-2], self.points[-1]
        return max(0.0, later - spent) / (now - before) if now > before else 0.0

    @property
    def memory(self) -> int:
        """Bytes in use at the last look; 0 before the first."""
        return self.points[-1][1] if self.points else 0

    def forecast(self, limit: int) -> leak.Forecast:
        return leak.forecast([(at, size) for at, size, _ in self.points], limit)


class Vitals:
    """In memory alone: a control that starts again begins to look anew."""

    def __init__(self) -> None:
        self.pulses: dict[str, Pulse] = {}
        self.curves: dict[str, Curve] = {}
        self.ends: deque[End] = deque(maxlen=_ENDS)
        self.capacity = Capacity(0, 0, 0, 0)
        self.asked = False  # Somebody asked for another number: the next look reads it.

    def use(self, now: float, usages: Iterable[Usage]) -> None:
        """Takes what node measured; forgets instances that are gone."""
        found = {}
        for one in usages:
            found[one.instance] = self.curves.get(one.instance, Curve())
            found[one.instance].points.append((now, one.memory, one.cpu))
        self.curves = found

    def quiet_for(self, now: float, deployment: str) -> float:
        pulse = self.pulses.get(deployment)
        return now - pulse.quiet_since if pulse else 0.0
