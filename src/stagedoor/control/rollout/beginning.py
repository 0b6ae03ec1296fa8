"""How a rollout begins, and where one goes on whose control died."""

from typing import Protocol

from stagedoor.control.platform import Platform
from stagedoor.model import rollout as states
from stagedoor.model.errors import Aborted, Conflict, RolledBack
from stagedoor.model.operation import Operation
from stagedoor.model.release import Line
from stagedoor.model.rollout import DIRECT_STRATEGY, WINDOW, Event, Rollout, Strategy


class Wish(Protocol):
    """What of `releases.Wish` a rollout needs."""

    @property
    def version(self) -> str: ...
    @property
    def cause(self) -> str: ...
    @property
    def by(self) -> str: ...
    @property
    def strategy(self) -> Strategy: ...
    @property
    def at(self) -> float: ...


async def begin(platform: Platform, operation: Operation, line: Line, wish: Wish, former: str) -> Rollout:
    """`former` is the version that the line runs, empty for none."""
    now = platform.clock()
    how = wish.strategy.describe() if line.release else "the line's first release: all at once"
    event = Event(now, states.PREPARING, how, wish.by)
    strategy = wish.strategy if line.release or wish.strategy.kind == WINDOW else DIRECT_STRATEGY
    one = Rollout(
        0, operation.id, line.application, line.major, line.stack, wish.version, former, wish.cause, wish.by, strategy,
        states.PREPARING, now, now, at=wish.at, former=line.release, events=[event],
    )  # fmt: skip
    return await platform.store.add_rollout(one)


async def find(platform: Platform, operation: int, line: Line) -> Rollout | None:
    """What an operation did on a line before control was restarted: under way, or done. Raises what it ended with."""
    here = (line.application, line.major, line.stack)
    known = await platform.store.rollout_of(operation)
    one = next((one for one in reversed(known) if (one.application, one.major, one.stack) == here), None)
    if one is None:
        return None
    if one.state in (states.ROLLED_BACK, states.ABORTED):
        raise (Aborted if one.state == states.ABORTED else RolledBack)(f"{one.line}: {one.reason}", rollout=one.id)
    if one.state == states.FAILED:
        raise Conflict(f"{one.line}: {one.reason}", hint="run it again", rollout=one.id)
    return one
