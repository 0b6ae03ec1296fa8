"""What the same requests did with both versions, pair by pair: what requests differ in is in no pair's way.

What matters, and what is tolerated, is what the judge of canaries has of the same metric; own time counts as its CPU.
`alpha` is of one metric, on one side: the chance of calling harm what is none, when all pairs are looked at once.
`first` looks at the pairs as they came, with its alpha spent over looks, and is what `Paired.needed` says.

Without harm both versions are the same, so a pair is as likely to differ by so much the one way as the other; that
holds when the two runs of each pair are made side by side, in an order that does not favour one.

Errors need not wait for many pairs: `repeats` says of those that were run again whether they are the version's.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stagedoor.decide.canary.look import MOST, percent, span, verdict
from stagedoor.decide.canary.pool import bound
from stagedoor.decide.canary.sample import Bools, Floats
from stagedoor.decide.canary.settings import CALLS as CANARY_CALLS
from stagedoor.decide.canary.settings import CPU as CANARY_CPU
from stagedoor.decide.canary.settings import ERRORS as CANARY_ERRORS
from stagedoor.decide.canary.settings import Rules
from stagedoor.decide.canary.spend import GROWTH, spend
from stagedoor.decide.replay import ranks, repeats, signs
from stagedoor.decide.replay.repeats import ALPHA, Repeat, Repeated, Settled
from stagedoor.model.comparison import CALLS, ERRORS, OWN_TIME, Paired
from stagedoor.model.judgement import FINE, HARM, NOTICE, OPEN, Looked

LEAST = 10  # Pairs: fewer say nothing, however they differ.
NEW = "the new version"
_OLD = "the old version"
_TOLD = 3  # Endpoints in a reason.
_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Test:
    """`like`: the metric of canaries whose tolerance it has. `planned`: pairs that its spending reckons with: about as
    many as see that tolerance. `show`: a difference as an effect.
    """

    metric: str
    like: str
    planned: int
    chance: Callable[[Floats], float]
    effect: Callable[[Floats], float]
    bounds: Callable[[Floats, float], tuple[float, float]]
    show: Callable[[float], float] = float


def _share(logarithm: float) -> float:
    """A difference of logarithms as the share by which it is more."""
    return math.exp(min(logarithm, math.log(MOST))) - 1


_ERRORS = Test(ERRORS, CANARY_ERRORS, 1000, signs.chance, signs.mean, signs.share_bounds)
_OWN_TIME = Test(OWN_TIME, CANARY_CPU, 30, ranks.chance, ranks.middle, ranks.bounds, _share)
_CALLS = Test(CALLS, CANARY_CALLS, 20, signs.chance, signs.mean, signs.mean_bounds)
TESTS = {one.metric: one for one in (_ERRORS, _OWN_TIME, _CALLS)}


def errors(
    pairs: Sequence[Repeat],
    alpha: float = ALPHA,
    *,
    repeated: Repeated | None = None,
    strata: Sequence[str] | None = None,
    version: str = NEW,
) -> Paired:
    """Whether each request failed with (the old version, the new one): McNemar's exact test, and what was run again.

    A pair of `repeated` that fails each time with the new version only is harm at once, however few there are. One that
    does not do so again counts as a pair that does not differ, except for McNemar's test and for what it leaves open:
    a version that fails now and then shows by many such pairs. `strata`: the endpoint of each; `version`: for words.
    """
    again = repeated or {}
    settled = repeats.settle(pairs, again, alpha)
    said = _as_first_seen(pairs, settled, alpha)
    if not settled.harms and (said.verdict in (HARM, NOTICE) or len(pairs) < LEAST):
        return said
    said = _without_chance(said, pairs, settled, alpha)
    if settled.harms:
        return replace(_harm(said, pairs, settled, alpha), reason=_always(settled.harms, version, _OLD, strata, again))
    if settled.gains and said.verdict == FINE:
        return replace(said, reason=_always(settled.gains, _OLD, version, strata, again))
    return said


def own_time(pairs: Sequence[tuple[float, float]], alpha: float = ALPHA, strata: Sequence[str] | None = None) -> Paired:
    """Own time in seconds with (the old version, the new one), by ranks of its ratio; 0 is for what was not measured.

    `strata`: the endpoint of each, within which a test without pairs would compare.
    """
    measured = _columns(pairs)
    kept: Bools = np.asarray((measured > 0).all(axis=1))
    return _judge(_OWN_TIME, apart(OWN_TIME, pairs), alpha, _variance(np.log(measured[kept]), strata, kept))


def calls(pairs: Sequence[tuple[int, int]], alpha: float = ALPHA, strata: Sequence[str] | None = None) -> Paired:
    """Calls of services with (the old version, the new one), by the sign test."""
    counted = _columns(pairs)
    return _judge(_CALLS, apart(CALLS, pairs), alpha, _variance(counted, strata, np.ones(len(counted), np.bool_)))


def apart(metric: str, pairs: Sequence[tuple[float, float]]) -> Floats:
    """By how much the new version of each pair is above the old one: of own time in logarithms, if both have it."""
    values = _columns(pairs)
    if metric == OWN_TIME:
        values = np.log(values[(values > 0).all(axis=1)])
    return np.asarray(values[:, 1] - values[:, 0])


def first(metric: str, differences: Floats, alpha: float = ALPHA, planned: int = 0) -> tuple[int, float]:
    """(how many of the first pairs show harm, alpha of the look that saw it); (0, 0) when no look did.

    Looks are at 10 pairs and whenever they have grown by the factor of the judge of canaries, whose spending it is.
    """
    test, looked, count = TESTS[metric], Looked(), LEAST
    while count <= len(differences):
        part, looked = spend(looked, count, planned or test.planned)
        if test.chance(differences[:count]) <= alpha * part:
            return count, alpha * part
        count = math.ceil(count * GROWTH)
    return 0, 0.0


def first_error(pairs: Sequence[Repeat], repeated: Repeated, alpha: float = ALPHA) -> tuple[int, float]:
    """As `first`, of errors: until the first pair that is harm when it is run again, or until McNemar's test sees any.

    Its alpha is then what those that were run again until then have spent.
    """
    return _first_error(pairs, repeats.settle(pairs, repeated, alpha), alpha)


def _first_error(pairs: Sequence[Repeat], settled: Settled, alpha: float) -> tuple[int, float]:
    count, at = first(ERRORS, apart(ERRORS, pairs), alpha * _left(settled))
    if settled.harms and not 0 < count <= settled.harms[0]:
        return settled.harms[0] + 1, settled.spent(settled.harms[0])
    return count, at


def _left(settled: Settled) -> float:
    """The part of alpha that is McNemar's: all of it when nothing was run again."""
    return 1 - repeats.PART if settled.heard else 1.0


def _columns(pairs: Sequence[tuple[float, float]]) -> Floats:
    return np.asarray(pairs, np.float64).reshape(-1, 2)


def _variance(values: Floats, strata: Sequence[str] | None, kept: Bools) -> float:
    """Of one version's requests, within strata; the mean of both versions'."""
    if len(values) < LEAST:
        return 0.0
    names = np.asarray(strata if strata is not None else [""] * len(kept))[kept]
    _, place, many = np.unique(names, return_inverse=True, return_counts=True)
    means = np.stack([np.bincount(place, one) / many for one in values.T], axis=1)
    away = values - means[place]
    return float((away * away).sum()) / 2 / max(1, len(values) - len(many))


def _judge(test: Test, differences: Floats, alpha: float, variance: float) -> Paired:
    """`variance`: of a request's value with one version."""
    count = len(differences)
    if count < LEAST:
        return Paired(test.metric, count, reason=f"{test.metric}: {count} of at least {LEAST} pairs were measured")
    p, middle = test.chance(differences), test.effect(differences)
    low, high = (test.show(one) for one in test.bounds(differences, alpha))
    effect, sure = test.show(middle), p <= alpha
    tolerance, matters = _RULES.tolerance(test.like), _RULES.matters(test.like)
    state = verdict(sure=sure, large=effect >= matters, enough=high < tolerance)
    needed, unpaired = _sufficed(test, differences, alpha, variance, middle) if sure else (0, 0)
    reason = _words(test.metric, state, differences, (effect, low, high))
    return Paired(test.metric, count, effect, low, high, p, needed, unpaired, state, reason)


def _sufficed(test: Test, differences: Floats, alpha: float, variance: float, effect: float) -> tuple[int, int]:
    """(pairs, requests without pairs): both at the alpha of the look that found it, or of one look at all of them."""
    needed, at = first(test.metric, differences, alpha)
    if not needed:
        needed, at = len(differences), alpha
    return needed, _unpaired(at, variance, effect)


def _unpaired(alpha: float, variance: float, effect: float) -> int:
    """By the normal approximation: so many that the effect is seen with a half, as in the data at hand."""
    if effect <= 0:
        return 0
    return max(2 * LEAST, math.ceil(min(4 * bound(alpha) ** 2 * variance / effect**2, 1e12)))


def _as_first_seen(pairs: Sequence[Repeat], settled: Settled, alpha: float) -> Paired:
    said = _judge(_ERRORS, apart(ERRORS, pairs), alpha * _left(settled), _of_one(pairs))
    return replace(said, p=min(1.0, said.p / _left(settled)))


def _of_one(pairs: Sequence[Repeat]) -> float:
    """Variance of whether a request fails with one version; the mean of both versions'."""
    old, new = (float(one) for one in _columns(pairs).mean(axis=0)) if len(pairs) else (0.0, 0.0)
    return (old * (1 - old) + new * (1 - new)) / 2


def _without_chance(said: Paired, pairs: Sequence[Repeat], settled: Settled, alpha: float) -> Paired:
    """The verdict stays: whether anything is open yet is by the pairs as they were first seen."""
    left = apart(ERRORS, pairs)
    left[list(settled.chance)] = 0.0
    effect, (low, high) = signs.mean(left), signs.share_bounds(left, alpha * _left(settled))
    more = f"{len(settled.chance):,} more did not fail so again" if settled.chance else ""
    words = _words(ERRORS, said.verdict, left, (effect, low, high), more)
    return replace(said, effect=effect, low=low, high=high, reason=words)


def _harm(said: Paired, pairs: Sequence[Repeat], settled: Settled, alpha: float) -> Paired:
    needed, at = _first_error(pairs, settled, alpha)
    p = min(said.p, settled.spent(len(pairs)) / repeats.PART)
    return replace(said, p=p, needed=needed, unpaired=_unpaired(at, _of_one(pairs), said.effect), verdict=HARM)


def _always(which: Sequence[int], fails: str, never: str, strata: Sequence[str] | None, repeated: Repeated) -> str:
    """Which fail with one version every time, and never with the other."""
    many, times = len(which) > 1, min(len(repeated[one]) for one in which)
    words = f"{len(which):,} request{'s fail' if many else ' fails'} with {fails} every time "
    words += f"{'they are' if many else 'it is'} run again, {times} of {times}, and never with {never}"
    if strata is None:
        return words
    counted = Counter(strata[one] for one in which).most_common()
    told = [f"{name} ({count:,})" if count > 1 else name for name, count in counted[:_TOLD]]
    more = f" and {len(counted) - _TOLD:,} more" if len(counted) > _TOLD else ""
    return f"{words}: {', '.join(told)}{more}"


def _words(metric: str, state: str, differences: Floats, found: tuple[float, float, float], besides: str = "") -> str:
    effect, low, high = found
    told = state in (HARM, NOTICE)
    more, less = int((differences > 0).sum()), int((differences < 0).sum())
    of = f"of {len(differences):,} pairs"
    if metric == ERRORS:
        words = f"{more:,} {of} fail with the new version only, {less:,} with the old one only"
        words += f"; {besides}" if besides else ""
        words = f"{percent(effect)} more requests fail: {words}" if told else words
    elif metric == CALLS:
        words = f"{effect:+.2f} calls for a request ({low:+.2f} to {high:+.2f})"
        words = f"{words}: more in {more:,} {of}, fewer in {less:,}" if told else words
    else:
        bounds = f"({span(1 + low, 1 + high)}, {len(differences):,} pairs)"
        words = f"own time is {_size(effect)} {'more' if effect >= 0 else 'less'} {bounds}"
    return f"{words}; it cannot be told yet whether that is harm" if state == OPEN else words


def _size(share: float) -> str:
    return f"{1 + share:.2g} times, which is" if share >= 1 else percent(abs(share))
