"""What is asked of the store: records, windows, traces, log lines, who still uses what."""

import json
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any

from stagedoor.model import trace as traces
from stagedoor.model.errors import Invalid
from stagedoor.model.filters import sql, windows
from stagedoor.model.filters.fields import NUMBER, SCHEMAS
from stagedoor.model.filters.windows import Query
from stagedoor.model.otlp import OPERATOR_SENDER
from stagedoor.model.sketch import middle
from stagedoor.telemetry import grouping
from stagedoor.telemetry.warehouse import Warehouse

TABLES = {"request": "requests", "call": "calls", "log": "logs"}
_MOST_SPANS = 5000
_BARS = 60
_DAY = 86400


def parse(text: str, kind: str) -> Query:
    """Raises Invalid with the place of what is wrong."""
    if kind not in SCHEMAS:
        raise Invalid(f"there are no records of kind {kind!r}", hint=f"one of {', '.join(SCHEMAS)}")
    return windows.parse(text, SCHEMAS[kind])


def of_fields(wanted: Mapping[str, str], kind: str) -> str:
    """A filter of fields that must have a value; `status` may be a class, as in 5xx. Raises Invalid."""
    schema = SCHEMAS.get(kind, {})
    parts = []
    for name, value in wanted.items():
        if name not in schema:
            raise Invalid(f"there is no field {name!r}", hint=f"fields: {', '.join(schema)}")
        if name == "status" and value.endswith("xx") and value[:-2].isdigit():
            first = int(value[:-2]) * 100
            parts.append(f"status >= {first} && status < {first + 100}")
        elif schema[name].kind == NUMBER:
            if not value.lstrip("-").isdigit():
                raise Invalid(f"{name} is a number, and {value!r} is not", hint="status may be a class, as in 5xx")
            parts.append(f"{name} == {value}")
        else:
            parts.append(f"{name} == {json.dumps(value, ensure_ascii=False)}")
    return " && ".join(parts)


def records(
    warehouse: Warehouse, query: Query, kind: str, since: float, until: float, limit: int, order: str = "time DESC"
) -> list[dict[str, Any]]:
    """The newest first, or in `order`, which is never a user's words."""
    condition, constants = sql.condition(query.where)
    text = (
        "SELECT *, epoch(time) AS at FROM {source} "
        f"WHERE time >= make_timestamp(?) AND time < make_timestamp(?) AND {condition} ORDER BY {order} LIMIT ?"
    )
    table = TABLES[kind]
    spans = _stretches(since, until) if order == "time DESC" else [(since, until)]
    found: list[dict[str, Any]] = []
    for first, last in spans:
        told = [_micros(first), _micros(last), *constants, limit - len(found)]
        found += [_tidy(row, kind) for row in warehouse.ask(text, told, table, first, last)]
        if len(found) >= limit:
            break
    return found


def _stretches(since: float, until: float) -> list[tuple[float, float]]:
    """The newest hour, then day, then all: who asks for the newest seldom needs more than the first."""
    marks = [until, until - 3600, until - _DAY, since]
    return [(max(since, low), high) for high, low in pairwise(marks) if high > max(since, low)]


def _micros(at: float) -> int:
    return int(max(0.0, min(at, 4e9)) * 1e6)


def _tidy(row: dict[str, Any], kind: str) -> dict[str, Any]:
    row.pop("time", None)
    return {"kind": kind} | {name: value for name, value in row.items() if value not in ("", None)}


def history(warehouse: Warehouse, query: Query, kind: str, since: float, until: float) -> list[dict[str, Any]]:
    """Windows of what is stored. Raises Invalid when there would be too many of them."""
    if (until - since) * 1e6 / query.every > 5000:
        raise Invalid("too many windows", hint="take a longer one: every 1m, or every 1h")
    text, constants = grouping.ask(query, "weight" if kind == "request" else "1")
    rows = warehouse.ask(text, [_micros(since), _micros(until), *constants], TABLES[kind], since, until)
    return grouping.answer(query, rows)


# Traces


def parties(warehouse: Warehouse, identifier: str) -> dict[str, list[str]]:
    """Returns the applications and services of a trace: their teams may add spans and lines to it."""
    names = _names(identifier)
    request, calls = (_rows(warehouse, table, "id", names) for table in ("requests", "calls"))
    return {
        "applications": sorted({row["application"] for row in (*request, *calls)}),
        "services": sorted({row["service"] for row in calls}),
    }


def trace(warehouse: Warehouse, identifier: str, senders: Sequence[str] = ()) -> traces.Trace | None:
    """By a request's id, or a trace's: dashes do not matter. None for one of which nothing is known.

    `senders`: teams whose spans and lines join it, beside operators: those of its application and of services called.
    """
    names = _names(identifier)
    request = _rows(warehouse, "requests", "id", names)
    calls = _rows(warehouse, "calls", "id", names)
    spans = _rows(warehouse, "spans", "id", names)
    if request or calls:
        spans = _of_senders(spans, {*senders, OPERATOR_SENDER})
    elif spans:
        # Of a trace that the platform did not begin, what one team sent is shown: the first to report.
        spans = _of_senders(spans, {spans[0].get("sender") or "", OPERATOR_SENDER})
    if not (request or calls or spans):
        return None
    # A script may write any request's id into its lines: they join requests of its own application alone.
    own = sorted({row["application"] for row in (*request, *calls)})
    others = sorted({*senders, OPERATOR_SENDER})
    logs = _rows(
        warehouse, "logs", "request", names,
        f"((coalesce(sender, '') = '' AND application IN ({_places(own)})) OR sender IN ({_places(others)}))",
        [*own, *others],
    )  # fmt: skip
    return traces.build(names[0], request[0] if request else None, calls, spans, logs)


def _names(identifier: str) -> list[str]:
    """The ways in which an id is written: with its dashes, without, and as it came."""
    plain = identifier.replace("-", "")
    dashed = f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}" if len(plain) == 32 else identifier
    return [dashed, plain, identifier]


def _of_senders(rows: list[dict[str, Any]], senders: Collection[str]) -> list[dict[str, Any]]:
    """What was stored before senders were known stays."""
    return [row for row in rows if row.get("sender") is None or row["sender"] in senders]


def _places(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values)) or "NULL"


def _rows(
    warehouse: Warehouse, table: str, column: str, names: Sequence[str], only: str = "TRUE",
    constants: Sequence[str] = (),
) -> list[dict[str, Any]]:  # fmt: skip
    """`only`: a condition with its `constants`."""
    found = warehouse.ask(
        f"SELECT *, epoch(time) AS at FROM {{source}} WHERE {column} IN (?, ?, ?) AND {only} "
        f"ORDER BY time LIMIT {_MOST_SPANS}",
        [*names, *constants], table, identifier=names[0],
    )  # fmt: skip
    for row in found:
        del row["time"]
    return found


def asked(
    warehouse: Warehouse, application: str, version: str, since: float, until: float
) -> tuple[dict[tuple[str, str, str], traces.Asked], float]:
    """(what a version's requests asked services for, how many requests that was), as `model.trace.compare` takes it."""
    constants = [_micros(since), _micros(until), application, version]
    where = "time >= make_timestamp(?) AND time < make_timestamp(?) AND application = ? AND version = ?"
    rows = warehouse.ask(
        "SELECT service, name, sum(calls) AS calls, list(latencies) AS latencies "
        f"FROM {{source}} WHERE {where} GROUP BY ALL",
        constants, "call_minutes", since, until,
    )  # fmt: skip
    found = {(application, str(row["service"]), str(row["name"])): _asked(row) for row in rows}
    told = warehouse.ask(f"SELECT sum(requests) AS n FROM {{source}} WHERE {where}", constants, "minutes", since, until)
    return found, float(told[0]["n"] or 0)


def _asked(row: Mapping[str, Any]) -> traces.Asked:
    took = sum(middle(bucket) * 1e6 * count for part in row["latencies"] for bucket, count in part.items())
    return traces.Asked(float(row["calls"]), took)


# Logs


def histogram(warehouse: Warehouse, query: Query, since: float, until: float) -> list[tuple[float, int, int]]:
    """(begin, lines, of them warnings and errors) of each of at most sixty stretches."""
    width = max(1, int((until - since) / _BARS))
    condition, constants = sql.condition(query.where)
    rows = warehouse.ask(
        f"SELECT floor(epoch(time) / {width}) * {width} AS moment, count(*) AS lines, "
        "count_if(level IN ('warning', 'error')) AS bad FROM {source} "
        f"WHERE time >= make_timestamp(?) AND time < make_timestamp(?) AND {condition} GROUP BY ALL ORDER BY moment",
        [_micros(since), _micros(until), *constants], "logs", since, until,
    )  # fmt: skip
    return [(row["moment"], row["lines"], row["bad"]) for row in rows]


def context(warehouse: Warehouse, application: str, instance: str, at: float, lines: int) -> list[dict[str, Any]]:
    """Lines of the same instance before and after a time, the oldest first."""
    found: list[dict[str, Any]] = []
    for sign, order, since, until in (("<=", "DESC", at - _DAY, at + 1), (">", "ASC", at, at + _DAY)):
        found += warehouse.ask(
            "SELECT *, epoch(time) AS at FROM {source} WHERE application = ? AND instance = ? "
            f"AND time {sign} make_timestamp(?) ORDER BY time {order} LIMIT ?",
            [application, instance, _micros(at), lines], "logs", since, until,
        )  # fmt: skip
    return [_tidy(row, "log") for row in sorted(found, key=lambda row: row["at"])]


# Who uses what

_TEAM = "coalesce(map(?::VARCHAR[], ?::VARCHAR[])[application], '') AS team"
_BY = ("application", "team", "line", "version", "device_type", "endpoint", "stack", "method")


def usage(
    warehouse: Warehouse, by: Sequence[str], since: float, until: float, where: Query, teams: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Requests, members and devices by some fields, and when the last came. Raises Invalid for another field.

    `teams`: who owns each application.
    """
    for name in by:
        if name not in _BY:
            raise Invalid(f"usage is not told by {name!r}", hint=f"by {', '.join(_BY)}")
    condition, constants = sql.condition(where.where)
    listed = "".join(f"{_TEAM if name == 'team' else name}, " for name in by)
    known = [list(teams), list(teams.values())] if "team" in by else []
    return warehouse.ask(
        f"SELECT {listed}sum(weight) AS requests, approx_count_distinct(nullif(device, '')) AS devices, "
        "approx_count_distinct(nullif(member, '')) AS members, sum(weight) FILTER (status >= 500) AS errors, "
        f"epoch(max(time)) AS last, count(*) AS kept FROM {{source}} WHERE time >= make_timestamp(?) "
        f"AND time < make_timestamp(?) AND application <> '' AND {condition} "
        "GROUP BY ALL ORDER BY requests DESC LIMIT 500",
        [*known, _micros(since), _micros(until), *constants], "requests", since, until,
    )  # fmt: skip
