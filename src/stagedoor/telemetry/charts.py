"""Charts: metrics of a stretch of time, at most so many points, out of the minutes that every request counts in."""

from collections.abc import Mapping
from typing import Any

from stagedoor.model import metric
from stagedoor.model.errors import Invalid
from stagedoor.model.tables import TABLES
from stagedoor.telemetry.warehouse import Warehouse

KEYS = ("application", "version", "stack", "endpoint", "service", "name")
_POINTS = 240
_STEPS = (15, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400)
_STORED = {metric.REQUESTS: "minutes", metric.CALLS: "call_minutes", metric.USAGE: "usage"}


def read(warehouse: Warehouse, of: str, since: float, until: float, only: Mapping[str, str]) -> dict[str, Any]:
    """{step, series: {metric: [[at, value], ...]}}; a stretch in which nothing happened has no point."""
    if of not in _STORED:
        raise Invalid(f"there are no charts of {of!r}", hint=f"of {', '.join(_STORED)}")
    table = _STORED[of]
    step = step_of(since, until, 15 if table == "usage" else 60)
    for key in only:
        if key not in TABLES[table]:
            raise Invalid(f"{of} are not counted by {key}", hint="leave it out, or ask for other charts")
    where = "".join(f" AND {key} = ?" for key in only)
    text = (_USAGE if table == "usage" else _SUMS).format(step=step, where=where, sums=_sums(table))
    constants = [int(since * 1e6), int(until * 1e6), *only.values()]
    rows = warehouse.ask(text, constants, table, since, until)
    if of == metric.REQUESTS and "endpoint" not in only:
        used = _cpu(warehouse, since, until, step, only)
        rows = [row | {"cpu": used.get(row["moment"])} for row in rows]
    series = {
        one.name: [(row["moment"], value) for row in rows if (value := one.value(row, step)) is not None]
        for one in metric.of(of)
    }
    return {"step": step, "series": series}


def _cpu(warehouse: Warehouse, since: float, until: float, step: int, wanted: Mapping[str, str]) -> dict[float, int]:
    """Microseconds of CPU that instances used, by stretch."""
    where = "".join(f" AND {key} = ?" for key in wanted)
    constants = [int(since * 1e6), int(until * 1e6), *wanted.values()]
    rows = warehouse.ask(_USAGE.format(step=step, where=where), constants, "usage", since, until)
    return {row["moment"]: row["cpu"] for row in rows}


def step_of(since: float, until: float, least: int) -> int:
    return next((step for step in _STEPS if step >= least and (until - since) / step <= _POINTS), _STEPS[-1])


def _sums(table: str) -> str:
    kinds = TABLES[table].items()
    return ", ".join(f"sum({name})::BIGINT AS {name}" for name, (kind, _) in kinds if kind == "BIGINT")


_SUMS = """
WITH chosen AS (
    SELECT floor(epoch(time) / {step}) * {step} AS moment, * FROM {{source}}
    WHERE time >= make_timestamp(?) AND time < make_timestamp(?){where}
), entries AS (SELECT moment, unnest(map_entries(latencies)) AS entry FROM chosen),
buckets AS (SELECT moment, entry.key AS bucket, sum(entry.value)::BIGINT AS n FROM entries GROUP BY ALL),
maps AS (SELECT moment, map_from_entries(list((bucket, n))) AS latencies FROM buckets GROUP BY moment)
SELECT * FROM (SELECT moment, {sums} FROM chosen GROUP BY moment) LEFT JOIN maps USING (moment) ORDER BY moment
"""
# What is looked at several times in a stretch counts once, what was added up since the look before adds up.
_USAGE = """
WITH looks AS (
    SELECT time, floor(epoch(time) / {step}) * {step} AS moment, sum(instances) AS instances, max(busy) AS busy,
        sum(cpu)::BIGINT AS cpu, sum(memory)::BIGINT AS memory, sum(starts) AS starts, sum(deaths) AS deaths
    FROM {{source}} WHERE time >= make_timestamp(?) AND time < make_timestamp(?){where} GROUP BY ALL
)
SELECT moment, max(instances)::BIGINT AS instances, max(busy) AS busy, sum(cpu)::BIGINT AS cpu, max(memory) AS memory,
    sum(starts)::BIGINT AS starts, sum(deaths)::BIGINT AS deaths FROM looks GROUP BY moment ORDER BY moment
"""
