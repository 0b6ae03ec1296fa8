"""How many requests find what a script does worse: replayed with both versions in pairs, beside a canary without pairs.

Both see the made-up traffic of the canary's bench. Without pairs it is the judge of canaries itself, asked every
second. In pairs each request runs with both versions, one after the other: what services answered and how long they
took, what the script is busy with, and what fails because of them, is the same in both; what a run does by itself is
drawn for each. Paired tests look as the pairs come, with the alpha that the judge gives each of its metrics.

A request that only one version fails is run again with both, which is counted apart: it is no further request. The
effect on errors is one of requests: those that the new version fails it fails each time, as what a script cannot cope
with does. One of runs, that fail now and then whatever the request, is measured beside it: no repetition shows that.
"""

import os
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from tests.harness.canary_traffic import EFFECTS, NONE, Effect, Traffic

from bench.canary import Outcome, ours
from bench.report import Report, median
from stagedoor.decide import canary
from stagedoor.decide.canary.sample import Floats
from stagedoor.decide.replay import paired, repeats
from stagedoor.decide.replay.repeats import Repeat
from stagedoor.model.comparison import CALLS, ERRORS, OWN_TIME, Paired

_RATE = 25.0
_LASTS = 1800
_QUIET_PAIRS = 3000
_CPU_NOISE = 0.05  # Standard deviation of the logarithm of a run's own time.
_NOISIER = 0.20  # For a figure of its own: a busy machine.
_PAUSED = 0.03  # Of runs: the collector or a neighbour comes in between, and it takes half as long again.
_FAILS = 0.0005  # Of runs fail by themselves, whichever the version.
_FLAKY = 0.002  # Of requests fail in half of their runs, whichever the version.
_FLAKIER = 0.05  # For a figure of its own.
_OTHER_CALLS = 0.005  # Of runs make one call more, since something was a moment later.
_METRIC = {"errors": ERRORS, "p50": OWN_TIME, "calls": CALLS}
_BY_SCRIPT = [one for one in EFFECTS if one.name in _METRIC]
_ALPHA = canary.Rules().alpha / len(canary.Rules().judged())


@dataclass
class Found:
    """Requests until each found it; None when it did not. `estimated`: without pairs, as the paired finding has it.

    `confirming`: runs that repeated a request until it was found. `passing`: requests in pairs when runs fail now and
    then. `flakier`: a false alarm where many requests are flaky.
    """

    effect: str
    in_pairs: int | None = None
    unpaired: int | None = None
    noisier: int | None = None
    passing: int | None = None
    estimated: int = 0
    confirming: int = 0
    alarms: list[str] = field(default_factory=list)
    flakier: bool = False


@dataclass
class Pairs:
    """(with the old version, with the new one) of each request, in the order they came.

    `again`: how those that only one version failed did when they were run again.
    """

    by_metric: dict[str, Floats]
    again: dict[int, list[Repeat]]

    @property
    def errors(self) -> list[Repeat]:
        return [(old > 0, new > 0) for old, new in self.by_metric[ERRORS].tolist()]

    def first(self, metric: str) -> int | None:
        if metric == ERRORS:
            return paired.first_error(self.errors, self.again, _ALPHA)[0] or None
        return paired.first(metric, paired.apart(metric, self.by_metric[metric]), _ALPHA)[0] or None

    def finding(self, metric: str) -> Paired:
        if metric == ERRORS:
            return paired.errors(self.errors, _ALPHA, repeated=self.again)
        test = {OWN_TIME: paired.own_time, CALLS: paired.calls}[metric]
        return test([(one, other) for one, other in self.by_metric[metric].tolist()], _ALPHA)


def run(*, quick: bool) -> Report:
    report = Report("pairing")
    quiet, found = (400, 60) if quick else (2000, 300)
    jobs = [(seed, NONE) for seed in range(quiet)]
    jobs += [(10_000 + seed, effect) for seed in range(found) for effect in _BY_SCRIPT]
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    began = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        results = list(pool.map(_one, jobs, chunksize=4))
    by_effect = defaultdict(list)
    for one in results:
        by_effect[one.effect].append(one)
    still = by_effect.pop(NONE.name)
    report.figures["false_alarm_rate"] = round(sum(len(one.alarms) for one in still) / len(still) / len(_METRIC), 5)
    report.figures["errors_false_alarm_rate"] = round(sum(ERRORS in one.alarms for one in still) / len(still), 5)
    report.figures["errors_false_alarm_rate_flakier"] = round(sum(one.flakier for one in still) / len(still), 5)
    report.figures["promised_rate"] = round(_ALPHA, 5)
    report.figures["quiet_runs"] = quiet * len(_METRIC)
    for name, runs in by_effect.items():
        _report_effect(report, _METRIC[name].replace(" ", "_"), runs)
    report.ratios["paired_requests_ratio"] = max(report.ratios.values())
    report.figures["took_s"] = round(time.perf_counter() - began, 1)
    report.limits += [
        f"{found} runs of each effect, {quiet} without one for each test; traffic is made up",
        f"a pair is one request of the traffic and runs twice (a third time to learn noise); own time of a run varies "
        f"by {_CPU_NOISE * 100:.0f} %, and {_PAUSED * 100:.0f} % of runs take half as long again",
        f"noisier: own time of a run varies by {_NOISIER * 100:.0f} %",
        f"no paired test says anything before {paired.LEAST} pairs, but what is run again",
        f"a request that differs is run again {repeats.times(_ALPHA)} times with each version, which counts as runs",
        "the effect on errors is of requests, which fail each time; now_and_then: of runs, which no repetition shows: "
        "its ratio is in no other one",
        f"{_FLAKY * 100:.1f} % of requests fail in half of their runs with both versions, which nothing without pairs "
        f"has to cope with; flakier: {_FLAKIER * 100:.0f} %",
        "own time is all that a request takes: without pairs it is the judge's latency, 10 % longer",
        "requests without pairs are of both arms; the judge looks at 8 metrics, and pairs have the same alpha each",
    ]
    return report


def _report_effect(report: Report, name: str, runs: list[Found]) -> None:
    pairs = [one.in_pairs for one in runs if one.in_pairs is not None]
    apart = [one.unpaired for one in runs if one.unpaired is not None]
    report.figures |= {
        f"{name}_paired_found": round(len(pairs) / len(runs), 3),
        f"{name}_paired_requests": int(median(pairs)) if pairs else -1,
        f"{name}_paired_most": max(pairs, default=-1),
        f"{name}_unpaired_found": round(len(apart) / len(runs), 3),
        f"{name}_unpaired_requests": int(median(apart)) if apart else -1,
        f"{name}_unpaired_estimated": int(median([one.estimated for one in runs])),
    }
    noisier = [one.noisier for one in runs if one.noisier is not None]
    if noisier:
        report.figures[f"{name}_paired_requests_noisier"] = int(median(noisier))
    if name == ERRORS:
        _report_errors(report, runs, apart)
    report.ratios[f"{name}_ratio"] = round(median(pairs) / median(apart), 4) if pairs and apart else 1.0


def _report_errors(report: Report, runs: list[Found], apart: list[int]) -> None:
    passing = [one.passing for one in runs if one.passing is not None]
    confirming = [one.confirming for one in runs]
    report.figures |= {
        "errors_confirming_runs": int(median(confirming)),
        "errors_confirming_runs_most": max(confirming),
        "errors_now_and_then_found": round(len(passing) / len(runs), 3),
        "errors_now_and_then_requests": int(median(passing)) if passing else -1,
        "errors_now_and_then_ratio": round(median(passing) / median(apart), 4) if passing and apart else 1.0,
    }


def _one(job: tuple[int, Effect]) -> Found:
    seed, effect = job
    if effect == NONE:
        return _quiet(seed)
    found, metric = Found(effect.name), _METRIC[effect.name]
    pairs = _pairs(seed, _LASTS, effect)
    found.in_pairs = pairs.first(metric)
    found.estimated = _pairs(seed, _LASTS, effect, most=_QUIET_PAIRS).finding(metric).unpaired
    if metric == OWN_TIME:
        found.noisier = _pairs(seed, _LASTS, effect, noise=_NOISIER).first(metric)
    if metric == ERRORS:
        until = found.in_pairs or len(pairs.errors)
        found.confirming = sum(2 * len(each) for number, each in pairs.again.items() if number < until)
        found.passing = _pairs(seed, _LASTS, effect, passing=True).first(metric)
    found.unpaired = _unpaired(seed, effect)
    return found


def _quiet(seed: int) -> Found:
    pairs = _pairs(seed, 300, NONE, most=_QUIET_PAIRS)
    flakier = _pairs(seed, 300, NONE, most=_QUIET_PAIRS, flaky=_FLAKIER)
    alarms = [metric for metric in pairs.by_metric if pairs.first(metric)]
    return Found(NONE.name, alarms=alarms, flakier=flakier.first(ERRORS) is not None)


def _unpaired(seed: int, effect: Effect) -> int | None:
    """As the canary's bench asks its judge."""
    rules = canary.Rules(most=float(_LASTS))
    plan = canary.plan(rules, canary.History(_RATE / 0.2, 0.1, 0.001, 0.5, 100_000))
    outcome = Outcome(effect.name)
    ours(Traffic(seed, _RATE, _LASTS, effect), rules, plan, outcome)
    return outcome.ours[0] if outcome.ours else None


def _pairs(
    seed: int,
    lasts: int,
    effect: Effect,
    *,
    most: int | None = None,
    noise: float = _CPU_NOISE,
    flaky: float = _FLAKY,
    passing: bool = False,
) -> Pairs:
    """Of the first `most` requests. `passing`: what the effect makes fail are runs, not requests."""
    failed, took, calls = (one[:most] for one in _requests(seed, lasts))
    rng, shape = np.random.default_rng([seed, 1]), (len(failed), 2)
    own = np.exp(rng.normal(0, noise, shape)) * np.where(rng.random(shape) < _PAUSED, 1.5, 1.0)
    own *= took[:, None] * np.array([1.0, effect.latency])
    counted = calls[:, None] + (rng.random(shape) < _OTHER_CALLS) + np.array([0, effect.calls])
    by_itself = np.where(rng.random(len(failed)) < flaky, 0.5, _FAILS)
    chance = np.repeat(np.where(failed, 1.0, by_itself)[:, None], 2, axis=1)
    worse = effect.errors if passing else rng.random(len(failed)) < effect.errors
    chance[:, 1] = 1 - (1 - chance[:, 1]) * (1 - worse)
    bad = rng.random(shape) < chance
    by_metric = {ERRORS: bad.astype(np.float64), OWN_TIME: own, CALLS: counted.astype(np.float64)}
    return Pairs(by_metric, _again(bad, chance, rng))


def _again(bad: np.ndarray, chance: Floats, rng: np.random.Generator) -> dict[int, list[Repeat]]:
    """Those that are worth it run again, with the chance that each has by itself."""
    shape = (repeats.times(_ALPHA), 2)
    worth = repeats.worth([(old, new) for old, new in bad.tolist()])
    return {one: [(old, new) for old, new in (rng.random(shape) < chance[one]).tolist()] for one in worth}


@lru_cache(1)
def _requests(seed: int, lasts: int) -> tuple[np.ndarray, ...]:
    """(failed, took, calls) as services make them, in the order requests came."""
    traffic = Traffic(seed, _RATE, lasts)
    arms = (traffic.baseline, traffic.canary)
    order = np.argsort(np.concatenate([one.at for one in arms]), kind="stable")
    return tuple(np.concatenate([getattr(one, name) for one in arms])[order] for name in ("failed", "took", "calls"))
