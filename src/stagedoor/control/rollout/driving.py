"""Driving a rollout: what `decide.rollout` says is written down first, and done then.

So whoever takes over after a death of control finds what was decided, and does it (again).
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from stagedoor.control.operations import Progress
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.control.rollout import arms
from stagedoor.control.rollout.arms import Subject
from stagedoor.decide import crash
from stagedoor.decide import rollout as decide
from stagedoor.decide.rollout import Decision
from stagedoor.model import instance as causes
from stagedoor.model import judgement as said
from stagedoor.model import rollout as states
from stagedoor.model.errors import Aborted, Failure, RolledBack, Unavailable
from stagedoor.model.judgement import Judgement
from stagedoor.model.operation import RUNNING
from stagedoor.model.quantity import say_time
from stagedoor.model.rollout import Rollout, described

if TYPE_CHECKING:
    from stagedoor.control.rollout.judging import Bench

log = logging.getLogger("stagedoor.rollouts")

_LOOK = 0.5  # Seconds between two looks.
_SAID = 15.0  # Seconds between two lines about what the judge sees.


class Driver:
    """Of one rollout, from its beginning until all traffic may move, or all went back."""

    def __init__(self, platform: Platform, progress: Progress, one: Rollout, subject: Subject) -> None:
        self._platform = platform
        self._progress = progress
        self._subject = subject
        self._bench: Bench | None = None
        self._said = 0.0
        self.one = one

    @asynccontextmanager
    async def failing(self) -> AsyncIterator[None]:
        """What goes wrong in the block sends it back; what made it go back is raised as it is."""
        try:
            yield
        except (RolledBack, Aborted):
            raise
        except Exception as error:
            if self.one.ended:
                raise  # What it ended with stands.
            await self._end(states.FAILED, error.message if isinstance(error, Failure) else "a fault of the platform")
            raise
        finally:
            self._platform.driven.pop(self.one.id, None)

    async def prove(self) -> None:
        """Until all traffic may move. Raises RolledBack, Aborted, and what kept its arms from coming up."""
        if self.one.state == states.GOING_BACK:
            await self._go_back()  # Control died in the middle of it.
        if not self.one.proves:
            return
        if self.one.state == states.PREPARING:
            await self._prepare()
        await self._serve()  # The edge was told again when control came back.
        while self.one.state != states.FINISHING:
            if self.one.state == states.GOING_BACK:
                await self._go_back()
            await self._look()
            if self.one.state not in (states.FINISHING, states.GOING_BACK):
                await asyncio.sleep(_LOOK)
        one = self.one
        await self._progress.say(one.strategy.kind, "done", one.events[-1].text, self._now() - one.began_at)

    def _now(self) -> float:
        return self._platform.clock()

    async def _prepare(self) -> None:
        self.one = await arms.measured(self._platform, self.one)
        await self._platform.apply_traffic()
        if self.one.former:
            async with self._progress.step("arms") as note:
                if self.one.strategy.kind == states.CANARIED:
                    await self._announce()
                self.one = await arms.bring_up(self._platform, self.one, self._subject)
                note.text = f"{self.one.size} and {self.one.size} instances ready" if self.one.plan else "ready"
        await self._enter(await self._aborted() or decide.begun(self.one, self._now()))

    async def _aborted(self) -> Decision | None:
        """What a person asked while instances came up."""
        await self._hear()
        decision = decide.decide(self.one, self._now())
        return decision if decision is not None and decision.state == states.GOING_BACK else None

    async def _announce(self) -> None:
        """What it will be able to see, before it begins."""
        judging = await _judging()
        plan = await judging.plan(self._platform, self.one, self._now())
        self.one = replace(self.one, plan=plan).noted(self._now(), "plan", plan.words)
        await self._platform.store.save_rollout(self.one)
        await self._progress.say("plan", "done", plan.words)

    # Looking

    async def _look(self) -> None:
        await self._hear()
        if self.one.state in (states.JUDGING, states.ASKING, states.MOVING):
            await self._judge()
        decision = decide.decide(self.one, self._now()) or self._crashed()
        if decision is not None:
            await self._enter(decision)
        elif self.one.wish:
            await self._platform.store.answer_rollout(self.one.id, self.one.wish)  # It does not apply now.
        self._platform.driven[self.one.id] = self.one

    async def _hear(self) -> None:
        known = await self._platform.store.rollout(self.one.id)
        if known is not None:
            self.one = replace(self.one, wish=known.wish, wished_by=known.wished_by)

    def _crashed(self) -> Decision | None:
        """Its instances die one after another: nobody waits for a judge."""
        mine = {self.one.arms.get(name) for name in (said.CANARY, states.NEW)}
        ends = self._platform.vitals.ends
        deaths = [each.at for each in ends if each.deployment in mine and each.kind in causes.DEATHS]
        verdict = crash.decide(self._now(), deaths, self.one.began_at)
        return Decision(states.GOING_BACK, verdict.reason, shares={}) if verdict.loops else None

    async def _judge(self) -> None:
        if self.one.state == states.MOVING and said.BASELINE not in self.one.shares:
            return  # More than half has moved: nobody is left to compare with.
        judging = await _judging()
        if self.one.plan is None:
            plan = await judging.plan(self._platform, self.one, self._now())
            words = (
                "Harm sends it back while half or less has moved; the parts move by the time, whatever else is seen."
            )
            self.one = replace(self.one, plan=replace(plan, words=words))
        bench = self._bench = self._bench or judging.Bench(self._platform, self.one)
        try:
            await bench.gather(self.one)
        except Unavailable as error:
            log.info("%s: %s", self.one.line, error)
            return
        looks = self.one.looked.looks
        self.one = await asyncio.to_thread(bench.judge, self.one, self._now())
        if self.one.looked.looks != looks:
            await self._platform.store.save_rollout(self.one)
        silent = self.one.state == states.ASKING or self._now() - self._said < _SAID
        if not silent and self.one.judgement is not None:
            self._said = self._now()
            await self._progress.say(
                self.one.strategy.kind, RUNNING, _glance(self.one.judgement, self._now(), self.one)
            )

    # Doing

    async def _enter(self, decision: Decision) -> None:
        """Capacity first, then what was decided is written, then the traffic follows."""
        now, one = self._now(), self.one
        if decision.state == states.MOVING and decision.shares is not None:
            share = decision.shares[states.NEW]
            one = await arms.grow(self._platform, one, self._subject, share)
            # Minutes may have gone by.
            decision = await self._aborted() or decision
            one = replace(one, wish=self.one.wish, wished_by=self.one.wished_by)
        moved = decision.state != one.state
        anew = moved and decision.state in (states.JUDGING, states.MOVING)
        one = replace(
            one, state=decision.state, step=decision.step, reason=decision.reason if moved else one.reason,
            step_at=now if moved else one.step_at, served_at=0.0 if anew else one.served_at,
            held=0.0 if anew else one.held,
            shares=dict(decision.shares) if decision.shares is not None else one.shares,
        )  # fmt: skip
        one = _paused(one, decision, now) if decision.pauses is not None else one
        word = one.state if decision.pauses is None else "paused" if decision.pauses else "resumed"
        self.one = one.noted(now, word, decision.reason, decision.by)
        await self._platform.store.save_rollout(self.one)
        if one.wish:
            await self._platform.store.answer_rollout(one.id, one.wish)
            self.one = replace(self.one, wish="", wished_by="")
        if decision.shares is not None:
            await self._platform.apply_traffic()
        await self._serve()
        await self._progress.say(one.strategy.kind, RUNNING, f"{word}: {decision.reason}")

    async def _serve(self) -> None:
        """From here on both arms serve: what was decided is at the edge, also when control died before it was."""
        if self.one.state in (states.JUDGING, states.MOVING) and not self.one.served_at:
            self.one = replace(self.one, served_at=self._now())
            await self._platform.store.save_rollout(self.one)

    async def last_word(self) -> None:
        """Instances for all are ready; whoever aborted meanwhile is heard. Raises Aborted."""
        decision = await self._aborted()
        if decision is not None:
            await self._enter(decision)
            await self._go_back()

    async def _go_back(self) -> None:
        """Traffic is with the former release since this was entered; what was made for it ends. Raises."""
        one, by = self.one, self.one.events[-1].by
        await self._platform.apply_traffic()
        await self._end(states.ABORTED if by else states.ROLLED_BACK, one.reason, by)
        raise (Aborted if by else RolledBack)(
            f"{one.line}: {one.version} went back: {one.reason}",
            hint=f"{one.former_version} serves everybody; `stagedoor rollout show {one.id}` has the figures",
            rollout=one.id,
        )

    async def _end(self, state: str, why: str, by: str = "") -> None:
        """Nothing of it stays at the edge."""
        now = self._now()
        one = replace(self.one, state=state, reason=why, ended_at=now, step_at=now, shares={}, wish="")
        self.one = one.noted(now, state, why, by)
        change = Change(
            by or "control", "rollout", one.application, f"^{one.major} in {one.stack}", None, described(one)
        )
        await self._platform.store.save_rollout(self.one, change)
        await self._platform.apply_traffic()
        await self.clear()

    def finished(self, release: int) -> Rollout:
        """As it will be once the line points at its release; `point` writes it together with the pointer."""
        one, now = self.one, self._now()
        text = f"release {release} serves everybody"
        done = replace(one, state=states.DONE, release=release, ended_at=now, step_at=now, shares={}, reason=text)
        return done.noted(now, states.DONE, text)

    async def clear(self) -> None:
        """What was made for it alone ends. What cannot end now is ended by the next round of `loops`."""
        try:
            await arms.end(self._platform, self.one)
        except Failure as error:
            log.warning("%s: %s", self.one.line, error)


async def _judging() -> ModuleType:
    """Statistics are imported when they are needed, and beside the loop: they take half a second."""
    return await asyncio.to_thread(import_module, "stagedoor.control.rollout.judging")


def _paused(one: Rollout, decision: Decision, now: float) -> Rollout:
    if decision.pauses:
        return replace(one, paused_at=now)
    return replace(one, paused_at=0.0, held=one.held + now - one.paused_at)


def _glance(told: Judgement, now: float, one: Rollout) -> str:
    requests = sum(told.requests)
    return f"{say_time(now - one.step_at)}, {requests} requests in both arms; {told.words}"


async def end_orphans(platform: Platform) -> None:
    """Rollouts that nobody drives, since their operation ended without them, go back."""
    driven = {one.id for one in (*await platform.store.running_operations(), *platform.operations.running())}
    for one in (await platform.store.world()).rollouts:
        if one.operation not in driven:
            now, why = platform.clock(), "its operation ended without it"
            ended = replace(one, state=states.FAILED, reason=why, ended_at=now, shares={})
            await platform.store.save_rollout(ended.noted(now, states.FAILED, why))
