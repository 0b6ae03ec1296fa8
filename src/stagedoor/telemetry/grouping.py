"""Records grouped by fields in windows of time: of what arrives here, and of what is stored in SQL."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from stagedoor.model.filters import sql, windows
from stagedoor.model.filters.fields import TEXT
from stagedoor.model.filters.windows import Figure, Query
from stagedoor.model.sketch import GROWTH, QUANTILES, bucket, quantile

_MOST_GROUPS, _MOST_ROWS = 200, 80_000
MAX_KEY_CHARACTERS = 500
MAX_CLOSED_WINDOWS = 20
_AT_ONCE = 100


class Window:
    """Windows begin at whole multiples of their length; one is told once it is over.

    `keys`, `values`: the columns that are grouped by and those that figures are made of.
    """

    def __init__(self, query: Query, clock: Callable[[], float]) -> None:
        self._query = query
        self._clock = clock
        schema = query.where.schema
        self.keys = [schema[name].column for name in query.by]
        self.values = [schema[one.field].column for one in query.figures if one.field]
        self._begin = self._now()
        self._groups: dict[tuple[Any, ...], _Group] = {}
        self._folded = 0
        self._closed: list[dict[str, Any]] = []

    def _now(self) -> int:
        return int(self._clock() * 1e6) // self._query.every * self._query.every

    def add(self, rows: Iterable[tuple[tuple[Any, ...], tuple[int, ...]]]) -> None:
        """(keys, values) of each record."""
        self._turn()
        groups = self._groups
        for whole_key, values in rows:
            key = whole_key
            group = groups.get(key)
            if group is None:
                key = tuple([part[:MAX_KEY_CHARACTERS] if type(part) is str else part for part in whole_key])
                group = groups.get(key)
            if group is None:
                if len(groups) >= _MOST_GROUPS:
                    self._folded += 1
                    continue
                group = groups[key] = _Group(self._query.figures)
            group.waiting.append(values)
            if len(group.waiting) >= _AT_ONCE:
                group.settle()

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
        rows = [{"by": list(key), "figures": group.told(seconds)} for key, group in self._groups.items()]
        rows.sort(key=lambda row: -(row["figures"][0] or 0))
        self._closed.append({"at": self._begin / 1e6, "every": seconds, "rows": rows, "folded": self._folded})
        del self._closed[:-MAX_CLOSED_WINDOWS]
        self._begin, self._groups, self._folded = now, {}, 0


class _Group:
    """`waiting`: values that are added at once, which costs a fraction of one after another."""

    __slots__ = ("_count", "_figures", "_sums", "waiting")

    def __init__(self, figures: Sequence[Figure]) -> None:
        self._figures = figures
        self._sums = [_Sum(one.name in QUANTILES) for one in figures if one.field]
        self._count = 0
        self.waiting: list[tuple[int, ...]] = []

    def settle(self) -> None:
        self._count += len(self.waiting)
        for one, values in zip(self._sums, zip(*self.waiting, strict=True), strict=False):
            one.add(values)
        self.waiting = []

    def told(self, seconds: float) -> list[float]:
        self.settle()
        sums = iter(self._sums)
        return [
            next(sums).figure(one.name, self._count) if one.field else
            {"count": self._count, "rate": self._count / seconds}[one.name]
            for one in self._figures
        ]  # fmt: skip


class _Sum:
    """What one figure needs of the values of one group."""

    __slots__ = ("_buckets", "_is_spread", "_least", "_most", "_total")

    def __init__(self, is_spread: bool) -> None:
        self._total, self._least, self._most = 0, math.inf, -math.inf
        self._is_spread = is_spread
        self._buckets: Counter[int] = Counter()

    def add(self, values: Sequence[int]) -> None:
        if self._is_spread:
            self._buckets.update(map(bucket, values))
            return
        self._total += sum(values)
        self._least, self._most = min(self._least, *values), max(self._most, *values)

    def figure(self, name: str, count: int) -> float:
        if self._is_spread:
            return quantile(self._buckets, QUANTILES[name]) * 1e6
        return {"sum": self._total, "avg": self._total / count, "min": self._least, "max": self._most}[name]


def ask(query: Query, weight: str = "weight") -> tuple[str, list[Any]]:
    """The same of what is stored: (text with {source}, constants); `answer` makes figures of its rows.

    `weight`: how many a row stands for, in SQL. Raises Invalid for percentiles of two fields at once.
    """
    condition, constants = sql.condition(query.where)
    schema = query.where.schema
    by = [schema[name].column for name in query.by]
    measured = windows.measured(query)
    inner, outer = [], []
    for number, one in enumerate(query.figures):
        column = schema[one.field].column if one.field else ""
        for part, (first, then) in enumerate(_parts(one.name, column, weight)):
            inner.append(f"{first} AS f{number}_{part}")
            outer.append(f"{then}(f{number}_{part}) AS f{number}_{part}")
    bucket_of = bucket_sql(schema[measured].column) if measured else "0"
    keys = ", ".join(["moment", *(f"by_{number}" for number in range(len(by)))])
    chosen = "".join(
        f", {f'left({column}, {MAX_KEY_CHARACTERS})' if schema[name].kind == TEXT else column} AS by_{number}"
        for number, (name, column) in enumerate(zip(query.by, by, strict=True))
    )
    text = (
        f"SELECT {keys}, {', '.join(outer)}, map_from_entries(list((bucket, weight))) AS buckets FROM ("
        f"SELECT epoch(time_bucket(to_microseconds({query.every}), time, TIMESTAMP '1970-01-01')) AS moment{chosen}, "
        f"{bucket_of} AS bucket, "
        f"sum({weight}) AS weight, {', '.join(inner)} FROM {{source}} AS seen "
        f"WHERE time >= make_timestamp(?) AND time < make_timestamp(?) AND {condition} GROUP BY ALL"
        f") GROUP BY {keys} ORDER BY moment, f0_0 DESC LIMIT {_MOST_ROWS}"
    )
    return text, constants


def bucket_sql(column: str) -> str:
    """As `model.sketch.bucket`."""
    return f"floor(ln(greatest(1, {column})) / {GROWTH!r})::SMALLINT"


def _parts(name: str, column: str, weight: str) -> list[tuple[str, str]]:
    """(within a bucket, over buckets) of the sums that a figure needs."""
    weighted = (f"sum({weight} * {column})", "sum")
    return {
        "sum": [weighted], "avg": [weighted, (f"sum({weight})", "sum")], "min": [(f"min({column})", "min")],
        "max": [(f"max({column})", "max")],
    }.get(name, [(f"sum({weight})", "sum")])  # fmt: skip


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
    if one.name in QUANTILES:
        return quantile(Counter(row["buckets"]), QUANTILES[one.name]) * 1e6
    value = float(row[f"f{number}_0"])
    if one.name == "rate":
        return value / seconds
    return value / float(row[f"f{number}_1"]) if one.name == "avg" else value
