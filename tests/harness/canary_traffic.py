"""Made-up traffic of two arms: members who ask in sessions, some far more than others, each at a speed of their own."""

import hashlib
from dataclasses import dataclass

import numpy as np

from stagedoor.decide.canary import Arm, Blocks, Sample

ENDPOINTS = ("GET /home", "GET /film", "POST /play", "GET /search", "GET /list", "GET /me")
_OFTEN = np.array([0.3, 0.2, 0.1, 0.15, 0.15, 0.1])
_MEDIAN = np.array([40e3, 20e3, 15e3, 120e3, 60e3, 6e3])  # Microseconds.
_SPREAD = np.array([0.35, 0.3, 0.4, 0.6, 0.45, 0.3])
_CALLS = np.array([4, 2, 1, 3, 5, 1])
_SIZE = np.array([30e3, 8e3, 500.0, 12e3, 40e3, 2e3])
_CPU = np.array([4e3, 2e3, 1e3, 6e3, 5e3, 600.0])
_BETWEEN = 3.0  # Seconds between two requests of a session.
_SESSION = 6  # Requests, on average.
_KEENEST = 25.0  # Some dozens of times as often as most: a request every few seconds, as long as it lasts.
_STRETCH = 10.0
BEGAN = 1_800_000_000.0


@dataclass(frozen=True)
class Effect:
    """What the canary does worse. `latency`, `tail`: factors; `tail` of the slowest 3 in 100 of each endpoint.

    `errors`: a share more; `calls`: so many more; `leak`: bytes a minute.
    """

    name: str
    errors: float = 0.0
    latency: float = 1.0
    tail: float = 1.0
    calls: int = 0
    leak: float = 0.0


NONE = Effect("none")
EFFECTS = (
    Effect("errors", errors=0.009),
    Effect("p50", latency=1.10),
    Effect("p99", tail=1.5),
    Effect("calls", calls=1),
    Effect("leak", leak=2e6),
)


class Traffic:
    """One experiment: `rate` requests a second in both arms together, for `lasts` seconds."""

    def __init__(self, seed: int, rate: float, lasts: int, effect: Effect = NONE) -> None:
        self.lasts = lasts
        rng = np.random.default_rng(seed)
        at, member, members = _sessions(rng, rate, lasts)
        in_canary = _assigned(seed, members)[member]
        rows = _requests(rng, at, member, members, effect, in_canary)
        self.baseline, self.canary = (_arm(rows, in_canary == side) for side in (False, True))
        _warm(rng, self.baseline)
        _warm(rng, self.canary)
        self.blocks = _blocks(rng, self, effect)
        self._ends = [np.searchsorted(one.at, BEGAN + np.arange(lasts + 1)) for one in (self.baseline, self.canary)]

    def until(self, second: int) -> Sample:
        """What is known so many seconds after the begin."""
        both = (self.baseline, self.canary)
        arms = [_cut(one, int(ends[second])) for one, ends in zip(both, self._ends, strict=True)]
        count = int(second // _STRETCH)
        blocks = self.blocks
        cut = Blocks(blocks.at[:count], blocks.cpu[:count], blocks.requests[:count], blocks.memory[:count])
        return Sample(arms[0], arms[1], ENDPOINTS, cut)


def _sessions(rng: np.random.Generator, rate: float, lasts: int) -> tuple[np.ndarray, np.ndarray, int]:
    """(when, by which member, number of members). Sessions come in bursts."""
    load = rng.gamma(8.0, 1 / 8.0, lasts // 10 + 1)  # Of each 10 s.
    count = int(rng.poisson(rate * lasts / _SESSION))
    begins = (rng.choice(len(load), count, p=load / load.sum()) + rng.random(count)) * 10.0
    members = max(50, int(rate * lasts / 12))
    keen = np.minimum(rng.pareto(1.6, members) + 0.2, _KEENEST)
    who = rng.choice(members, count, p=keen / keen.sum())
    long = np.minimum(rng.geometric(1 / _SESSION, count), 60)
    session = np.repeat(np.arange(count), long)
    gaps = rng.exponential(_BETWEEN, len(session))
    first = np.concatenate([[0], np.cumsum(long)[:-1]])
    gaps[first] = 0.0
    since = np.cumsum(gaps)
    at = begins[session] + since - since[first][session]
    kept = np.flatnonzero(at < lasts)
    order = kept[np.argsort(at[kept])]
    return BEGAN + at[order], who[session][order], members


def _assigned(seed: int, members: int) -> np.ndarray:
    """Whether each member is in the canary: the lowest bit of a hash of experiment and member."""
    digests = b"".join(hashlib.blake2b(b"%d/%d" % (seed, one), digest_size=1).digest() for one in range(members))
    return np.frombuffer(digests, np.uint8) & 1 == 1


def _requests(
    rng: np.random.Generator, at: np.ndarray, member: np.ndarray, members: int, effect: Effect, canary: np.ndarray
) -> dict[str, np.ndarray]:
    count = len(at)
    endpoint = rng.choice(len(ENDPOINTS), count, p=_OFTEN)
    favourite = rng.choice(len(ENDPOINTS), members, p=_OFTEN)[member]
    endpoint = np.where(rng.random(count) < 0.4, favourite, endpoint)
    moment = np.exp(np.cumsum(rng.normal(0, 0.02, int(at[-1] - BEGAN) // 10 + 2)))  # Of services behind, shared.
    own = np.exp(rng.normal(0, 0.25, members))[member]
    took = _MEDIAN[endpoint] * np.exp(rng.normal(0, 1, count) * _SPREAD[endpoint]) * own
    took *= moment[((at - BEGAN) / 10).astype(int)]
    slow = rng.random(count) < 0.03
    took[slow] *= np.exp(rng.normal(1.3, 0.4, int(slow.sum())))
    if effect.tail != 1.0:
        for one in range(len(ENDPOINTS)):
            rows = np.flatnonzero(endpoint == one)
            far = rows[took[rows] >= np.quantile(took[rows], 0.97)]
            took[far[canary[far]]] *= effect.tail
    took[canary] *= effect.latency
    broken = rng.random(members) < 0.0005
    failed = (rng.random(count) < 0.001) | broken[member] | (canary & (rng.random(count) < effect.errors))
    calls = _CALLS[endpoint] + rng.poisson(0.3, count) + np.where(canary, effect.calls, 0)
    size = _SIZE[endpoint] * np.exp(rng.normal(0, 0.5, count))
    return {
        "at": at, "unit": member.astype(np.int64), "endpoint": endpoint.astype(np.int32), "failed": failed,
        "degraded": rng.random(count) < 0.004, "took": took.astype(np.int64), "size": size.astype(np.int64),
        "calls": calls.astype(np.int32), "cold": np.zeros(count, np.bool_),
    }  # fmt: skip


def _arm(rows: dict[str, np.ndarray], picked: np.ndarray) -> Arm:
    return Arm(**{name: one[picked] for name, one in rows.items()})


def _warm(rng: np.random.Generator, arm: Arm) -> None:
    """The first requests are cold, and slower."""
    arm.cold[:20] = True
    arm.took[:20] = (arm.took[:20] * rng.uniform(2, 6, len(arm.took[:20]))).astype(np.int64)


def _blocks(rng: np.random.Generator, traffic: Traffic, effect: Effect) -> Blocks:
    """Memory warms up, goes up and down with the collector, and is the mean of two instances."""
    count = int(traffic.lasts // _STRETCH)
    ends = BEGAN + (np.arange(count) + 1) * _STRETCH
    cpu, asked, memory = np.zeros((count, 2)), np.zeros((count, 2)), np.zeros((count, 2))
    for column, arm in enumerate((traffic.baseline, traffic.canary)):
        at = np.minimum(((arm.at - BEGAN) / _STRETCH).astype(int), count - 1)
        asked[:, column] = np.bincount(at, minlength=count)
        cpu[:, column] = np.bincount(at, _CPU[arm.endpoint], minlength=count) * np.exp(rng.normal(0, 0.08, count)) + 3e4
        for _ in range(2):
            warm = rng.uniform(15e6, 25e6) * (1 - np.exp(-(ends - BEGAN) / rng.uniform(60, 180)))
            teeth = (np.cumsum(asked[:, column]) / 2 * 12e3 + rng.uniform(0, 6e6)) % 6e6
            memory[:, column] += (70e6 + warm + teeth + rng.normal(0, 2e5, count)) / 2
    memory[:, 1] += effect.leak * (ends - BEGAN) / 60
    return Blocks(ends, cpu, asked, memory)


def _cut(arm: Arm, end: int) -> Arm:
    return Arm(
        arm.at[:end], arm.unit[:end], arm.endpoint[:end], arm.failed[:end], arm.degraded[:end], arm.took[:end],
        arm.size[:end], arm.calls[:end], arm.cold[:end],
    )  # fmt: skip
