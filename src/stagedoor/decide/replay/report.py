"""All recordings together: what differs is put into groups, and held against what differs without a new version.

The old version runs twice, so that what differs by itself (noise: a clock nobody recorded, the order of a set) is
known by place. It is new there only when the new version differs in significantly more recordings: Fisher's exact test
(Journal of the Royal Statistical Society 85, 1922), one-sided. Where the old version never differs, once is enough.

A recording in which one version fails can be run again: `worth_confirming` says which, `Run.confirmed` what came of it.
Where it showed to be chance, all that the recording differs in is noise; where it fails each time with the new version
only, its status is new.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln

from stagedoor.decide.canary.sample import Floats
from stagedoor.decide.replay import paired, repeats
from stagedoor.decide.replay.compare import Spot, differences, noise, spots
from stagedoor.decide.replay.repeats import ALPHA, Repeat
from stagedoor.decide.replay.runs import Run
from stagedoor.model.comparison import Accepted, Comparison, Difference, Example, Group, Paired
from stagedoor.model.judgement import FAIL, HARM, INCONCLUSIVE, OPEN, PASS

LEAST = 10  # Recordings that are compared: fewer say nothing.
_ALPHA = 0.001
_EXAMPLES = 3
_MOST_GROUPS = 300
_TOLD = 3  # Groups in the reason.
_STATUS = "status"
_CALL = "call "  # Places of calls begin with it.


@dataclass(frozen=True, slots=True)
class _Row:
    """`harm`, `chance`: what came of running it again."""

    run: Run
    found: list[Difference]
    harm: bool
    chance: bool


def compare(runs: Sequence[Run], accepted: Sequence[Accepted] = (), version: str = paired.NEW) -> Comparison:
    """`accepted`: of this application. A difference that is new or a paired finding of harm makes it fail.

    `version`: what the new one is called.
    """
    kept = [one for one in runs if not one.failed]
    rows = _rows(kept)
    groups = _groups(rows, accepted)
    diverged = sum(one.diverged for one in kept)
    failing = _errors([one for one in runs if one.sound and not one.is_cut_short], version)
    own_time = _own_time([one for one in kept if not one.is_cut_short])
    said = Comparison(
        len(kept), _same(rows, groups), diverged, len(runs) - len(kept), groups, own_time, failing, PASS, ""
    )
    verdict, reason = _whole(said, _unanswered(runs))
    return replace(said, verdict=verdict, reason=reason)


def _errors(runs: Sequence[Run], version: str) -> Paired:
    names = [one.endpoint for one in runs]
    return paired.errors([one.pair for one in runs], repeated=_repeated(runs), strata=names, version=version)


def _repeated(runs: Sequence[Run]) -> dict[int, tuple[Repeat, ...]]:
    return {number: one.confirmed for number, one in enumerate(runs) if one.confirmed}


def _rows(runs: Sequence[Run]) -> list[_Row]:
    settled = repeats.settle([one.pair for one in runs], _repeated(runs), ALPHA)
    return [
        _Row(one, _differences(one), number in settled.harms, number in settled.chance)
        for number, one in enumerate(runs)
    ]


def _differences(one: Run) -> list[Difference]:
    found = differences(one.old, one.new)
    # That all of its answer is gone says no more than that the call is new.
    return [each for each in found if each.place.startswith(_CALL)] if one.is_cut_short else found


def _same(rows: Sequence[_Row], groups: Sequence[Group]) -> int:
    strange = {(one.endpoint, one.place, one.kind) for one in groups if one.new or one.accepted}
    return sum(one.chance or all((one.run.endpoint, *spot) not in strange for spot in spots(one.found)) for one in rows)


def more_often(count: int, noise: int, of: int) -> bool:
    """Whether `count` of `of` recordings is more than the `noise` of as many, which is no chance."""
    if count <= noise:
        return False
    return noise == 0 or _fisher(count, noise, of) <= _ALPHA


def _fisher(count: int, noise: int, of: int) -> float:
    """Chance of at least `count` of all that differ being the new version's."""
    both = count + noise
    here = np.arange(count, min(both, of) + 1, dtype=np.float64)
    whole = _choose(2.0 * of, np.asarray([float(both)]))
    return float(min(1.0, np.exp(_choose(of, here) + _choose(of, both - here) - whole).sum()))


def _choose(of: float, some: Floats) -> Floats:
    """The logarithm of in how many ways."""
    return np.asarray(gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1))


def _groups(rows: Sequence[_Row], accepted: Sequence[Accepted]) -> list[Group]:
    """New ones first, then by how many recordings they are in."""
    wanted = {(one.endpoint, one.place, one.kind): one for one in sorted(accepted, key=lambda one: one.at)}
    by_endpoint: defaultdict[str, list[_Row]] = defaultdict(list)
    for one in sorted(rows, key=lambda one: one.chance):  # Examples are rather of what is none.
        by_endpoint[one.run.endpoint].append(one)
    groups = [group for name, mine in by_endpoint.items() for group in _of_endpoint(name, mine, wanted)]
    # A body whose names are data has a place for each of them: the first ones tell enough.
    return sorted(groups, key=lambda one: (not one.new, -one.count, one.endpoint, one.place, one.kind))[:_MOST_GROUPS]


def _of_endpoint(
    endpoint: str, rows: Sequence[_Row], wanted: Mapping[tuple[str, str, str], Accepted]
) -> Iterable[Group]:
    counted: Counter[Spot] = Counter()
    examples: defaultdict[Spot, list[Example]] = defaultdict(list)
    for row in rows:
        shown = {(one.place, one.kind): one for one in reversed(row.found)}
        counted.update(shown.keys())
        for spot, one in shown.items():
            if len(examples[spot]) < _EXAMPLES:
                examples[spot].append(Example(row.run.id, one.left, one.right))
    usual = noise((one.run.old, one.run.again) for one in rows)
    strange = _strange(rows, usual)
    for (place, kind), count in counted.items():
        by = wanted.get((endpoint, place, kind))
        yield Group(
            endpoint, place, kind, count, len(rows), usual[place, kind], new=by is None and (place, kind) in strange,
            accepted=by is not None, by=by.by if by else "", why=by.why if by else "", examples=examples[place, kind],
        )  # fmt: skip


def _strange(rows: Sequence[_Row], usual: Counter[Spot]) -> set[Spot]:
    """What is no noise, of one endpoint."""
    counted = Counter(spot for one in rows if not one.chance for spot in spots(one.found))
    harms = {spot for one in rows if one.harm for spot in spots(one.found) if spot[0] == _STATUS}
    return harms | {spot for spot, count in counted.items() if more_often(count, usual[spot], len(rows))}


def _own_time(runs: Sequence[Run]) -> Paired:
    """Harm must show against both runs of the old version, and be beyond what those differ by: else it is whatever
    made one run slower than another.
    """
    names = [one.endpoint for one in runs]
    found = paired.own_time([(one.old.cpu, one.new.cpu) for one in runs], strata=names)
    if found.verdict != HARM:
        return found
    again = paired.own_time([(one.again.cpu, one.new.cpu) for one in runs])
    drift = paired.own_time([(one.old.cpu, one.again.cpu) for one in runs])
    if again.verdict == HARM and abs(drift.effect) < found.effect / 2:
        return found
    reason = f"{found.reason}, but two runs of the old version differ as well ({drift.effect * 100:+.0f} %)"
    return replace(found, verdict=OPEN, reason=reason)


def _unanswered(runs: Sequence[Run]) -> int:
    """Recordings without an answer of the new version only, when the old version's runs do not fail like that."""
    sound = [one for one in runs if not one.old.failed]
    new = sum(bool(one.new.failed) and not one.again.failed for one in sound)
    again = sum(bool(one.again.failed) and not one.new.failed for one in sound)
    return new if more_often(new, again, max(1, len(sound))) else 0


def _whole(said: Comparison, unanswered: int) -> tuple[str, str]:
    """(verdict, reason)."""
    new = [one for one in said.groups if one.new]
    harms = [one.reason for one in (said.errors, said.own_time) if one.verdict == HARM]
    if new or harms:
        return FAIL, "; ".join(([_new(new)] if new else []) + harms)
    lacks = _lacks(said, unanswered)
    if lacks:
        return INCONCLUSIVE, f"It cannot be told: {lacks}. No harm was seen"
    return PASS, _passed(said)


def _new(groups: Sequence[Group]) -> str:
    told = [f"{one.place} {one.kind} in {one.count:,} of {one.of:,} of {one.endpoint}" for one in groups[:_TOLD]]
    more = f" and {len(groups) - _TOLD:,} more" if len(groups) > _TOLD else ""
    return f"{len(groups):,} new difference{'' if len(groups) == 1 else 's'}: {', '.join(told)}{more}"


def _lacks(said: Comparison, unanswered: int) -> str:
    whole = said.compared + said.failed
    if said.compared < LEAST:
        return f"{said.compared} of {whole:,} recordings could be compared, of at least {LEAST}"
    if (said.diverged + said.failed) * 2 > whole:
        return (
            f"of {whole:,} recordings {said.failed:,} had no answer in a replay, and in {said.diverged:,} the new "
            "version asked for what is not recorded"
        )
    if unanswered:
        which = f"{unanswered:,} recording{'' if unanswered == 1 else 's'}"
        return f"the new version gave no answer to {which} that the old one answers"
    return ""


def _passed(said: Comparison) -> str:
    accepted = [one for one in said.groups if one.accepted]
    words = f"No new difference in {said.compared:,} recordings: {said.same:,} are the same"
    words += f", {said.compared - said.same:,} differ as was accepted" if accepted else ""
    open_ = [one.metric for one in (said.errors, said.own_time) if one.verdict == OPEN]
    return f"{words}. Not known yet: {' and '.join(open_)}" if open_ else words
