"""How many instances a deployment should have: from what it had to do lately, each time anew.

Two windows, after the Knative autoscaler's stable and panic windows (knative.dev, "KPA-specific settings"): the burst
window alone may add instances, within a second; the stable window alone may take some away, and looks at the highest
need within it, so that a short rest takes nothing away. Instances that are still starting count as there. Between the
two lies a band in which nothing changes: noise around a border does not swing.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from stagedoor.model.quantity import say_time
from stagedoor.model.scaling import Scaling

BURST = 1.0  # Seconds of the window that adds.
STABLE = 60.0  # Seconds of the window that takes away.
_SMOOTH = 6.0  # Seconds over which the stable window averages before it looks for its highest.
_FULL = 0.7  # Of the cap for one instance: what is meant to be in flight there.
_SPARE = 0.85  # Of that: fewer instances must be able to carry it with this much, before one goes.
_CPU_FULL = 0.8  # Of its cores: what an instance is meant to use.


@dataclass(frozen=True, slots=True)
class Sample:
    """At one time: requests in flight and waiting, and cores in use by all instances together."""

    at: float
    busy: float
    cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """`instances` to have, and why; `inputs` are the figures it came from."""

    instances: int
    reason: str
    inputs: dict[str, Any] = field(default_factory=dict)


def decide(
    now: float, samples: Sequence[Sample], current: int, scaling: Scaling, *, cores: float, machine_cores: int,
    quiet_since: float, changed_at: float, fixed: int | None = None,
) -> Decision:  # fmt: skip
    """`samples` in order of time; `current` instances are there or starting; `cores` is what one may use.

    `quiet_since` is when the last request was seen; `changed_at` when the number changed last.
    """
    if fixed is not None:
        return Decision(fixed, f"somebody asked for {fixed}")
    if current < scaling.min:
        return Decision(scaling.min, f"scaling.min is {scaling.min}")
    if current > scaling.max:
        return Decision(scaling.max, f"scaling.max is {scaling.max}")
    if not current:
        return Decision(0, "it sleeps; an arrival wakes it")
    each = target(scaling.concurrency)
    more = _more(now, samples, current, each, cores, machine_cores)
    if more.instances > current:
        return _bounded(more, scaling)
    idle = now - quiet_since
    if not scaling.min and idle >= scaling.idle:
        return Decision(0, f"no request for {say_time(idle)}, the limit is {say_time(scaling.idle)}", more.inputs)
    return _fewer(now, samples, current, each, cores, scaling, changed_at)


def target(concurrency: int) -> float:
    """What is meant to be in flight at one instance whose cap is `concurrency`."""
    return max(1.0, concurrency * _FULL)


def _more(
    now: float, samples: Sequence[Sample], current: int, each: float, cores: float, machine_cores: int
) -> Decision:
    busy = _mean([one.busy for one in samples if now - one.at <= BURST])
    cpu = _mean([one.cpu for one in samples if now - one.at <= _SMOOTH])
    inputs = {"in_flight": round(busy, 1), "target": round(each, 1), "cpu_cores": round(cpu, 2), "window_s": BURST}
    by_busy = math.ceil(busy / each) if busy > each * current else current
    # More instances than the machine has cores cannot compute more.
    most_by_cpu = max(1, int(machine_cores / cores))
    by_cpu = min(most_by_cpu, math.ceil(cpu / (cores * _CPU_FULL))) if cpu > cores * _CPU_FULL * current else current
    if by_busy >= by_cpu:
        reason = f"{busy:.1f} requests in flight or waiting in {BURST:g} s; {each:.1f} are meant for one instance"
        return Decision(max(current, by_busy), reason, inputs)
    reason = f"{cpu:.2f} cores in use over {_SMOOTH:g} s; {cores * _CPU_FULL:.2f} are meant for one instance"
    return Decision(max(current, by_cpu), reason, inputs)


def _fewer(
    now: float, samples: Sequence[Sample], current: int, each: float, cores: float, scaling: Scaling,
    changed_at: float,
) -> Decision:  # fmt: skip
    least = max(1, scaling.min)
    if current <= least or now - changed_at < STABLE:
        return Decision(current, "what runs is enough")
    window = [one for one in samples if now - one.at <= STABLE]
    if not window:
        return Decision(current, "nothing is known of the last minute")
    busy, cpu = _highest(window, lambda one: one.busy), _highest(window, lambda one: one.cpu)
    need = max(math.ceil(busy / (each * _SPARE)), math.ceil(cpu / (cores * _CPU_FULL * _SPARE)), least)
    if need >= current:
        return Decision(current, "what runs is enough")
    inputs = {"in_flight": round(busy, 1), "target": round(each, 1), "cpu_cores": round(cpu, 2), "window_s": STABLE}
    reason = f"at most {busy:.1f} requests in flight and {cpu:.2f} cores in use for {STABLE:g} s: {need} can carry that"
    return Decision(need, reason, inputs)


def _bounded(wanted: Decision, scaling: Scaling) -> Decision:
    if wanted.instances <= scaling.max:
        return wanted
    return Decision(scaling.max, f"{wanted.reason}; scaling.max is {scaling.max}", wanted.inputs)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _highest(samples: Sequence[Sample], of: Callable[[Sample], float]) -> float:
    """The highest of the averages over a few seconds each."""
    highest = 0.0
    first, total = 0, 0.0
    for last, one in enumerate(samples):
        total += of(one)
        while one.at - samples[first].at > _SMOOTH:
            total -= of(samples[first])
            first += 1
        highest = max(highest, total / (last - first + 1))
    return highest
