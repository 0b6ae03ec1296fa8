"""All rules that look at minutes, on every endpoint: which are bad now, and why."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from stagedoor.decide.alert import burn, errors, latency, traffic
from stagedoor.decide.alert.series import HOUR, MINUTE, Series, windows
from stagedoor.decide.alert.settings import DEFAULT, Settings
from stagedoor.decide.alert.verdict import Subject, Verdict
from stagedoor.model.minute import Minute

Key = tuple[str, str, str]
OBJECTIVE = 0.999
_FROZEN = HOUR  # For which an alert keeps the past it was found against; afterwards what is now is usual.


def decide(now: float, history: Iterable[Minute], settings: Settings = DEFAULT) -> list[Verdict]:
    """What is bad at `now`, in seconds since the epoch. Of its own minute there is what was seen so far."""
    known: dict[Key, Series] = {}
    take(known, history)
    return [one for key, series in sorted(known.items()) for one in judge(now, key, series, settings=settings)]


def take(known: dict[Key, Series], history: Iterable[Minute]) -> None:
    """Puts minutes where they belong; a minute that is known already is replaced."""
    sorted_out: dict[tuple[Key, int], list[Minute]] = defaultdict(list)
    for one in history:
        sorted_out[(one.application, one.stack, one.endpoint), one.at].append(one)
    for (key, at), found in sorted_out.items():
        known.setdefault(key, Series()).take(at, found)


def judge(
    now: float, key: Key, series: Series, *, settings: Settings = DEFAULT, objective: float = OBJECTIVE,
    since: Mapping[Subject, float] | None = None,
) -> list[Verdict]:  # fmt: skip
    """`since`: when the alerts that go on began: they are held against what was before."""
    found = windows(now, series, lag=settings.lag, least=settings.least_seconds)
    verdicts = []
    for rule in (errors, latency, traffic):
        subject = Subject(_NAMES[rule.__name__], *key)
        began = (since or {}).get(subject, now)
        until = int(began if now - began < _FROZEN else now) // MINUTE * MINUTE
        verdicts.append(rule.judge(key, series, found, until, settings))
    verdicts.append(burn.judge(key, series, now, objective, settings))
    return [one for one in verdicts if one is not None]


_NAMES = {one.__name__: one.__name__.rpartition(".")[2] for one in (errors, latency, traffic)}
