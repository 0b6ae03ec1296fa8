"""How instances end: the cause, found while what tells it is still there; and the ends of late, for control."""

import time
from collections import deque

from stagedoor.model import instance as causes
from stagedoor.model.instance import End, Instance
from stagedoor.oci import cgroups, spawn
from stagedoor.oci.runc import Engine

_REMEMBERED = 1000


class Ends:
    """The last ends on this machine, numbered, so that a reader who comes late misses none it could still have."""

    def __init__(self) -> None:
        self._ends: deque[End] = deque(maxlen=_REMEMBERED)
        self._number = int(time.time() * 1000)  # Above any number of a node before this one.

    def note(self, one: Instance, at: float, kind: str, cause: str) -> None:
        self._number += 1
        self._ends.append(
            End(
                self._number, one.id, one.deployment, one.application, one.version, one.stack, one.door, at,
                at - one.started_at, kind, cause,
            )
        )  # fmt: skip

    def after(self, number: int) -> list[End]:
        return [one for one in self._ends if one.number > number]


def find_cause(engine: Engine, one: Instance, status: int | None, memory: int) -> tuple[str, str]:
    """(kind, words) for a process that ended by itself. `memory` is its limit in bytes."""
    if engine.memory_kills(one.id):
        if not cgroups.reached_its_limit(engine.cgroup_of(one.id)):
            return causes.OUT_OF_MEMORY, "the memory of all scripts was full; this instance was below its own limit"
        return causes.OUT_OF_MEMORY, f"out of memory, the limit is {memory} bytes"
    said = spawn.say_status(status)
    return (causes.SIGNAL if said.startswith("killed") else causes.EXIT), said
