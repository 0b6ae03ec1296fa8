"""Comparing an experiment's cells with its first one, by the statistics of canaries: looked at continuously."""

import asyncio
from dataclasses import replace

import numpy as np

from stagedoor.control.platform import Platform
from stagedoor.control.rollout.judging import rate_of
from stagedoor.control.rollout.sample import Gathered, chosen, looked_on
from stagedoor.decide import canary
from stagedoor.decide.canary import Arm, History, Rules, Sample
from stagedoor.model.errors import Unavailable
from stagedoor.model.experiment import ENDED, Experiment
from stagedoor.model.judgement import METRICS, Judgement, Looked
from stagedoor.model.split import WHOLE, Part

_ALPHA = 0.05  # For all cells together.
_COMPARED = tuple(name for name in METRICS if name not in ("cpu", "memory"))  # Instances of a cell may have other work.


class Desks:
    """One for each cell that is compared."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._desks: dict[tuple[int, str], Gathered] = {}

    def keep(self, running: set[int]) -> None:
        """Forgets what other experiments' members were answered."""
        self._desks = {key: desk for key, desk in self._desks.items() if key[0] in running}

    async def look(self, one: Experiment) -> None:
        """Saves what was seen when it was time for a look. While telemetry is away nothing is seen."""
        if one.state == ENDED:
            return
        now = self._platform.clock()
        if one.plan is None:
            rules, history = _rules(one), History(await rate_of(self._platform, one), _least(one), 0.0, 0.0, 0)
            one = replace(one, plan=canary.plan(rules, history))
            await self._platform.store.save_experiment(one)
        for cell in one.cells[1:]:
            cohorts = (one.cohort(one.control.name), one.cohort(cell.name))
            desk = self._desks.setdefault((one.id, cell.name), Gathered(one.name, cohorts))
            try:
                await desk.gather(self._platform)
            except Unavailable:
                return
            told = await asyncio.to_thread(_judge, one, cell.name, desk, now)
            looked = one.looked.get(cell.name, Looked())
            one = replace(
                one,
                judgements={**one.judgements, cell.name: told},
                looked={**one.looked, cell.name: told.looked},
                seen={**one.seen, cell.name: max(desk.ever, one.seen.get(cell.name, 0))},
            )
            if told.looked.looks != looked.looks:
                await self._platform.store.save_experiment(one)


def _rules(one: Experiment) -> Rules:
    alpha, most = _ALPHA / (len(one.cells) - 1), one.ends_at - one.began_at
    return Rules(alpha=alpha, most=most, least=0.0, metrics=_COMPARED)


def _least(one: Experiment) -> float:
    """Of 1: the smallest cell, whose size is taken of each."""
    return min(cell.share for cell in one.cells) / 100


def _judge(one: Experiment, cell: str, desk: Gathered, now: float) -> Judgement:
    assert one.plan is not None
    parts = {part.cohort: part for part in one.parts()}
    arms = desk.arms()
    width = min(part.last - part.first for part in parts.values())
    first, other = (_alike(arm, parts[cohort], width) for arm, cohort in zip(arms, desk.cohorts, strict=True))
    nothing = np.empty((0, 2))
    sample = Sample(first, other, tuple(desk.endpoints), canary.Blocks(np.empty(0), nothing, nothing, nothing))
    looked = looked_on(one.looked.get(cell, Looked()), one.seen.get(cell, 0), desk)
    return canary.judge(_rules(one), one.plan, sample, looked, now, one.began_at, one.judgements.get(cell))


def _alike(arm: Arm, part: Part, width: int) -> Arm:
    """As many of a larger cell's members as the smallest has: who is in which arm is a fair coin then."""
    return chosen(arm, (arm.unit % WHOLE) - part.first < width)
