"""What a rollout's judge works on: requests of both arms as telemetry gathers them, and what their instances used.

It is kept here while control runs, so a restart of telemetry loses only what it had not told yet.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np

from stagedoor.control.platform import Platform
from stagedoor.decide.canary import Arm, Blocks, Sample
from stagedoor.model.judgement import Looked

_BLOCK = 10.0  # Seconds.
_LATE = 6.0  # Until a request is surely known.
_MOST = 200_000  # Requests of one arm; beyond, half of those who ask are left out, whole.
_MIX = 0x9E3779B97F4A7C15
_KINDS = (np.float64, np.int64, np.int32, np.bool_, np.bool_, np.int64, np.int64, np.int32, np.bool_)
_NAMES = tuple(one.name for one in fields(Arm))

Used = Mapping[str, tuple[float, int]]  # (microseconds of CPU so far, bytes) by instance.


@dataclass(frozen=True, slots=True)
class _Mark:
    """What the instances of each arm had used at the end of a block."""

    at: float
    arms: Sequence[Used]


@dataclass(slots=True)
class Gathered:
    """`cohorts` in the order (baseline, canary). `source` is telemetry's own memory; `ever` counts all that came.

    `served` counts by (cohort, instance), as records say.
    """

    split: str
    cohorts: tuple[str, ...]
    source: str = ""
    ever: int = 0
    after: int = 0
    served: Counter[tuple[str, str]] = field(default_factory=Counter)
    endpoints: dict[str, int] = field(default_factory=dict)
    marks: list[_Mark] = field(default_factory=list)
    thinned: int = 0
    _arms: list[Arm] = field(default_factory=list)
    _fresh: list[list[Sequence[Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._arms = [_arm([]) for _ in self.cohorts]
        self._fresh = [[] for _ in self.cohorts]

    async def gather(self, platform: Platform) -> None:
        """Takes what telemetry has since the last time. Raises Unavailable."""
        while True:
            told = await platform.records.ask(f"arms/{self.split}", after=str(self.after))
            if self.source and told["epoch"] != self.source:
                # Telemetry began anew: what it told before is here.
                self.source, self.after = told["epoch"], 0
                continue
            self.source = told["epoch"]
            self.served = Counter({(cohort, label): count for cohort, label, count in told["served"]})
            self.after = told["next"]
            self.take(told["rows"])
            if not told["rows"]:
                return

    def take(self, rows: Iterable[Sequence[Any]]) -> None:
        """Rows as `telemetry.arms` has them."""
        places = {cohort: place for place, cohort in enumerate(self.cohorts)}
        for row in rows:
            place = places.get(row[0])
            if place is not None:
                endpoint = self.endpoints.setdefault(row[3], len(self.endpoints))
                self._fresh[place].append((*row[1:3], endpoint, *row[4:]))
                self.ever += 1

    def mark(self, now: float, arms: Sequence[Used]) -> None:
        """What the instances of each arm used so far."""
        if not self.marks or now - self.marks[-1].at >= _BLOCK:
            self.marks.append(_Mark(now, arms))

    def arms(self) -> list[Arm]:
        """All that came until now, in the order of the cohorts."""
        for place, rows in enumerate(self._fresh):
            if rows:
                self._arms[place] = self._thin(_joined(self._arms[place], _arm(rows)))
                self._fresh[place] = []
        while max(len(one.at) for one in self._arms) > _MOST:
            self.thinned += 1
            self._arms = [self._thin(one) for one in self._arms]
        return self._arms

    def _thin(self, arm: Arm) -> Arm:
        """Without those who were left out: with all of their requests, or none. Their hash is mixed, since its own
        digits chose the arm.
        """
        if not self.thinned:
            return arm
        mixed = (arm.unit.astype(np.uint64) * np.uint64(_MIX)) >> np.uint64(64 - self.thinned)
        return chosen(arm, mixed == 0)

    def sample(self, now: float) -> Sample:
        baseline, canary = self.arms()
        return Sample(baseline, canary, tuple(self.endpoints), self._blocks(now, (baseline, canary)))

    def _blocks(self, now: float, arms: tuple[Arm, Arm]) -> Blocks:
        whole = 1 << self.thinned  # Who was left out used CPU as well.
        times = [np.sort(arm.at) for arm in arms]
        rows = []
        for before, after in pairwise(one for one in self.marks if one.at < now - _LATE):
            pairs = list(zip(before.arms, after.arms, strict=True))
            if any(not later or earlier.keys() != later.keys() for earlier, later in pairs):
                continue  # An instance came or went.
            cpu = [sum(later[one][0] - earlier[one][0] for one in later) for earlier, later in pairs]
            memory = [sum(one[1] for one in later.values()) / len(later) for _, later in pairs]
            asked = [whole * int(np.searchsorted(at, after.at) - np.searchsorted(at, before.at)) for at in times]
            rows.append((after.at, cpu, asked, memory))
        at = np.array([row[0] for row in rows], dtype=np.float64)
        return Blocks(at, *(np.array([row[n] for row in rows], dtype=np.float64).reshape(-1, 2) for n in (1, 2, 3)))


def looked_on(looked: Looked, seen: int, gathered: Gathered) -> Looked:
    """What was looked at before (`seen` requests) is not all here when whoever held it died: the rest begins with what
    is left of the chance of a false alarm.
    """
    lost = gathered.ever < seen and looked.requests > 0
    return replace(looked, epoch=looked.epoch + 1, requests=0) if lost else looked


def chosen(arm: Arm, mask: np.ndarray[Any, Any]) -> Arm:
    """Some of its requests."""
    return Arm(*(getattr(arm, name)[mask] for name in _NAMES))


def _arm(rows: Sequence[Sequence[Any]]) -> Arm:
    columns: Iterable[Any] = zip(*rows, strict=True) if rows else [()] * len(_KINDS)
    return Arm(*(np.array(column, dtype=kind) for column, kind in zip(columns, _KINDS, strict=True)))


def _joined(one: Arm, other: Arm) -> Arm:
    return Arm(*(np.concatenate((getattr(one, name), getattr(other, name))) for name in _NAMES))
