"""A saved query: a query with figures under a name, as a chart; with a bound on its first figure, as an alert too."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from stagedoor.model.errors import Invalid
from stagedoor.model.filters import windows
from stagedoor.model.filters.fields import DURATION, SCHEMAS
from stagedoor.model.filters.tokens import duration
from stagedoor.model.filters.windows import Query
from stagedoor.model.names import check_name, suggest

SHORTEST_ALERT = 10_000_000  # Microseconds: alerts are looked at so often.


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """`query` is of records of a `kind`, of one `application` or, when that is empty, of all. `bound`: as in `> 200ms`.

    `team` may change it; it is empty where only operators may.
    """

    name: str
    kind: str
    query: str
    application: str = ""
    bound: str = ""
    team: str = ""
    saved_by: str = ""
    saved_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure may not be: `above` or below a limit, in the figure's own unit (microseconds for durations)."""

    above: bool
    limit: float

    def passed(self, figure: float) -> bool:
        return figure > self.limit if self.above else figure < self.limit


def parse(saved: SavedQuery) -> Query:
    """Its query, whatever the application. Raises Invalid, whose details name the `field` that is wrong."""
    with _in_field("name"):
        check_name("a saved query", saved.name)
    with _in_field("kind"):
        if saved.kind not in SCHEMAS:
            raise Invalid(f"there are no records of kind {saved.kind!r}", hint=suggest(saved.kind, list(SCHEMAS)))
    with _in_field("query"):
        query = windows.parse(saved.query, SCHEMAS[saved.kind])
        if not query.figures:
            raise Invalid(
                "a query without figures cannot be saved as a chart",
                hint=f"{query.source or 'true'} | count() every 1m",
            )
        windows.measured(query)
        if saved.application:
            windows.within(query, "application", saved.application)
        if saved.bound and query.every < SHORTEST_ALERT:
            raise Invalid("an alert looks at windows of 10s and longer", hint="add: every 1m")
    with _in_field("bound"):
        if saved.bound:
            parse_bound(saved, query)
    return query


@contextmanager
def _in_field(name: str) -> Iterator[None]:
    try:
        yield
    except Invalid as error:
        error.details.setdefault("field", name)
        raise


def parse_bound(saved: SavedQuery, query: Query) -> Bound:
    """Raises Invalid."""
    sign, text = saved.bound[:1], saved.bound[1:].strip()
    timed = query.units[0] == DURATION
    try:
        if sign not in ("<", ">"):
            raise ValueError(f"{saved.bound!r} begins with neither < nor >")
        limit = float(duration(text)) if timed else _number(text)
    except ValueError as error:
        example = "> 200ms" if timed else "> 10"
        raise Invalid(f"the bound is not understood: {error}", hint=f"as in {example}") from None
    return Bound(sign == ">", limit)


def _number(text: str) -> float:
    """Raises ValueError, for what is no number and for what no figure can pass."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is no number")
    return value
