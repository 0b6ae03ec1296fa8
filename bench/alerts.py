"""Alerts on made-up histories: how soon injected faults are found, and how often a quiet endpoint wakes somebody.

Nothing but the decision runs, with the looks of the loop, ten seconds apart, two seconds after what they see.
"""

import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from bench.alert_histories import DAY, MINUTE, PIECE, PROFILES, Fault, History, Profile
from bench.report import Report, percentile
from stagedoor.decide.alert.hold import Hold
from stagedoor.decide.alert.judge import judge, take
from stagedoor.decide.alert.series import HOUR, Series
from stagedoor.decide.alert.verdict import BURN, ERRORS, LATENCY, TRAFFIC

_LAG = 2.0
_BEFORE = 8 * DAY
_KEY = ("bench", "prod", "GET /")
_BUSY = 100  # Requests a minute from which a fault must show within a minute.
# Kind: (what changes, rules that find it, seconds for which it is looked for).
FAULTS = {
    "error_step": ({"errors": 0.20}, (ERRORS, BURN), 600),
    "latency_step": ({"latency": 2.5}, (LATENCY,), 600),
    "traffic_drop": ({"traffic": 0.1}, (TRAFFIC,), 600),
    "traffic_surge": ({"traffic": 4.0}, (TRAFFIC,), 600),
    "slow_burn": ({"errors": 0.02}, (BURN, ERRORS), 6 * HOUR),
}


@dataclass
class Watched:
    """One endpoint as the loop sees it."""

    history: History
    known: dict[tuple[str, str, str], Series] = field(default_factory=dict)
    hold: Hold = field(default_factory=Hold)

    def prepare(self, until: int) -> None:
        """Days before, and the last hour with its latencies."""
        take(self.known, self.history.coarse(until - _BEFORE, until - 70 * MINUTE))
        for end, minutes in self.history.fine(until - 70 * MINUTE, until):
            if end % MINUTE == 0:
                take(self.known, minutes)

    def looks(self, since: int, until: int, fault: Fault | None = None):  # type: ignore[no-untyped-def]
        """(time, alerts that turned) of each look."""
        for end, minutes in self.history.fine(since, until, fault):
            take(self.known, minutes)
            series, now = self.known[_KEY], end + _LAG
            if end % HOUR == 0:
                series.forget(end - 8 * DAY)
            if end % MINUTE == 0:
                series.lighten(end - 80 * MINUTE)
            yield now, self.hold.step(now, judge(now, _KEY, series, since=self.hold.since))


def run(*, quick: bool) -> Report:
    report = Report("alerts")
    found = _faults(3 if quick else 20)
    weeks, fired, seconds = _quiet(1 if quick else 6, 1 if quick else 7, 28.0 if quick else 1e9)
    busy = {kind: [one for part, one in found[kind] if part.rate >= _BUSY] for kind in FAULTS}
    low = {kind: [one for part, one in found[kind] if part.rate < _BUSY] for kind in FAULTS}
    report.figures = {
        "found_s": _slowest([one for kind in FAULTS if kind != "slow_burn" for one in busy[kind]]),
        **{kind + "_s": _slowest(times) for kind, times in busy.items()},
        **{kind + "_median_s": percentile(times, 0.5) for kind, times in busy.items()},
        "later_than_60_s": sum(one > 60 for kind in FAULTS if kind != "slow_burn" for one in busy[kind]),
        "missed": sum(one == float("inf") for kind in FAULTS if kind != "slow_burn" for one in busy[kind]),
        "faults": sum(len(busy[kind]) for kind in FAULTS if kind != "slow_burn"),
        "slow_burns": len(busy["slow_burn"]),
        **{f"low_{kind}_found": sum(one < float("inf") for one in times) for kind, times in low.items()},
        "low_faults": sum(map(len, low.values())),
        "endpoint_weeks": round(weeks, 2),
        "false": sum(fired.values()),
        "false_per_week": round(sum(fired.values()) / weeks * len(PROFILES), 2),
        "false_per_endpoint_week": round(sum(fired.values()) / weeks, 3),
        **{f"false_{rule}": count for rule, count in sorted(fired.items())},
        "look_us": round(seconds * 1e6, 1),
    }  # fmt: skip
    report.limits += [
        f"found_s is over endpoints with {_BUSY} requests a minute and more, without slow_burn; low_* are the others",
        f"false_per_week is of {len(PROFILES)} endpoints together: {', '.join(one.name for one in PROFILES)}",
        "histories are made up: their noise is what we thought of",
    ]
    return report


def _slowest(times: list[float]) -> float:
    return max(times) if max(times) < float("inf") else -1


def _faults(seeds: int) -> dict[str, list[tuple[Profile, float]]]:
    found = defaultdict(list)
    for profile in PROFILES:
        for kind in FAULTS:
            for seed in range(seeds):
                found[kind].append((profile, _find(profile, kind, seed)))
    return found


def _find(profile: Profile, kind: str, seed: int) -> float:
    """Seconds from the fault's begin to the alert."""
    changes, rules, patience = FAULTS[kind]
    chance = random.Random(f"{kind} {seed}")
    day = 8 * DAY + int(chance.uniform(0, 7)) * DAY
    begin = day + int(chance.uniform(2, 23) * HOUR) // MINUTE * MINUTE
    fault = Fault(kind, begin + chance.uniform(0, MINUTE), **changes)
    watched = Watched(History(profile, seed + 1000))
    watched.prepare(begin)
    for now, turned in watched.looks(begin, begin + patience + MINUTE, fault):
        if now > fault.at and any(one.alarm.fires and one.alarm.verdict.subject.rule in rules for one in turned):
            return round(now - fault.at, 1)
    return float("inf")


def _quiet(seeds: int, days: int, patience: float) -> tuple[float, Counter[str], float]:
    """(endpoint-weeks looked at, alerts that fired by rule, seconds that a look took)."""
    fired: Counter[str] = Counter()
    looked, began = 0, time.perf_counter()
    for seed in range(seeds):
        for profile in PROFILES:
            if time.perf_counter() - began > patience:
                break
            watched, begin = Watched(History(profile, seed)), 8 * DAY + (seed * 2) % 7 * DAY
            watched.prepare(begin)
            for _, turned in watched.looks(begin, begin + days * DAY):
                looked += 1
                fired.update(one.alarm.verdict.subject.rule for one in turned if one.alarm.fires)
    return looked * PIECE / (7 * DAY), fired, (time.perf_counter() - began) / looked
