"""Judging a rollout's arms: what is known of the line before, what came since, and what the judge makes of it."""

import math
from dataclasses import replace

from stagedoor.control import status, traffic
from stagedoor.control.platform import Platform
from stagedoor.control.rollout.sample import Gathered, Used, looked_on
from stagedoor.decide import canary
from stagedoor.decide.canary import History, Rules
from stagedoor.model.experiment import Experiment
from stagedoor.model.judgement import BASELINE, CANARY, CPU, ERRORS, FAIL, MEMORY, METRICS, Judgement, Plan
from stagedoor.model.minute import Minute
from stagedoor.model.release import Line
from stagedoor.model.rollout import CANARIED, NEW, Glance, Rollout
from stagedoor.model.sketch import middle

_PAST = 900.0  # Seconds of the line that tell what to expect.
_EXAMINE = 10.0


def rules_of(one: Rollout) -> Rules:
    strategy = one.strategy
    metrics = strategy.metrics or METRICS
    if strategy.kind != CANARIED:
        # The former version's instances serve others as well: what they use is not its arm's.
        metrics = tuple(name for name in metrics if name not in (CPU, MEMORY)) or (ERRORS,)
    return Rules(most=strategy.most, least=strategy.least, judge=strategy.judge, metrics=metrics)


async def plan(platform: Platform, one: Rollout, now: float) -> Plan:
    """What can be seen with this traffic, and when."""
    minutes = await platform.records.minutes(int(now - _PAST), int(now), one.application) or []
    here = [each for each in minutes if each.stack == one.stack and each.version == one.former_version]
    rate = max(_rate(here, now), await rate_of(platform, one))
    return canary.plan(rules_of(one), _history(here, rate, one.strategy.share / 100))


def _rate(minutes: list[Minute], now: float) -> float:
    """Requests a second over the minutes in which there were any."""
    covered = sum(min(60.0, max(1.0, now - at)) for at in {one.at for one in minutes})
    return sum(one.requests for one in minutes) / covered if covered else 0.0


async def rate_of(platform: Platform, one: Rollout | Experiment) -> float:
    """Requests a second of a line that the edge counts now."""
    world = await platform.store.world()
    serving = traffic.serving(world, Line(one.application, one.major, one.stack))
    rates = {each.deployment: each.requests_per_second for each in await status.rates(platform, world)}
    return rates.get(serving.id, 0.0) if serving else 0.0


def _history(minutes: list[Minute], rate: float, share: float) -> History:
    requests = sum(one.requests for one in minutes)
    errors = sum(one.errors for one in minutes) / requests if requests else 0.0
    return History(rate, share, errors, _spread(minutes), requests)


def _spread(minutes: list[Minute]) -> float:
    """Standard deviation of the logarithm of latencies, within endpoints."""
    endpoints: dict[str, dict[int, int]] = {}
    for one in minutes:
        counts = endpoints.setdefault(one.endpoint, {})
        for bucket, count in one.latencies.items():
            counts[bucket] = counts.get(bucket, 0) + count
    squares = total = 0.0
    for counts in endpoints.values():
        number = sum(counts.values())
        logs = {bucket: math.log(middle(bucket)) for bucket in counts}
        mean = sum(logs[bucket] * count for bucket, count in counts.items()) / max(1, number)
        squares += sum((logs[bucket] - mean) ** 2 * count for bucket, count in counts.items())
        total += number
    return math.sqrt(squares / total) if total else 0.0


class Bench:
    """Where a judge sits: it gathers what both arms answered, and keeps what it said last."""

    def __init__(self, platform: Platform, one: Rollout) -> None:
        self._platform = platform
        self._arm = CANARY if one.strategy.kind == CANARIED else NEW
        self._gathered = Gathered(one.split, (f"{one.split}:{BASELINE}", f"{one.split}:{self._arm}"))
        self._examined = 0.0
        self._owners: dict[str, str] = {}

    async def gather(self, one: Rollout) -> None:
        """Raises Unavailable."""
        await self._gathered.gather(self._platform)
        now = self._platform.clock()
        if now - self._examined >= _EXAMINE:
            self._examined = now
            self._gathered.mark(now, await self._used(one))

    async def _used(self, one: Rollout) -> list[Used]:
        curves = self._platform.vitals.curves
        found: dict[str, dict[str, tuple[float, int]]] = {one.arms.get(name, ""): {} for name in (BASELINE, self._arm)}
        for instance in await self._platform.engine.instances():
            self._owners[instance["id"]] = instance["deployment"]
            curve = curves.get(instance["id"])
            if instance["deployment"] in found and curve is not None and curve.points:
                _, memory, cpu = curve.points[-1]
                found[instance["deployment"]][instance["id"]] = (cpu * 1e6, memory)
        return list(found.values())

    def judge(self, one: Rollout, now: float) -> Rollout:
        """With what the judge says now. Reckons for some milliseconds."""
        if one.plan is None:
            return one
        looked, seen = looked_on(one.looked, one.seen, self._gathered), self._gathered.ever
        sample = self._gathered.sample(now)
        told = canary.judge(rules_of(one), one.plan, sample, looked, now, one.served_at + one.held, one.judgement)
        told = self._examine(one, told)
        glances = one.glances
        if told.looked.looks != looked.looks:
            total = sum(told.requests)
            glances = glances + [
                Glance(now, total, each.metric, each.effect, each.low, each.high) for each in told.findings
            ]
        return replace(one, judgement=told, looked=told.looked, glances=glances, seen=max(seen, one.seen))

    def _examine(self, one: Rollout, told: Judgement) -> Judgement:
        """Whether what is judged is what answered: by the instances that records name, and whose node says they are."""
        wanted = {f"{one.split}:{name}": one.arms.get(name, "") for name in (BASELINE, self._arm)}
        for (cohort, instance), count in self._gathered.served.items():
            owner = self._owners.get(instance, "")
            if owner and owner != wanted.get(cohort, owner):
                words = f"{count} requests of {cohort} were answered by {instance}, which is not of that arm"
                return replace(told, verdict=FAIL, words=words)
        return told
