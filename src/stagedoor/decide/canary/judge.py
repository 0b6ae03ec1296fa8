"""A canary against its baseline, looked at as often as one likes.

Sequential in the manner of Lindon, Sanden and Shirikian (Rapid Regression Detection in Software Deployments through
Sequential Testing, KDD 2022, arXiv 2205.14762), who look continuously with a bounded chance of a false alarm; here the
bound comes from an alpha spent over looks (`spend`), which leaves each test an exact or a rank test.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from stagedoor.decide.canary import calls, cpu, kayenta, memory, shares, times
from stagedoor.decide.canary.chart import distributions
from stagedoor.decide.canary.cold import cold
from stagedoor.decide.canary.look import Look
from stagedoor.decide.canary.pool import LEAST_UNITS, pool
from stagedoor.decide.canary.sample import Sample
from stagedoor.decide.canary.served import mismatch, missing
from stagedoor.decide.canary.settings import CALLS, CPU, DEGRADED, ERRORS, LATENCY, MEMORY, SIZE, TAIL, Rules
from stagedoor.decide.canary.spend import FIRST, due, spend
from stagedoor.model.judgement import (
    FAIL,
    HARM,
    INCONCLUSIVE,
    KAYENTA,
    NOTICE,
    OPEN,
    PASS,
    WATCHING,
    Finding,
    Judgement,
    Looked,
    Plan,
)
from stagedoor.model.quantity import say_time


def judge(
    rules: Rules, plan: Plan, sample: Sample, looked: Looked, now: float, began: float,
    previous: Judgement | None = None,
) -> Judgement:  # fmt: skip
    """`now` and `began` in seconds since the epoch; `looked` and `previous` are those of the judgement before.

    Cheap when it is no time for a look: then the findings are the previous ones. A harm that was found stays found,
    since the chance of a false alarm is that of the first one.
    """
    requests = (len(sample.baseline), len(sample.canary))
    if rules.judge == KAYENTA:
        return kayenta.judge(plan, sample, looked, now, began, previous)
    if previous is not None and previous.verdict == FAIL:
        return replace(previous, at=now, requests=requests)
    passed = max(0.0, now - began)
    wanted = _wanted(plan, looked, previous)
    unknown = previous is None or not previous.findings
    if missing(requests) or not _due(plan, looked, requests[0] + requests[1], passed, wanted, unknown=unknown):
        return _between_looks(plan, sample, looked, now, passed, previous)
    return _look(rules, plan, sample, looked, now, passed)


def _due(plan: Plan, looked: Looked, requests: int, passed: float, wanted: int, *, unknown: bool) -> bool:
    """`unknown`: nobody remembers the findings of the last look."""
    crossed = looked.requests < wanted <= requests
    return crossed or (unknown and requests >= FIRST) or due(looked, requests, plan.requests, passed, plan.seconds)


def _wanted(plan: Plan, looked: Looked, previous: Judgement | None) -> int:
    """Requests that the plan needs, as corrected by how alike those of one member are; cold ones come on top."""
    found = [one for one in (previous.findings if previous else []) if one.metric not in (CPU, MEMORY)]
    return max([plan.requests, *(one.needed + max(0, looked.requests - one.samples) for one in found if one.needed)])


def _between_looks(
    plan: Plan, sample: Sample, looked: Looked, now: float, passed: float, previous: Judgement | None
) -> Judgement:
    requests = (len(sample.baseline), len(sample.canary))
    if previous is not None and any(previous.units):
        units = previous.units
    else:
        units = (len(np.unique(sample.baseline.unit)), len(np.unique(sample.canary.unit)))
    findings = previous.findings if previous else []
    charts = previous.distributions if previous else []
    verdict, words = _whole(plan, findings, requests, units, passed)
    return Judgement(verdict, words, now, requests, units, looked, findings, charts)


def _look(rules: Rules, plan: Plan, sample: Sample, looked: Looked, now: float, passed: float) -> Judgement:
    requests = (len(sample.baseline), len(sample.canary))
    share, kept = spend(looked, sum(requests), plan.requests, passed, plan.seconds)
    judged = rules.judged()
    needs = {one.metric: one.requests for one in plan.visible}
    look = Look(rules, needs, rules.alpha * share / len(judged), sample.endpoints)
    findings, units = _findings(look, sample, judged)
    charts = distributions(sample.baseline, sample.canary)
    verdict, words = _whole(plan, findings, requests, units, passed)
    return Judgement(verdict, words, now, requests, units, kept, findings, charts)


def _findings(look: Look, sample: Sample, judged: Sequence[str]) -> tuple[list[Finding], tuple[int, int]]:
    """(of each metric and of cold requests, members of each arm)."""
    both = (sample.baseline, sample.canary)
    all_, warm = pool(*both), pool(*both, (~both[0].cold, ~both[1].cold))

    def column(name: str, *, cold: bool = False) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        return np.concatenate([getattr(one, name) if cold else getattr(one, name)[~one.cold] for one in both]).astype(
            np.int64
        )

    found = {
        ERRORS: lambda: shares.judge(ERRORS, look, all_, column("failed", cold=True).astype(np.bool_)),
        DEGRADED: lambda: shares.judge(DEGRADED, look, warm, column("degraded").astype(np.bool_)),
        LATENCY: lambda: times.by_rank(LATENCY, look, warm, column("took")),
        TAIL: lambda: times.tail(look, warm, column("took")),
        CALLS: lambda: calls.judge(look, warm, column("calls")),
        SIZE: lambda: times.by_rank(SIZE, look, warm, column("size")),
        CPU: lambda: cpu.judge(look, sample),
        MEMORY: lambda: memory.judge(look, sample.blocks),
    }
    nothing = min(warm.canary, len(warm) - warm.canary) == 0
    needs_warm = (DEGRADED, LATENCY, TAIL, CALLS, SIZE)
    findings = [found[one]() for one in judged if not (nothing and one in needs_warm)]
    units = int(np.count_nonzero(all_.sign < 0)), int(np.count_nonzero(all_.sign > 0))
    return [*findings, cold(*both)], units


def _whole(
    plan: Plan, findings: Sequence[Finding], requests: tuple[int, int], units: tuple[int, int], passed: float
) -> tuple[str, str]:
    """(verdict, words)."""
    harms = [one for one in findings if one.verdict == HARM]
    uneven = mismatch(units) if findings else ""
    if harms:
        words = [one.words for one in sorted(harms, key=lambda one: one.p)]
        return FAIL, "; ".join([*words, uneven] if uneven else words)
    if not any(requests):
        return (INCONCLUSIVE if passed >= plan.most else WATCHING), _silence(passed)
    lost = missing(requests) or uneven
    if lost:
        return (INCONCLUSIVE if passed >= plan.least else WATCHING), f"It cannot be judged: {lost}"
    lacks = _lacks(plan, findings, requests, units, passed)
    if not lacks:
        return PASS, _passed(plan, findings, requests, passed)
    if passed >= plan.most:
        return INCONCLUSIVE, (
            f"{say_time(passed)} went by and {lacks}. No harm was seen so far. Let it go on, promote it by hand, or "
            "take it back"
        )
    return WATCHING, f"{lacks}; no harm so far"


def _silence(passed: float) -> str:
    return f"It cannot be judged: no request came to either arm in {say_time(passed)}"


def _lacks(
    plan: Plan, findings: Sequence[Finding], requests: tuple[int, int], units: tuple[int, int], passed: float
) -> str:
    """What a pass still needs; empty when it needs nothing."""
    if not findings:
        return f"{requests[0] + requests[1]:,} of the {plan.requests:,} requests it needs came"
    if sum(units) < LEAST_UNITS and sum(requests) >= plan.requests:
        return f"only {sum(units)} members asked, of at least {LEAST_UNITS} that a comparison needs"
    short = [one for one in findings if one.metric not in (CPU, MEMORY) and one.samples < one.needed]
    if short:
        most = max(short, key=lambda one: one.needed)
        return f"{min(sum(requests), most.needed - 1):,} of the {most.needed:,} requests that {most.metric} needs came"
    absent = [one.metric for one in plan.visible if all(one.metric != found.metric for found in findings)]
    if absent:
        return f"only first requests of instances came, so {absent[0]} is not known"
    if sum(requests) < plan.requests:
        return f"{sum(requests):,} of the {plan.requests:,} requests it needs came"
    if passed < plan.least:
        return f"{say_time(passed)} of at least {say_time(plan.least)} went by"
    unsure = [one for one in findings if one.verdict == OPEN and one.needed and one.samples]
    if unsure:
        return f"{unsure[0].metric} cannot be told yet: {unsure[0].words}"
    return ""


def _passed(plan: Plan, findings: Sequence[Finding], requests: tuple[int, int], passed: float) -> str:
    told = [one.words for one in findings if one.verdict == NOTICE]
    without = [one.metric for one in findings if one.metric in (CPU, MEMORY) and not one.samples]
    words = f"As good as its baseline: no harm in {sum(requests):,} requests and {say_time(passed)}"
    if told:
        words += f". Worth knowing: {'; '.join(told)}"
    if without:
        words += f". Not measured: {' and '.join(without)}"
    return words
