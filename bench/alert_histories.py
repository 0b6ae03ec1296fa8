"""Minutes of endpoints as they could have been: daily curves, weekends, noise that lasts, deploys, hiccups; and faults.

Everything follows from a seed. Time goes in pieces of ten seconds, as the loop looks.
"""

import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from stagedoor.model import sketch
from stagedoor.model.minute import Minute

PIECE, MINUTE, DAY = 10, 60, 86400
_POOL = 1 << 14
_MOST_TIMED = 250  # Latencies drawn for a piece; of more requests these stand for all.


@dataclass(frozen=True)
class Profile:
    """`rate`: requests a minute over a day. `amplitude`: of the daily curve. `noise`: relative, lasts for minutes."""

    name: str
    rate: float
    amplitude: float = 0.6
    weekend: float = 0.7
    noise: float = 0.10
    errors: float = 0.0004
    median: float = 0.040
    width: float = 0.5


PROFILES = (
    Profile("low", 6),
    Profile("low flat", 12, amplitude=0.2, errors=0.002, median=0.015),
    Profile("middle", 300),
    Profile("middle rough", 300, noise=0.18, errors=0.002, width=0.8),
    Profile("high", 3000, median=0.012),
    Profile("high steep", 6000, amplitude=0.85, weekend=1.3, errors=0.0001),
)


@dataclass(frozen=True)
class Fault:
    """What changes from the second `at` on: a share of errors, factors of latency and traffic."""

    kind: str
    at: float
    errors: float = 0.0
    latency: float = 1.0
    traffic: float = 1.0


class Wander:
    """A logarithm that wanders around 0 (AR(1)); `lasts` pieces is its memory."""

    def __init__(self, chance: random.Random, size: float, lasts: float) -> None:
        self._chance, self._keep = chance, math.exp(-1 / lasts)
        self._step = size * math.sqrt(1 - self._keep**2)
        self.now = chance.gauss(0, size)

    def step(self, pieces: int = 1) -> float:
        keep = self._keep**pieces
        self.now = keep * self.now + self._chance.gauss(0, self._step * math.sqrt((1 - keep**2) / (1 - self._keep**2)))
        return self.now


class History:
    """One endpoint from second 0, which is a Monday. Coarse where nobody looks closely, fine where somebody does."""

    def __init__(self, profile: Profile, seed: int) -> None:
        self.profile = profile
        self.chance = chance = random.Random(f"{profile.name} {seed}")
        self._traffic = Wander(chance, profile.noise, 60)
        self._errors, self._slow = Wander(chance, 0.5, 40), Wander(chance, 0.06, 60)
        self._phase = chance.uniform(0, DAY)
        self._days = [math.exp(chance.gauss(0, 0.05)) for _ in range(40)]
        self._hiccups = {day: day * DAY + chance.uniform(0, DAY) for day in range(40)}
        self._deploys = sorted(day * DAY + chance.uniform(9, 18) * 3600 for day in range(40) for _ in range(2))
        self._version = 0
        mu = math.log(profile.median * 1e6)
        self._pool = [sketch.bucket(int(math.exp(chance.gauss(mu, profile.width)))) for _ in range(_POOL)]

    def coarse(self, since: int, until: int) -> Iterator[Minute]:
        """Minutes without latencies."""
        for at in range(since, until, MINUTE):
            self._wander(6)
            requests = self._draw(self._rate(at) * self._bursts(0.04))
            errors = self._draw(requests * self._error_share(at))
            yield self._minute(at, requests, min(errors, requests), {})

    def fine(self, since: int, until: int, fault: Fault | None = None) -> Iterator[tuple[float, list[Minute]]]:
        """(end of a piece, the minute as it stands then)."""
        sums = self._minute(since, 0, 0, {})
        for at in range(since, until, PIECE):
            if at % MINUTE == 0:
                sums = self._minute(at, 0, 0, {})
            sums.add(self._piece(at, fault))
            yield at + PIECE, [sums]

    def _piece(self, at: int, fault: Fault | None) -> Minute:
        self._wander(1)
        part = 0.0 if fault is None else min(1.0, max(0.0, (at + PIECE - fault.at) / PIECE))
        factor = 1.0 if fault is None else 1 + (fault.traffic - 1) * part
        requests = self._draw(self._rate(at) / 6 * factor * self._bursts(0.08))
        share = self._error_share(at) + (0.0 if fault is None else fault.errors * part)
        errors = min(requests, self._draw(requests * share))
        slower = math.exp(self._slow.now) * (1 + 0.15 * (self._curve(at) - 1))
        times = self._times(requests, slower, 1.0 if fault is None else fault.latency, part)
        return self._minute(at // MINUTE * MINUTE, requests, errors, times)

    def _times(self, requests: int, slower: float, factor: float, part: float) -> dict[int, int]:
        drawn = min(requests, _MOST_TIMED)
        if not drawn:
            return {}
        begin = self.chance.randrange(_POOL - drawn)
        shift = round(math.log(slower) / math.log(1.018))
        late = shift + round(math.log(factor) / math.log(1.018))
        cut = begin + round(drawn * (1 - part))
        weight = max(1, round(requests / drawn))
        found: dict[int, int] = {}
        for pool, moved in ((self._pool[begin:cut], shift), (self._pool[cut : begin + drawn], late)):
            for bucket, count in Counter(pool).items():
                found[bucket + moved] = found.get(bucket + moved, 0) + count * weight
        return found

    def _wander(self, pieces: int) -> None:
        for one in (self._traffic, self._errors, self._slow):
            one.step(pieces)

    def _curve(self, at: float) -> float:
        angle = 2 * math.pi * (at + self._phase) / DAY
        return 1 + self.profile.amplitude * (0.8 * math.sin(angle) + 0.2 * math.sin(2 * angle + 1))

    def _rate(self, at: float) -> float:
        day = int(at // DAY)
        level = self.profile.weekend if day % 7 >= 5 else 1.0
        return self.profile.rate * max(0.05, self._curve(at)) * level * self._days[day] * math.exp(self._traffic.now)

    def _error_share(self, at: float) -> float:
        """Usual ones; more for half a minute after a deploy, and for ten seconds of a service's hiccup each day."""
        share = self.profile.errors * math.exp(self._errors.now)
        if abs(at - self._hiccups[int(at // DAY)]) < 10:
            share += 0.02
        return share + (0.004 if any(0 <= at - one < 30 for one in self._deploys) else 0.0)

    def _bursts(self, size: float) -> float:
        return max(0.1, self.chance.gauss(1, size))

    def _draw(self, mean: float) -> int:
        """Poisson's, by the normal law where it is large."""
        if mean > 50:
            return max(0, round(self.chance.gauss(mean, math.sqrt(mean))))
        left, count, least = self.chance.random(), 0, math.exp(-mean)
        while left > least:
            left *= self.chance.random()
            count += 1
        return count

    def _minute(self, at: int, requests: int, errors: int, times: dict[int, int]) -> Minute:
        return Minute(at, "bench", "1.0.0", "prod", "GET /", requests, errors, latencies=times)
