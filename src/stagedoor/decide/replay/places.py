"""Places in a JSON body, as in RFC 6901 with `[]` for every index."""

import json
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

MISSING: Any = object()
_LONGEST = 200


def read(body: bytes) -> Any:
    """The value, MISSING when it is not JSON (which knows no NaN)."""
    try:
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return MISSING


def _refuse(name: str) -> None:
    raise ValueError(name)


def differing(left: Any, right: Any) -> Iterator[tuple[str, Any, Any]]:
    """(place, old, new) of what differs, the whole being place ""; lists are compared index by index.

    1 and 1.0 differ: to many a client they do.
    """
    waiting = [("", left, right)]
    while waiting:
        place, old, new = waiting.pop()
        if isinstance(old, dict) and isinstance(new, dict):
            names = sorted(old.keys() | new.keys(), reverse=True)
            waiting += [(_inside(place, name), old.get(name, MISSING), new.get(name, MISSING)) for name in names]
        elif isinstance(old, list) and isinstance(new, list):
            both = zip_longest(old, new, fillvalue=MISSING)
            waiting += reversed([(_cut(f"{place}/[]"), *pair) for pair in both])
        elif type(old) is not type(new) or old != new:
            yield place, old, new


def _inside(place: str, name: str) -> str:
    plain = name if name.isprintable() else json.dumps(name)[1:-1]
    return _cut(f"{place}/{plain.replace('~', '~0').replace('/', '~1')}")


def _cut(place: str) -> str:
    return place if len(place) <= _LONGEST else place[: _LONGEST - 1] + "…"
