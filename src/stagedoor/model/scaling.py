"""How many instances a deployment has: the bounds its manifest gives, and one step of it."""

from dataclasses import dataclass, field
from typing import Any

from stagedoor.model.sections import setting


@dataclass(frozen=True, slots=True)
class Scaling:
    min: int = setting(0, "instances that always run; with 0 it sleeps when idle, and an arrival starts one", "count")
    max: int = setting(4, "instances at the most", "count")
    concurrency: int = setting(32, "requests in flight for one instance; more wait at the edge", "count")
    idle: float = setting("10m", "time without a request after which it sleeps, when min is 0", "time")


@dataclass(frozen=True, slots=True)
class ScaleStep:
    """One change of a deployment's instances: when, from how many to how many, why, and on what figures."""

    deployment: str
    application: str
    version: str
    stack: str
    at: float
    before: int
    after: int
    reason: str
    inputs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FixedScale:
    """A number of instances that somebody asked for: a line in a stack keeps it until told otherwise."""

    application: str
    major: int
    stack: str
    instances: int
    by: str
    at: float
