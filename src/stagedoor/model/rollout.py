"""A rollout: a line moves from one release to the next by a strategy, step by step, and goes on or goes back.

What it is at every instant is in the database: the traffic follows from it, and a restarted control goes on from it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from stagedoor.model.errors import Invalid
from stagedoor.model.judgement import BASELINE, CANARY, JUDGES, METRICS, Judgement, Looked, Plan
from stagedoor.model.names import TEST, suggest
from stagedoor.model.quantity import say_time
from stagedoor.model.sections import read, setting
from stagedoor.model.split import Part, apart
from stagedoor.model.views import ALL_SAID

DIRECT, LINEAR, CANARIED, WINDOW = "direct", "linear", "canary", "window"
STRATEGIES = (DIRECT, LINEAR, CANARIED, WINDOW)
NEW = "new"  # The arm of a linear rollout.

# Under way: instances come up; it waits for its window; both arms serve and are looked at; parts of the traffic move;
# nobody can say and a person decides; all traffic moves; all traffic goes back.
PREPARING, WAITING, JUDGING, MOVING, ASKING = "preparing", "waiting", "judging", "moving", "asking"
FINISHING, GOING_BACK = "finishing", "going back"
# Ended: it is released; harm was seen and it went back; a person ended it; it did not come up.
DONE, ROLLED_BACK, ABORTED, FAILED = "done", "rolled back", "aborted", "failed"
ENDED = (DONE, ROLLED_BACK, ABORTED, FAILED)
# What a person may ask of one.
PAUSE, RESUME, ABORT = "pause", "resume", "abort"
WISHES = (PAUSE, RESUME, ABORT)

_LEAST_SHARE, _MOST_SHARE = 0.01, 45.0
_LONGEST = 14 * 86400.0


@dataclass(frozen=True, slots=True)
class Strategy:
    """How traffic moves. Times in seconds once read."""

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    kind: str = setting(CANARIED, "direct, linear, canary or window; a line's first release has nobody to compare with")
    share: float = setting(5.0, "canary: per cent of members that get it; as many get a fresh baseline", "number")
    least: float = setting("1m", "canary: shortest time of looking", "time")
    most: float = setting("30m", "canary: longest time of looking; after that a person is asked", "time")
    judge: str = setting("sequential", "who judges: sequential, or kayenta to compare")
    metrics: tuple[str, ...] = setting((), "canary: what may send it back; empty: everything", "texts")
    time: float = setting("10m", "linear and window: until all has moved", "time")
    steps: int = setting(10, "linear and window: in so many equal parts", "count")

    def check(self) -> None:
        """Raises Invalid."""
        if self.kind not in STRATEGIES:
            raise Invalid(f"there is no strategy {self.kind!r}", hint=suggest(self.kind, STRATEGIES))
        if self.judge not in JUDGES:
            raise Invalid(f"there is no judge {self.judge!r}", hint=suggest(self.judge, JUDGES))
        if not _LEAST_SHARE <= self.share <= _MOST_SHARE:
            raise Invalid(
                f"weights do not add up: {self.share:g} % for the canary, as much for its baseline, and the rest",
                hint=f"share is from {_LEAST_SHARE:g} to {_MOST_SHARE:g}",
            )
        if not 0 <= self.least <= self.most <= _LONGEST:
            raise Invalid(
                f"it looks from {say_time(self.least)} to {say_time(self.most)}",
                hint=f"least is at most most, and that is at most {say_time(_LONGEST)}",
            )
        if not 1 <= self.steps <= 100 or not 0 < self.time <= _LONGEST:
            raise Invalid(f"{self.steps} steps in {say_time(self.time)} cannot be", hint="1 to 100, in up to 14 days")
        for name in self.metrics:
            if name not in METRICS:
                raise Invalid(f"nobody emits a metric {name!r}", hint=suggest(name, METRICS), key="strategy.metrics")

    def describe(self) -> str:
        """In some words."""
        if self.kind == CANARIED:
            return f"canary with {self.share:g} % beside a baseline of the same size, then all"
        if self.kind == LINEAR:
            return f"linear in {self.steps} steps over {say_time(self.time)}"
        if self.kind == WINDOW:
            return f"in a window of {say_time(self.time)}: all has moved when it ends, or went back for harm"
        return "direct: all at once"


DIRECT_STRATEGY = Strategy(DIRECT)


def strategy_of(stored: dict[str, Any] | None) -> Strategy:
    """What was written down; of a time before there were strategies, direct."""
    return Strategy(**stored | {"metrics": tuple(stored["metrics"])}) if stored else DIRECT_STRATEGY


def choose(own: Mapping[str, Any], asked: Mapping[str, Any], stack: str, at: float = 0.0) -> Strategy:
    """What is asked for, over the version's `own` table; in test all at once unless asked otherwise. `at`: when its
    window is to begin. Raises Invalid.
    """
    unasked = {"kind": DIRECT} if stack == TEST else {}
    chosen = read(Strategy, {**own, **unasked, **asked}, "strategy")
    chosen.check()
    if at and (chosen.kind != WINDOW or not math.isfinite(at)):
        raise Invalid(
            f"only a window begins at a time; {chosen.kind} begins at once", hint="--strategy window --at ..."
        )
    return chosen


@dataclass(frozen=True, slots=True)
class Event:
    """One line of its timeline. `shares` by arm, of 1, from then on; `by` is empty when nobody asked for it."""

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    at: float
    state: str
    text: str
    by: str = ""
    shares: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Glance:
    """What stays of a look at one metric, for the chart of its bounds."""

    at: float
    requests: int
    metric: str
    effect: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rollout:
    """`former` is the release it moves from, 0 for none; `release` the one it made, 0 until then.

    `arms` are deployments by arm, with their number of instances in `size`; `shares` what each arm has now, of 1.
    `at`: when its window begins, 0: at once. `present`: instances that the line had for all of its traffic as it began.
    `served_at`: since when both arms serve; `seen`: requests of theirs that were ever looked at.
    `step_at`: since when it is in its state; `held` for how long it was paused since; `wish` what a person asked.
    """

    __pydantic_config__: ClassVar[dict[str, bool]] = ALL_SAID

    id: int
    operation: int
    application: str
    major: int
    stack: str
    version: str
    former_version: str
    cause: str
    by: str
    strategy: Strategy
    state: str
    began_at: float
    step_at: float
    at: float = 0.0
    former: int = 0
    release: int = 0
    ended_at: float = 0.0
    reason: str = ""
    paused_at: float = 0.0
    held: float = 0.0
    wish: str = ""
    wished_by: str = ""
    size: int = 1
    present: int = 1
    served_at: float = 0.0
    seen: int = 0
    step: int = 0
    arms: dict[str, str] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    plan: Plan | None = None
    judgement: Judgement | None = None
    looked: Looked = field(default_factory=Looked)
    glances: list[Glance] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def line(self) -> str:
        return f"{self.application} ^{self.major} in {self.stack}"

    @property
    def proves(self) -> bool:
        """Whether a part of the traffic goes first."""
        return self.strategy.kind != DIRECT

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    def noted(self, at: float, state: str, text: str, by: str = "") -> "Rollout":
        """With one line more in its timeline."""
        return replace(self, events=[*self.events, Event(at, state, text, by, dict(self.shares))])

    @property
    def split(self) -> str:
        """The name under which the edge knows who is in which arm: fixed for as long as it lives."""
        return f"r{self.id}"

    def parts(self) -> list[Part]:
        """Who is in which arm now."""
        first = NEW if self.strategy.kind in (LINEAR, WINDOW) else CANARY
        found = apart([(f"{self.split}:{name}", self.shares.get(name, 0.0)) for name in (first, BASELINE)])
        return [one for one in found if one.last > one.first]

    def arm_of(self, part: Part) -> str:
        """The deployment of an arm."""
        return self.arms.get(part.cohort.partition(":")[2], "")


def described(one: Rollout) -> dict[str, Any]:
    """What an activity says of it."""
    return {"rollout": one.id, "version": one.version, "state": one.state, "reason": one.reason}
