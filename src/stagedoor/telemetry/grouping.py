"""Records grouped by fields in windows of time: of what arrives here, and of what is stored in SQL."""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from stagedoor.model.errors import Invalid
from stagedoor.model.filters import sql
from stagedoor.model.filters.windows import Figure, Query
from stagedoor.model.sketch import GROWTH, bucket, quantile

_MOST_GROUPS, _MOST_ROWS = 200, 20_000
_QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999}


class Window:
    """Windows begin at whole multiples of their length; one is told once it is over."""

    def __init__(self, query: Query, clock: Callable[[], float]) -> None:
        self._query = query
        self._clock = clock
        self._columns = [query.where.schema[name].column for name in query.by]
        self._fields = [query.where.schema[one.field].column if one.field else "" for one in query.figures]
        self._begin = self._now()
        self._groups: dict[tuple[Any, ...], list[Any]] = {}
        self._folded = 0
        self._closed: list[dict[str, Any]] = []

    def _now(self) -> int:
        return int(self._clock() * 1e6) // self._query.every * self._query.every

    def add(self, records: Iterable[Any]) -> None:
        self._turn()
        for one in records:
            key = tuple([getattr(one, column) for column in self._columns])
            values = self._groups.get(key)
            if values is None:
                if len(self._groups) >= _MOST_GROUPS:
                    self._folded += 1
                    continue
                values = self._groups[key] = [_Sum() for _ in self._fields]
            for value, field in zip(values, self._fields, strict=True):
                value.add(getattr(one, field) if field else 1)

    def closed(self) -> list[dict[str, Any]]:
        """Windows that are over and were not told: {at, every, rows: [{by: [...], figures: [...]}], folded}."""
        self._turn()
        told, self._closed = self._closed, []
        return told

    def _turn(self) -> None:
        now = self._now()
        if now == self._begin:
            return
        seconds = self._query.every / 1e6
        rows = [
            {"by": list(key), "figures": [
                value.figure(figure, seconds) for value, figure in zip(values, self._query.figures, strict=True)
            ]}
            for key, values in self._groups.items()
        ]  # fmt: skip
        rows.sort(key=lambda row: -(row["figures"][0] or 0))
        self._closed.append({"at": self._begin / 1e6, "every": seconds, "rows": rows, "folded": self._folded})
        del self._closed[:-100]
        self._begin, self._groups, self._folded = now, {}, 0


class _Sum:
    """What one figure needs of the values of one group."""

    __slots__ = ("buckets", "count", "least", "most", "total")

    def __init__(self) -> None:
        self.count, self.total, self.least, self.most = 0, 0, math.inf, -math.inf
        self.buckets: Counter[int] = Counter()

    def add(self, value: int) -> None:
        self.count += 1
        self.total += value
        self.least, self.most = min(self.least, value), max(self.most, value)
        self.buckets[bucket(value)] += 1

    def figure(self, one: Figure, seconds: float) -> float:
        if one.name in _QUANTILES:
            return quantile(self.buckets, _QUANTILES[one.name]) * 1e6
        return {
            "count": self.count, "rate": self.count / seconds, "sum": self.total, "avg": self.total / self.count,
            "min": self.least, "max": self.most,
        }[one.name]  # fmt: skip


def ask(query: Query) -> tuple[str, list[Any]]:
    """The same of what is stored, weighted: (text with {source}, constants); `answer` makes figures of its rows.

    Raises Invalid for percentiles of two fields at once.
    """
    condition, constants = sql.condition(query.where)
    schema = query.where.schema
    by = [schema[name].column for name in query.by]
    measured = {schema[one.field].column for one in query.figures if one.name in _QUANTILES}
    if len(measured) > 1:
        raise Invalid("percentiles of one field at a time", hint=f"of what is stored; here: {', '.join(measured)}")
    inner, outer = [], []
    for number, one in enumerate(query.figures):
        column = schema[one.field].column if one.field else ""
        for part, (first, then) in enumerate(_parts(one.name, column)):
            inner.append(f"{first} AS f{number}_{part}")
            outer.append(f"{then}(f{number}_{part}) AS f{number}_{part}")
    bucket_of = f"floor(ln(greatest(1, {measured.pop()})) / {GROWTH!r})::SMALLINT" if measured else "0"
    keys = ", ".join(["moment", *(f"by_{number}" for number in range(len(by)))])
    chosen = "".join(f", {column} AS by_{number}" for number, column in enumerate(by))
    text = (
        f"SELECT {keys}, {', '.join(outer)}, map_from_entries(list((bucket, weight))) AS buckets FROM ("
        f"SELECT epoch(time_bucket(to_microseconds({query.every}), time, TIMESTAMP '1970-01-01')) AS moment{chosen}, "
        f"{bucket_of} AS bucket, "
        f"sum(weight) AS weight, {', '.join(inner)} FROM {{source}} AS seen "
        f"WHERE time >= make_timestamp(?) AND time < make_timestamp(?) AND {condition} GROUP BY ALL"
        f") GROUP BY {keys} ORDER BY moment, f0_0 DESC LIMIT {_MOST_ROWS}"
    )
    return text, constants


def _parts(name: str, column: str) -> list[tuple[str, str]]:
    """(within a bucket, over buckets) of the sums that a figure needs."""
    weighted = (f"sum(weight * {column})", "sum")
    return {
        "sum": [weighted], "avg": [weighted, ("sum(weight)", "sum")], "min": [(f"min({column})", "min")],
        "max": [(f"max({column})", "max")],
    }.get(name, [("sum(weight)", "sum")])  # fmt: skip


def answer(query: Query, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Windows as `Window.closed` tells them."""
    seconds = query.every / 1e6
    found: dict[float, dict[str, Any]] = {}
    for row in rows:
        window = found.setdefault(row["moment"], {"at": row["moment"], "every": seconds, "rows": [], "folded": 0})
        if len(window["rows"]) >= _MOST_GROUPS:
            window["folded"] += 1
            continue
        figures = [_figure(number, one, row, seconds) for number, one in enumerate(query.figures)]
        window["rows"].append({"by": [row[f"by_{n}"] for n in range(len(query.by))], "figures": figures})
    return list(found.values())


def _figure(number: int, one: Figure, row: dict[str, Any], seconds: float) -> float:
    if one.name in _QUANTILES:
        return quantile(Counter(row["buckets"]), _QUANTILES[one.name]) * 1e6
    value = float(row[f"f{number}_0"])
    if one.name == "rate":
        return value / seconds
    return value / float(row[f"f{number}_1"]) if one.name == "avg" else value
