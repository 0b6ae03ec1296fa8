"""Kayenta's judge, for comparison: figures by minute, Mann and Whitney's test, a score of groups.

As Spinnaker's documentation has it: a metric is high when the 98 % interval of the shift between the two sets of
minutes lies above a quarter of its Hodges-Lehmann estimate; a group's score is the share of its metrics that pass, the
whole is the weighted sum; 95 passes, below 75 fails. It makes no promise when it is looked at more than once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr, ndtri

from stagedoor.decide.canary.chart import distributions
from stagedoor.decide.canary.sample import Arm, Floats, Sample
from stagedoor.decide.canary.settings import CALLS, CPU, ERRORS, LATENCY, MEMORY, SIZE, TAIL
from stagedoor.model.judgement import (
    FAIL,
    FINE,
    HARM,
    INCONCLUSIVE,
    NOTICE,
    OPEN,
    PASS,
    WATCHING,
    Finding,
    Judgement,
    Looked,
    Plan,
)

HIGH, LOW, SAME, NO_DATA = "high", "low", "pass", "nodata"
GROUPS: Mapping[str, tuple[str, ...]] = {
    "errors": (ERRORS,), "latency": (LATENCY, TAIL), "work": (CALLS, SIZE), "resources": (CPU, MEMORY),
}  # fmt: skip
_WEIGHTS = {"errors": 25.0, "latency": 25.0, "work": 25.0, "resources": 25.0}
_UNITS = {
    ERRORS: "share", LATENCY: "us", TAIL: "us", CALLS: "calls", SIZE: "bytes", CPU: "us", MEMORY: "bytes",
}  # fmt: skip
_CONFIDENCE, _MARGIN, _PASS, _MARGINAL = 0.98, 0.25, 95.0, 75.0
_LEAST = 4  # Minutes: with fewer, no interval of 98 % exists that leaves out 0.


@dataclass(frozen=True, slots=True)
class Classified:
    """`shift` is the Hodges-Lehmann estimate of canary less baseline, between `low` and `high`."""

    label: str
    shift: float = 0.0
    low: float = 0.0
    high: float = 0.0
    p: float = 1.0


def classify(baseline: Sequence[float] | Floats, canary: Sequence[float] | Floats) -> Classified:
    """Of one metric's values; those that are no number are left out, outliers are not."""
    before, after = (np.asarray(one, np.float64) for one in (baseline, canary))
    before, after = before[~np.isnan(before)], after[~np.isnan(after)]
    if not len(before) or not len(after):
        return Classified(NO_DATA)
    if len(before) == len(after) and bool((before == after).all()):
        return Classified(SAME)
    shifts = np.sort((after[:, None] - before[None, :]).ravel())
    estimate = float(np.median(shifts))
    both = np.concatenate([before, after])
    _, ties = np.unique(both, return_counts=True)
    count, pairs = len(both), len(shifts)
    variance = pairs / 12 * (count + 1 - float((ties.astype(np.float64) ** 3 - ties).sum()) / (count * (count - 1)))
    if variance <= 0:
        return Classified(SAME)
    deviation = float(np.sqrt(variance))
    cut = int(np.floor(pairs / 2 + float(ndtri((1 - _CONFIDENCE) / 2)) * deviation))
    low, high = float(shifts[max(cut, 0)]), float(shifts[-1 - max(cut, 0)])
    won = float((shifts > 0).sum() + (shifts == 0).sum() / 2) - pairs / 2
    p = 2 * float(ndtr(-max(0.0, abs(won) - 0.5) / deviation))
    margin = _MARGIN * abs(estimate)
    label = SAME if cut < 0 else HIGH if low > margin else LOW if high < -margin else SAME
    return Classified(label, estimate, low, high, min(1.0, p))


def score(labels: Mapping[str, str]) -> float:
    """0 to 100, of the labels by metric. Metrics without data count in no group."""
    total = 0.0
    for group, members in GROUPS.items():
        known = [labels[one] for one in members if labels.get(one, NO_DATA) != NO_DATA]
        if known:
            total += _WEIGHTS[group] * sum(one == SAME for one in known) / len(known)
    weights = sum(_WEIGHTS[group] for group, members in GROUPS.items() if any(
        labels.get(one, NO_DATA) != NO_DATA for one in members
    ))  # fmt: skip
    return total * 100 / weights if weights else 0.0


def by_minute(sample: Sample, began: float, now: float) -> dict[str, tuple[Floats, Floats]]:
    """(baseline, canary) of each metric, a value for each whole minute; NaN where there was nothing."""
    minutes = int((now - began) // 60)
    arms = [_requests(one, began, minutes) for one in (sample.baseline, sample.canary)]
    found = {name: (arms[0][name], arms[1][name]) for name in arms[0]}
    at = ((sample.blocks.at - began) / 60).astype(np.int64)
    rows = (at >= 0) & (at < minutes)
    for name in (CPU, MEMORY):
        values = []
        for arm in (0, 1):
            if name == CPU:
                above = np.bincount(at[rows], sample.blocks.cpu[rows, arm], minlength=minutes)
                below = np.bincount(at[rows], sample.blocks.requests[rows, arm], minlength=minutes)
            else:
                above = np.bincount(at[rows], sample.blocks.memory[rows, arm], minlength=minutes)
                below = np.bincount(at[rows], minlength=minutes).astype(np.float64)
            values.append(np.where(below > 0, above / np.maximum(below, 1), np.nan))
        found[name] = (values[0], values[1])
    return found


def _requests(arm: Arm, began: float, minutes: int) -> dict[str, Floats]:
    at = ((arm.at - began) / 60).astype(np.int64)
    found = {name: np.full(minutes, np.nan) for name in (ERRORS, LATENCY, TAIL, CALLS, SIZE)}
    order = np.argsort(at, kind="stable")
    ends = np.searchsorted(at[order], np.arange(minutes + 1))
    for minute in range(minutes):
        rows = order[ends[minute] : ends[minute + 1]]
        if len(rows):
            found[ERRORS][minute] = arm.failed[rows].mean()
            found[LATENCY][minute], found[TAIL][minute] = np.quantile(arm.took[rows], [0.5, 0.99])
            found[CALLS][minute], found[SIZE][minute] = arm.calls[rows].mean(), arm.size[rows].mean()
    return found


def judge(
    plan: Plan, sample: Sample, looked: Looked, now: float, began: float, previous: Judgement | None
) -> Judgement:
    """At each whole minute; between them the previous findings. It passes at the end of `plan.seconds` or `most`."""
    requests = (len(sample.baseline), len(sample.canary))
    minutes = int((now - began) // 60)
    if previous is not None and int((previous.at - began) // 60) == minutes:
        return replace(previous, at=now, requests=requests)
    units = len(np.unique(sample.baseline.unit)), len(np.unique(sample.canary.unit))
    if minutes < _LEAST or not all(requests):
        late = now - began >= plan.most
        verdict = INCONCLUSIVE if late else WATCHING
        words = "Kayenta's judge has too few minutes with requests in both arms"
        return Judgement(verdict, words, now, requests, units, looked)
    values = by_minute(sample, began, now)
    classified = {name: classify(*pair) for name, pair in values.items()}
    whole = score({name: one.label for name, one in classified.items()})
    findings = [_finding(name, classified[name], *values[name]) for name in classified]
    verdict, words = _verdict(whole, findings, now - began >= min(plan.most, max(plan.least, plan.seconds)))
    kept = Looked(looked.epoch, looked.looks + 1, sum(requests), looked.spent)
    return Judgement(
        verdict, words, now, requests, units, kept, findings, distributions(sample.baseline, sample.canary)
    )


def _verdict(whole: float, findings: Sequence[Finding], ended: bool) -> tuple[str, str]:
    words = f"Kayenta's score is {whole:.0f} of 100"
    worse = [one.metric for one in findings if one.verdict == HARM]
    if worse:
        words += f": {', '.join(worse)} differ"
    if whole < _MARGINAL:
        return FAIL, words
    if not ended:
        return WATCHING, words
    return (PASS, words) if whole >= _PASS else (INCONCLUSIVE, f"{words}, between {_MARGINAL:.0f} and {_PASS:.0f}")


def _finding(name: str, found: Classified, baseline: Floats, canary: Floats) -> Finding:
    verdict = {HIGH: HARM, LOW: NOTICE, SAME: FINE, NO_DATA: OPEN}[found.label]
    means = [float(np.nanmean(one)) if (~np.isnan(one)).any() else 0.0 for one in (baseline, canary)]
    words = f"by minute {means[1]:.4g} {_UNITS[name]}, {means[0]:.4g} of the baseline's: {found.label}"
    samples = int((~np.isnan(baseline)).sum() + (~np.isnan(canary)).sum())
    return Finding(
        name, verdict, words, _UNITS[name], means[0], means[1], found.shift, found.low, found.high, found.p, samples, 0
    )
