"""How far percentiles are off that are read from merged sketches, beside the true ones of the sorted values.

Latencies in whole microseconds, of shapes that real ones have and that are hard for sketches: long tails, two modes far
apart, and one value with a few far away. They come in a hundred parts of different sizes, as minutes, versions and
endpoints are: each part's sketch is made alone, half of them as telemetry's live windows do and half as its store does
in SQL, and only the merged one is read, at every tenth of a per cent from p50 to p99.9.
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Sequence

import duckdb

from bench.report import Report
from stagedoor.model.sketch import bucket, quantile
from stagedoor.telemetry.grouping import bucket_sql

_PARTS = 100
_SHARES = [part / 1000 for part in range(500, 1000)]
SHAPES: dict[str, Callable[[random.Random], float]] = {
    "lognormal": lambda chance: chance.lognormvariate(math.log(20_000), 1.5),
    "pareto": lambda chance: 500 * chance.paretovariate(1.1),
    "bimodal": lambda chance: chance.gauss(300, 30) if chance.random() < 0.83 else chance.gauss(2_000_000, 100_000),
    "exponential": lambda chance: chance.expovariate(1 / 5_000),
    "constant_and_outliers": lambda chance: 7_777 if chance.random() < 0.985 else chance.uniform(1e6, 3e7),
}


def run(*, quick: bool) -> Report:
    report = Report("percentiles")
    count = 200_000 if quick else 2_000_000
    for name, shape in SHAPES.items():
        chance = random.Random(name)
        values = [max(1, int(shape(chance))) for _ in range(count)]
        worst, share = worst_error(values, parts(values, chance))
        report.figures[f"{name}_worst"] = round(worst, 5)
        report.figures[f"{name}_worst_at"] = f"p{share * 100:g}"
    report.ratios["worst_error"] = max(report.figures[f"{name}_worst"] for name in SHAPES)
    report.figures |= {"values_each": count, "parts": _PARTS, "percentiles_each": len(_SHARES)}
    return report


def parts(values: Sequence[int], chance: random.Random) -> list[Sequence[int]]:
    """A hundred of different sizes."""
    cuts = sorted(chance.sample(range(1, len(values)), _PARTS - 1))
    return [values[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(values)], strict=True)]


def worst_error(values: Sequence[int], divided: Sequence[Sequence[int]]) -> tuple[float, float]:
    """(share of the true value by which the sketch is off at the most, the percentile's share at which it is)."""
    whole: Counter[int] = Counter()
    with duckdb.connect() as db:
        for number, part in enumerate(divided):
            whole.update(_in_sql(db, part) if number % 2 else Counter(map(bucket, part)))
    ordered = sorted(values)
    errors = []
    for share in _SHARES:
        true = ordered[max(1, math.ceil(share * len(ordered))) - 1]
        errors.append((abs(quantile(whole, share) * 1e6 - true) / true, share))
    return max(errors)


def _in_sql(db: duckdb.DuckDBPyConnection, part: Sequence[int]) -> dict[int, int]:
    text = f"SELECT {bucket_sql('duration')}, count(*) FROM (SELECT unnest($1::BIGINT[]) AS duration) GROUP BY ALL"
    return dict(db.execute(text, [list(part)]).fetchall())
