"""The judge of canaries on made-up traffic: how often it cries wolf, what it misses, and how soon it finds an effect.

Nothing but the decision runs: it is called every second with what is known then, as in production, and Kayenta's judge
is called on the same requests every minute. Kayenta's is taken to have found an effect as soon as the metric in
question is classified high, though its score alone would often still pass or be marginal; it is looked at every minute,
and its false alarms are counted by the same rule: any metric that is high at any minute. A smaller run with real
instances follows (`canary_real`).
"""

import os
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tests.harness.canary_cases import CASES
from tests.harness.canary_traffic import BEGAN, EFFECTS, NONE, Effect, Traffic

from bench import canary_real
from bench.report import Report, median
from stagedoor.decide import canary
from stagedoor.model.judgement import FAIL, HARM, KAYENTA, PASS, Judgement, Looked, Plan

_RATES = (4.0, 12.0, 25.0)  # Requests a second in both arms, of the runs without an effect.
_RATE = 25.0
_LASTS_QUIET = 1200
_LASTS = 1800
_MINUTE = 60
_METRIC = {"errors": "errors", "p50": "latency", "p99": "tail", "calls": "calls", "leak": "memory"}


@dataclass
class Outcome:
    """Of one run: requests and seconds until each judge found something; None when it did not."""

    effect: str
    verdict: str = ""
    metrics: list[str] = field(default_factory=list)
    ours: tuple[int, float] | None = None
    kayenta: tuple[int, float] | None = None
    kayenta_failed: bool = False
    slowest: float = 0.0
    planned: int = 0


def run(*, quick: bool) -> Report:
    report = Report("canary")
    quiet, found = (200, 14) if quick else (1000, 100)
    jobs = [(seed, _RATES[seed % len(_RATES)], _LASTS_QUIET, NONE) for seed in range(quiet)]
    jobs += [(10_000 + seed, _RATE, _LASTS, effect) for effect in EFFECTS for seed in range(found)]
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    began = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        outcomes = list(pool.map(_one, jobs, chunksize=4))
    by_effect = defaultdict(list)
    for one in outcomes:
        by_effect[one.effect].append(one)
    _report_quiet(report, by_effect.pop(NONE.name))
    _report_found(report, by_effect)
    _report_cases(report)
    canary_real.run(report, quick=quick)
    report.figures["slowest_look_cpu_ms"] = round(max(one.slowest for one in outcomes) * 1e3, 1)
    report.figures["took_s"] = round(time.perf_counter() - began, 1)
    report.limits += [
        f"{quiet} runs without an effect of {_LASTS_QUIET} s, {found} of each effect; traffic is made up",
        "a run without an effect is looked at to its end, also after a pass; Kayenta's judge every minute from the 4th",
        "Kayenta's finds count when the effect's own metric is high, which its score may still let pass",
    ]
    return report


def _report_quiet(report: Report, quiet: list[Outcome]) -> None:
    share, promised = sum(one.ours is not None for one in quiet) / len(quiet), canary.Rules().alpha
    report.figures |= {
        "false_alarm_rate": round(share, 4),
        "promised_rate": promised,
        "kayenta_false_alarm_rate": round(sum(one.kayenta is not None for one in quiet) / len(quiet), 4),
        "kayenta_failed_rate": round(sum(one.kayenta_failed for one in quiet) / len(quiet), 4),
        "quiet_runs": len(quiet),
    }
    report.ratios["false_alarm_vs_promised"] = round(share / promised, 3)
    wrong = [metric for one in quiet for metric in one.metrics]
    if wrong:
        report.limits.append(f"false alarms were of {', '.join(sorted(wrong))}")


def _report_found(report: Report, by_effect: dict[str, list[Outcome]]) -> None:
    every = [one for runs in by_effect.values() for one in runs]
    report.figures["missed_share"] = round(sum(one.ours is None for one in every) / len(every), 4)
    report.figures["passed_share"] = round(sum(one.verdict == PASS for one in every) / len(every), 4)
    report.figures["planned_requests"] = max(one.planned for one in every)
    ratios = []
    for name, runs in by_effect.items():
        for judge in ("ours", "kayenta"):
            hits = [getattr(one, judge) for one in runs if getattr(one, judge) is not None]
            prefix = f"{name}_" if judge == "ours" else f"{name}_kayenta_"
            report.figures[f"{prefix}found"] = round(len(hits) / len(runs), 3)
            report.figures[f"{prefix}requests"] = int(median([one[0] for one in hits])) if hits else -1
            report.figures[f"{prefix}s"] = round(median([one[1] for one in hits]), 1) if hits else -1
        both = [(one.ours, one.kayenta) for one in runs if one.ours and one.kayenta]
        if len(both) * 2 >= len(runs):
            ratios.append(median([ours[0] / theirs[0] for ours, theirs in both]))
    report.ratios["requests_vs_kayenta"] = round(median(ratios), 3) if ratios else -1


def _report_cases(report: Report) -> None:
    """What users reported against Kayenta: how many are judged as a person would."""
    judged = {one.__name__: one() for one in CASES}
    report.figures["cases"] = len(judged)
    report.figures["cases_as_a_person"] = sum(ours for ours, _ in judged.values())
    report.figures["cases_as_a_person_kayenta"] = sum(theirs for _, theirs in judged.values())
    wrong = [name for name, (ours, _) in judged.items() if not ours]
    if wrong:
        report.limits.append(f"not judged as a person would: {', '.join(wrong)}")


def _one(job: tuple[int, float, int, Effect]) -> Outcome:
    seed, rate, lasts, effect = job
    traffic, outcome = Traffic(seed, rate, lasts, effect), Outcome(effect.name)
    history = canary.History(rate=rate / 0.2, share=0.1, errors=0.001, spread=0.5, requests=100_000)
    rules = canary.Rules(most=float(_LASTS))
    plan = canary.plan(rules, history)
    outcome.planned = plan.requests
    ours(traffic, rules, plan, outcome)
    _kayenta(traffic, outcome)
    return outcome


def ours(traffic: Traffic, rules: canary.Rules, plan: Plan, outcome: Outcome) -> None:
    """Until it fails; with an effect a pass ends it as well, since it would be let through."""
    looked, said = Looked(), None
    for second in range(1, traffic.lasts + 1):
        before = time.process_time()
        said = canary.judge(rules, plan, traffic.until(second), looked, BEGAN + second, BEGAN, said)
        outcome.slowest = max(outcome.slowest, time.process_time() - before)
        looked = said.looked
        if said.verdict == FAIL:
            outcome.ours = (sum(said.requests), float(second))
            outcome.metrics = _harms(said)
        if said.verdict == FAIL or (said.verdict == PASS and outcome.effect != NONE.name):
            break
    outcome.verdict = said.verdict if said else ""


def _kayenta(traffic: Traffic, outcome: Outcome) -> None:
    rules = canary.Rules(judge=KAYENTA, most=float(traffic.lasts))
    plan = canary.plan(rules, canary.History(1.0, 1.0, 0.001, 0.5, 1000))
    looked, said, metric = Looked(), None, _METRIC.get(outcome.effect)
    for second in range(4 * _MINUTE, traffic.lasts + 1, _MINUTE):
        said = canary.judge(rules, plan, traffic.until(second), looked, BEGAN + second, BEGAN, said)
        looked = said.looked
        outcome.kayenta_failed |= said.verdict == FAIL
        harms = _harms(said)
        if outcome.kayenta is None and (metric in harms or (metric is None and harms)):
            outcome.kayenta = (sum(said.requests), float(second))
            if metric is not None:
                break


def _harms(said: Judgement) -> list[str]:
    return [one.metric for one in said.findings if one.verdict == HARM]
