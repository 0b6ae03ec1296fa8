"""Knows which parts of isolation the operator lets this machine lack: by a setting, or by an option of this start."""

import os
from collections.abc import Collection

from stagedoor.decide import isolation
from stagedoor.decide.isolation import Decision
from stagedoor.model.settings import Platform
from stagedoor.oci import abilities

# In the environment, so that every program and the next supervisor of an upgrade have it.
_VARIABLE = "STAGEDOOR_ACCEPT_MISSING"


def accept(names: Collection[str]) -> None:
    """Accepts these parts for this start, and for all that it starts."""
    if names:
        os.environ[_VARIABLE] = ",".join(names)


def judge(settings: Platform) -> Decision:
    """Compares what this machine lacks with what the operator accepts."""
    named = os.environ.get(_VARIABLE, "").split(",")
    program = abilities.find_runtime()
    missing = abilities.of(program).missing if program else frozenset()
    return isolation.decide(missing, {*settings.isolation.accept, *named})
