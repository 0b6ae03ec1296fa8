"""What fires and what resolves: bad for some looks in a row before it fires, well for some minutes before it ends, and
what comes back soon after its end is the same alert again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from stagedoor.decide.alert.settings import DEFAULT, Settings
from stagedoor.decide.alert.verdict import Subject, Verdict


@dataclass(slots=True)
class Alarm:
    """Of one subject. `bad` counts looks in a row, `since` is when the first of them was, `seen` the last.

    `began`: the first look of all, before it came back; `ended`: 0 while it goes on; `times`: how often it fired.
    """

    verdict: Verdict
    began: float
    since: float
    seen: float = 0.0
    bad: int = 0
    fires: bool = False
    ended: float = 0.0
    times: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be told: it fires, fires `again`, or has ended."""

    alarm: Alarm
    again: bool = False


@dataclass(slots=True)
class Hold:
    settings: Settings = DEFAULT
    alarms: dict[Subject, Alarm] = field(default_factory=dict)

    @property
    def since(self) -> dict[Subject, float]:
        """Of those that fire: what they are held against was before."""
        return {subject: one.since for subject, one in self.alarms.items() if one.fires}

    def step(self, now: float, bad: Iterable[Verdict]) -> list[Turn]:
        """Takes one look; alerts that turned."""
        turned = []
        for verdict in bad:
            one = self.alarms.setdefault(verdict.subject, Alarm(verdict, now, now))
            if not one.fires:
                one.verdict, one.since = verdict, one.since if one.bad else now
            one.bad, one.seen = one.bad + 1, now
            if not one.fires and one.bad >= (1 if verdict.sure else self.settings.looks):
                turned.append(Turn(one, again=bool(one.times)))
                one.fires, one.ended, one.times = True, 0.0, one.times + 1
        return turned + self._calm(now)

    def _calm(self, now: float) -> list[Turn]:
        """Looks at those that are well now."""
        turned = []
        for subject, one in list(self.alarms.items()):
            if one.seen == now:
                continue
            one.bad = 0
            if one.fires and now - one.seen >= self.settings.settle:
                one.fires, one.ended = False, now
                turned.append(Turn(one))
            elif not one.fires and now - one.ended >= self.settings.fold:
                del self.alarms[subject]
        return turned
