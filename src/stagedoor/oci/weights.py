"""CPU weights: an instance that computes all the time weighs less than those that answer and sleep.

Its quota stays what it is, and a free core is its own; but where a core is wanted by somebody else, it waits.
"""

import time
from collections.abc import Sequence
from contextlib import suppress

from stagedoor.decide import weight
from stagedoor.oci import cgroups

_LESS = 16


class Weights:
    """Called now and then, from one thread at a time."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, float]] = {}
        self._light: set[str] = set()

    def look(self, groups: Sequence[tuple[str, float]]) -> None:
        """`groups` are (control group, cores of its limit) of the instances that are ready."""
        now = time.monotonic()
        seen = {group: (now, cgroups.cpu_seconds(group)) for group, _ in groups}
        for group, cores in groups:
            if group not in self._seen:
                continue
            at, before = self._seen[group]
            share = (seen[group][1] - before) / max(now - at, 0.001) / cores
            light = weight.gives_way(share, group in self._light)
            if light != (group in self._light):
                with suppress(OSError):  # It may have ended just now.
                    cgroups.weigh(group, cores / _LESS if light else cores)
                (self._light.add if light else self._light.discard)(group)
        self._seen = seen
        self._light &= seen.keys()
