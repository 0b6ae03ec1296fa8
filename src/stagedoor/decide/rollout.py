"""What a rollout does next: a pure function of what it is, what a person asked, what the judge said, and the time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stagedoor.model import judgement as said
from stagedoor.model.quantity import say_time
from stagedoor.model.rollout import (
    ABORT,
    ASKING,
    CANARIED,
    FINISHING,
    GOING_BACK,
    JUDGING,
    MOVING,
    NEW,
    PAUSE,
    PREPARING,
    RESUME,
    WAITING,
    WINDOW,
    Rollout,
)

_ON_ITS_WAY = (PREPARING, WAITING, JUDGING, MOVING, ASKING)
_PATIENCE = 7 * 86400.0
HALF = 0.5  # Up to here the former version has as large a part beside the new one's, with which it is compared.


@dataclass(frozen=True, slots=True)
class Decision:
    """The next state, and why. `shares` of 1 by arm, None: they stay. `step` of a linear one's steps are done."""

    state: str
    reason: str
    by: str = ""
    shares: Mapping[str, float] | None = None
    step: int = 0
    aborts: bool = False
    pauses: bool | None = field(default=None)


def decide(one: Rollout, now: float) -> Decision | None:
    """None while it stays as it is. What people ask comes first, then harm, then the time."""
    return _asked(one) or _harmed(one) or (None if one.paused_at else _due(one, now))


def _asked(one: Rollout) -> Decision | None:
    who = one.wished_by
    if one.wish == ABORT and one.state in (*_ON_ITS_WAY, FINISHING):
        return Decision(GOING_BACK, f"{who} aborted it", who, {}, aborts=True)
    if one.wish == PAUSE and one.state in _ON_ITS_WAY and not one.paused_at:
        return Decision(one.state, f"{who} paused it", who, step=one.step, pauses=True)
    if one.wish == RESUME and one.paused_at:
        return Decision(one.state, f"{who} let it go on", who, step=one.step, pauses=False)
    if one.wish == RESUME and one.state == ASKING:
        return Decision(FINISHING, f"{who} decided that it goes on", who)
    return None


def _harmed(one: Rollout) -> Decision | None:
    told = one.judgement
    if told is not None and told.verdict == said.FAIL and one.state in (JUDGING, ASKING, MOVING):
        return Decision(GOING_BACK, told.words, shares={})
    return None


def _due(one: Rollout, now: float) -> Decision | None:
    if one.state == WAITING and now >= one.at:
        return _moved(one, 0, "its window begins") if one.former else Decision(FINISHING, "its window begins")
    if one.state == MOVING:
        return _next_part(one, now)
    if one.state in (JUDGING, ASKING) and one.judgement is not None:
        if one.judgement.verdict == said.PASS:
            return Decision(FINISHING, one.judgement.words)
        if one.judgement.verdict == said.INCONCLUSIVE and one.state == JUDGING:
            return Decision(ASKING, one.judgement.words)
    if one.state == ASKING and now - one.step_at > _PATIENCE:
        return Decision(GOING_BACK, f"nobody decided within {say_time(_PATIENCE)}", shares={})
    return None


def begun(one: Rollout, now: float) -> Decision:
    """Its instances are ready: what comes first."""
    kind, share = one.strategy.kind, one.strategy.share / 100
    if kind == CANARIED:
        shares = {said.CANARY: share, said.BASELINE: share}
        return Decision(JUDGING, f"{one.strategy.share:g} % to the canary, as much to its baseline", shares=shares)
    if kind == WINDOW and now < one.at:
        return Decision(WAITING, f"it waits for its window, which begins in {say_time(one.at - now)}", shares={})
    if not one.former:
        return Decision(FINISHING, "the line runs nothing yet")
    return _moved(one, 0, "the first part moves")


def _next_part(one: Rollout, now: float) -> Decision | None:
    strategy = one.strategy
    due = int((now - one.step_at - one.held) / (strategy.time / strategy.steps))
    if due <= one.step:
        return None
    if one.step + 1 >= strategy.steps:
        return Decision(FINISHING, "all parts have moved")
    # One after another, also when control was away: instances come up with each.
    return _moved(one, one.step + 1, f"part {one.step + 2} of {strategy.steps} moves")


def _moved(one: Rollout, step: int, reason: str) -> Decision:
    share = (step + 1) / one.strategy.steps
    shares = {NEW: share} | ({said.BASELINE: share} if share <= HALF else {})
    return Decision(MOVING, reason, shares=shares, step=step)
