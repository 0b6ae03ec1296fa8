"""Where two runs of one recording differ: in status, header, calls and body.

Many differences in one place say no more than a few, so that a long list hides nothing else. What neither version says
by itself is left out: headers of the transport.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from stagedoor.decide.replay.places import MISSING, differing, read
from stagedoor.decide.replay.text import as_json, readable, short
from stagedoor.model.comparison import ADDED, CHANGED, GONE, Difference
from stagedoor.model.recording import Asked, Outcome

MOST = 200
_EACH = 5  # Of one place and kind.
_TRANSPORT = frozenset({"content-length", "connection", "keep-alive", "transfer-encoding"})
_OURS = "stagedoor-"
Spot = tuple[str, str]  # (place, kind).


def differences(left: Outcome, right: Outcome) -> list[Difference]:
    """At most 200, always in the same order."""
    found = chain(_status(left, right), _headers(left, right), _calls(left, right), _body(left.body, right.body))
    return list(islice(_few_of_each(found), MOST))


def spots(found: Iterable[Difference]) -> frozenset[Spot]:
    """(place, kind) of each."""
    return frozenset((one.place, one.kind) for one in found)


def noise(twice: Iterable[tuple[Outcome, Outcome]]) -> Counter[Spot]:
    """In how many recordings two runs of one version differ, by (place, kind).

    What comes and goes counts as both added and gone: which of the two it was is chance.
    """
    counted: Counter[Spot] = Counter()
    for one, other in twice:
        found = spots(differences(one, other))
        counted.update(found | {(place, GONE if kind == ADDED else ADDED) for place, kind in found if kind != CHANGED})
    return counted


def _few_of_each(found: Iterable[Difference]) -> Iterator[Difference]:
    seen: Counter[Spot] = Counter()
    for one in found:
        seen[one.place, one.kind] += 1
        if seen[one.place, one.kind] <= _EACH:
            yield one


def _differ(place: str, left: str | None, right: str | None) -> Difference:
    """None is for what is not there."""
    if left is None:
        return Difference(place, ADDED, "", short(right or "", "")[0])
    if right is None:
        return Difference(place, GONE, short(left, "")[0], "")
    return Difference(place, CHANGED, *short(left, right))


def _status(left: Outcome, right: Outcome) -> Iterator[Difference]:
    if left.status != right.status:
        yield _differ("status", str(left.status), str(right.status))


def _headers(left: Outcome, right: Outcome) -> Iterator[Difference]:
    one, other = _by_name(left), _by_name(right)
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            yield _differ(f"header {name}", one.get(name), other.get(name))


def _by_name(outcome: Outcome) -> dict[str, str]:
    """Several lines of one name are joined, in their order."""
    found: dict[str, str] = {}
    for name, value in outcome.fields:
        if name not in _TRANSPORT and not name.startswith(_OURS):
            found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _calls(left: Outcome, right: Outcome) -> Iterator[Difference]:
    one, other = _by_place(left.calls), _by_place(right.calls)
    for place in sorted(one.keys() | other.keys()):
        less, more = _without_common(one[place], other[place])
        for number in range(max(len(less), len(more))):
            sides = [readable(asked[number]) if number < len(asked) else None for asked in (less, more)]
            yield _differ(f"call {place}", *sides)


def _by_place(calls: Iterable[Asked]) -> defaultdict[str, list[bytes]]:
    found: defaultdict[str, list[bytes]] = defaultdict(list)
    for one in calls:
        body = b" " + one.body if one.body else b""
        found[one.place].append(one.target + body)
    return found


def _without_common(one: list[bytes], other: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """What each has that the other has not: in which order calls went out says nothing."""
    have, want = Counter(one), Counter(other)
    return sorted((have - want).elements()), sorted((want - have).elements())


def _body(left: bytes, right: bytes) -> Iterator[Difference]:
    if left == right:
        return
    one, other = read(left), read(right)
    if one is MISSING or other is MISSING:
        yield _differ("body", readable(left) if left else None, readable(right) if right else None)
        return
    for place, old, new in differing(one, other):
        sides = [None if value is MISSING else as_json(value) for value in (old, new)]
        yield _differ(place or "body", *sides)
