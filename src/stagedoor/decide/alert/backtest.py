"""How often rules would have fired on minutes that were stored: one look at the end of each minute.

The loop looks six times as often, so it finds sooner; here a rule is bad for one look before it fires.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from stagedoor.decide.alert.hold import Alarm, Hold
from stagedoor.decide.alert.judge import OBJECTIVE, Key, judge, take
from stagedoor.decide.alert.series import KEPT, MINUTE, Series
from stagedoor.decide.alert.settings import DEFAULT, Settings
from stagedoor.model.minute import Minute


@dataclass(slots=True)
class Replay:
    """Takes minutes in their order and looks at those from `since` on; what lies before is their past.

    `most` endpoints are looked at, those that came first; `left_out` are the others. `alarms` is what fired, in order.
    """

    since: int
    most: int
    objectives: Mapping[str, float] = field(default_factory=dict)
    settings: Settings = DEFAULT
    minutes: int = 0
    left_out: set[Key] = field(default_factory=set)
    alarms: list[Alarm] = field(default_factory=list)
    known: dict[Key, Series] = field(default_factory=dict)
    holds: dict[Key, Hold] = field(default_factory=lambda: defaultdict(lambda: Hold(replace(DEFAULT, looks=1))))

    def feed(self, begin: int, end: int, found: Iterable[Minute]) -> None:
        """All minutes that begin in [begin, end)."""
        by_minute: dict[int, list[Minute]] = defaultdict(list)
        for one in found:
            key = (one.application, one.stack, one.endpoint)
            if key in self.known or len(self.known) < self.most:
                self.known.setdefault(key, Series())
                by_minute[one.at].append(one)
            else:
                self.left_out.add(key)
        for at in range(begin, end, MINUTE):
            take(self.known, by_minute.pop(at, ()))
            if at >= self.since:
                self._look(at)
        for series in self.known.values():
            series.lighten(end - KEPT)

    def _look(self, at: int) -> None:
        now = at + MINUTE + self.settings.lag - 0.001  # The last instant at which this minute is the present one.
        for key, series in self.known.items():
            self.minutes += at in series.cells
            hold, objective = self.holds[key], self.objectives.get(key[0], OBJECTIVE)
            bad = judge(now, key, series, settings=self.settings, objective=objective, since=hold.since)
            turned = hold.step(now, bad)
            self.alarms += [one.alarm for one in turned if one.alarm.fires and not one.again]

    @property
    def by_rule(self) -> Counter[str]:
        """How often each rule fired."""
        counts: Counter[str] = Counter()
        for one in self.alarms:
            counts[one.verdict.subject.rule] += one.times
        return counts
