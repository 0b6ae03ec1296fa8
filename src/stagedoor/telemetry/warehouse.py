"""The store: rows of what was seen, in memory until they are written as columns.

A raw file of the edge's lines is read by DuckDB as one table; seconds later, when calls and ends have come, its
requests are judged together: all of them count in the minutes, and those that are kept become rows with a reason and a
weight. Nothing here waits for a request, and no request for this. All of it is done by one thread.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from stagedoor.decide import keep
from stagedoor.model import tables
from stagedoor.model.filters import sql
from stagedoor.model.minute import ADDED, Minute
from stagedoor.telemetry import reading, schema
from stagedoor.telemetry.endpoints import Endpoints
from stagedoor.telemetry.files import File, Files

log = logging.getLogger("stagedoor.telemetry")

_CALLS_HELD = 30
_MOST_INSTANCES, _MOST_TOTALS = 100_000, 2000
_HOUR = 3600
# What is held was not judged yet: every one stands for itself.
_UNDECIDED = {"requests": ", NULL::INTEGER AS calls, 'held' AS kept, 1.0::DOUBLE AS weight", "calls": ""}


class Warehouse:
    """`lost`: lines that were no record. `totals`: of endpoints, since the program began.

    `settled`: records of judged files, by worker of the edge. `kept` is told of what is kept, if anybody is to know.
    """

    def __init__(self, folder: Path, endpoints: Endpoints, memory: str = "1GB") -> None:
        self.files = Files(folder)
        self._endpoints = endpoints
        self._lock = threading.RLock()  # Of the tables in memory, whose names change as they are written.
        self._db = duckdb.connect(config={"threads": 1, "memory_limit": memory, "temp_directory": str(folder)})
        self._db.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
        self._db.execute("CREATE TABLE flags (device VARCHAR)")
        self._db.execute("CREATE TABLE slow (application VARCHAR, stack VARCHAR, endpoint VARCHAR, slow_over BIGINT)")
        self._db.execute("CREATE TABLE instances (instance VARCHAR)")
        self._held: list[int] = []
        self._calls: list[int] = []
        self._judged = self.files.newest_number()
        self.lost = 0
        self.kept: Callable[[list[dict[str, Any]], list[dict[str, Any]]], None] | None = None
        self.settled: Counter[int] = Counter()
        self._unsettled: dict[int, Counter[int]] = {}
        self.totals: dict[tuple[str, str, str, str], Minute] = {}
        for table in tables.TABLES:
            self._db.execute(schema.create(table, f"new_{table}"))

    @property
    def judged(self) -> int:
        """The newest raw file whose requests were judged."""
        return self._judged

    @property
    def lines(self) -> Counter[int]:
        """Records that came, by worker of the edge."""
        return sum(self._unsettled.values(), Counter(self.settled))

    # Taking in

    def take(self, raw: Path, number: int) -> None:
        """Reads a raw file. Its requests are held until `judge`."""
        with self._lock:
            self._db.execute(f"CREATE OR REPLACE TEMP TABLE raw AS {reading.raw(str(raw))}")
            self._count(number)
            self._learn_paths()
            self._db.execute(f"CREATE TABLE held_requests_{number} AS {reading.REQUESTS}")
            self._db.execute(f"CREATE TABLE held_calls_{number} AS {reading.CALLS}")
            self._held.append(number)
            self._calls.append(number)

    def _count(self, number: int) -> None:
        lines: Counter[int] = Counter()
        for worker, count in self._db.execute("SELECT worker, count(*) FROM raw GROUP BY worker").fetchall():
            if worker is None:
                self.lost += count
            else:
                lines[worker] = count
        self._unsettled[number] = lines

    def _learn_paths(self) -> None:
        found = self._db.execute(reading.PATHS).fetchall()
        named = [self._endpoints.of(_label(label), method, path) for label, method, path in found]
        columns = [list(part) for part in zip(*found, strict=True)] if found else [[], [], []]
        self._db.execute(
            "CREATE OR REPLACE TEMP TABLE paths AS SELECT unnest($1::VARCHAR[]) AS label, "
            "unnest($2::VARCHAR[]) AS method, unnest($3::VARCHAR[]) AS path, unnest($4::VARCHAR[]) AS endpoint",
            [*columns, named],
        )

    def judge(self, upto: int, seconds: float = 1.0) -> None:
        """Decides for the requests of raw files up to this one; `seconds`: how long one of them took to fill."""
        with self._lock:
            for number in [one for one in self._held if one <= upto]:
                self._judge_one(number, seconds)
                self._held.remove(number)
                self.settled += self._unsettled.pop(number)
                self._judged = max(self._judged, number)
            for number in [one for one in self._calls if one <= upto - _CALLS_HELD]:
                self._db.execute(f"DROP TABLE held_calls_{number}")
                self._calls.remove(number)

    def _judge_one(self, number: int, seconds: float) -> None:
        held = f"held_requests_{number}"
        calls = " UNION ALL ".join(f"SELECT * FROM held_calls_{one}" for one in self._calls)
        self._db.execute(f"CREATE OR REPLACE TEMP TABLE theirs AS SELECT * FROM ({calls}) SEMI JOIN {held} USING (id)")
        self._db.execute(_JUDGED.format(held=held))
        self._db.execute("INSERT INTO instances SELECT DISTINCT instance FROM judged WHERE first")
        self._db.execute(f"CREATE OR REPLACE TEMP TABLE parts AS {reading.MINUTE_PARTS}")
        self._add_minutes("minutes", "FROM parts")
        # With the requests of the same file: what was judged is written, and the rest is read again after a kill.
        self._db.execute(f"CREATE OR REPLACE TEMP TABLE asked AS FROM held_calls_{number}")
        self._add_minutes("call_minutes", reading.CALL_MINUTE_PARTS)
        self._add_totals()
        columns = ", ".join(tables.REQUESTS)
        text, constants = _kept(max(1.0, seconds))
        self._db.execute(f"CREATE OR REPLACE TEMP TABLE kept AS SELECT {columns} FROM ({text})", constants)
        self._db.execute("INSERT INTO new_requests FROM kept")
        self._db.execute("INSERT INTO new_calls SELECT * FROM theirs SEMI JOIN kept USING (id)")
        if self.kept is not None:
            self.kept(self._told("kept"), self._told("(SELECT * FROM theirs SEMI JOIN kept USING (id))"))
        self._db.execute(f"DROP TABLE {held}")
        row = self._db.execute("SELECT count(*) FROM instances").fetchone()
        if row and row[0] > _MOST_INSTANCES:
            self._db.execute("TRUNCATE instances")

    def _told(self, source: str) -> list[dict[str, Any]]:
        return _dicts(self._db.execute(f"SELECT *, epoch(time) AS at FROM {source}"))

    def _add_minutes(self, table: str, parts: str) -> None:
        """Parts have a bucket; rows have a map of them. Rows of one minute add up when they are asked for."""
        listed = ", ".join(column for column in tables.TABLES[table] if column not in _summed(table))
        sums = ", ".join(f"sum({column})::BIGINT" for column in _summed(table) if column != "latencies")
        what = "requests" if table == "minutes" else "calls"
        self._db.execute(
            f"INSERT INTO new_{table} SELECT {listed}, {sums}, map_from_entries(list((bucket, {what}))) "
            f"FROM ({parts}) GROUP BY {listed}"
        )

    def _add_totals(self) -> None:
        """What Prometheus is told: the same minutes, added up since this program began."""
        rows = self._db.execute("FROM parts").fetchall()
        for _, application, version, stack, endpoint, bucket, *counts in rows:
            key = (application, version, stack, endpoint)
            if key not in self.totals and len(self.totals) >= _MOST_TOTALS:
                key = ("other",) * 4
            one = self.totals.setdefault(key, Minute(0, *key))
            added = dict(zip(ADDED, counts, strict=True))
            one.add(Minute(0, *key, **added, latencies={bucket: counts[0]}))

    def add(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Rows as they are: spans, log lines, usage."""
        if not rows:
            return
        columns = [list(part) for part in zip(*rows, strict=True)]
        kinds = [kind for kind, _ in tables.TABLES[table].values()]
        values = ", ".join(f"unnest(${number + 1}::{kind}[])" for number, kind in enumerate(kinds))
        with self._lock:
            self._db.execute(f"INSERT INTO new_{table} SELECT {values}", columns)

    def learn_slow(self, known: Iterable[tuple[str, str, str, int]]) -> None:
        """(application, stack, endpoint, microseconds above which a request is slow)."""
        with self._lock:
            self._db.execute("TRUNCATE slow")
            rows = list(known)
            if rows:
                self._db.executemany("INSERT INTO slow VALUES (?, ?, ?, ?)", rows)

    def flag(self, devices: Sequence[str]) -> None:
        with self._lock:
            self._db.execute("TRUNCATE flags")
            if devices:
                self._db.executemany("INSERT INTO flags VALUES (?)", [[one] for one in devices])

    # Writing

    def new_rows(self) -> int:
        with self._lock:
            counts = " + ".join(f"(SELECT count(*) FROM new_{table})" for table in tables.TABLES)
            row = self._db.execute(f"SELECT {counts}").fetchone()
            return int(row[0]) if row else 0

    def write(self) -> None:
        """What is in memory becomes files. Raises OSError, duckdb.Error when the disk has no room: all stays."""
        with self._lock:
            for table in tables.TABLES:
                self._write_one(table)

    def _write_one(self, table: str) -> None:
        span = self._db.execute(f"SELECT epoch(min(time)), epoch(max(time)) FROM new_{table}").fetchone()
        if not span or span[0] is None:
            return
        one = self.files.name(table, int(span[0]), int(span[1]), self._judged)
        self._copy(f"new_{table}", table, one)
        self.files.add(one)
        self._db.execute(f"CREATE OR REPLACE TABLE new_{table} AS FROM new_{table} LIMIT 0")

    def _copy(self, source: str, table: str, one: File) -> None:
        part = one.path.with_suffix(".part")
        rows = _added_up(table, source) if table.endswith("minutes") else f"SELECT * FROM {source}"
        self._db.execute(
            f"COPY ({rows} ORDER BY application, time) TO '{part}' "
            "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)"
        )
        if table in schema.INDEXED:
            one.write_index(self._keys(table, source))
        part.rename(one.path)

    def _keys(self, table: str, source: str) -> list[tuple[int, int, int]]:
        """(key of an id, first and last time in microseconds), by key."""
        return self._db.execute(
            f"SELECT {schema.key_sql(schema.ID[table])} AS key, epoch_us(min(time)), epoch_us(max(time)) "
            f"FROM {source} GROUP BY key ORDER BY key"
        ).fetchall()

    def merge(self, now: float) -> bool:
        """Makes one file of several of an hour that is over. Whether there was anything to do."""
        for table in tables.TABLES:
            old = self.files.mergeable(table, _HOUR, now)
            if old:
                self._merge(table, old)
                return True
        return False

    def _merge(self, table: str, old: list[File]) -> None:
        new = self.files.name(table, min(o.since for o in old), max(o.until for o in old), max(o.number for o in old))
        paths = ", ".join(f"'{one.path}'" for one in old)
        # Two files of one stretch may have the same name as what they become.
        while new.path.exists():
            new = self.files.name(table, new.since, new.until + 1, new.number)
        with self._lock:
            self._copy(f"read_parquet([{paths}])", table, new)
            self.files.replace(old, new)

    # Asking

    def source(self, table: str, since: float = 0.0, until: float = float("inf"), *, identifier: str = "") -> str:
        """What a question is asked of: rows in memory, those still held, and the files of the time or with the id."""
        files = self.files.of(table, since, until)
        parts = [f"SELECT * FROM new_{table}"]
        if table in _UNDECIDED:
            parts += [f"SELECT *{_UNDECIDED[table]} FROM held_{table}_{number}" for number in self._held]
        if identifier:
            # By its time an id is found within one group of rows of its file.
            parts += [
                f"SELECT * FROM read_parquet('{one.path}') WHERE time BETWEEN make_timestamp({first}) "
                f"AND make_timestamp({last})"
                for one, first, last in self.files.with_key(table, schema.key(identifier))
            ]
        elif files:
            listed = ", ".join(f"'{one.path}'" for one in files)
            parts.append(f"SELECT * FROM read_parquet([{listed}], union_by_name = true)")
        return "(" + " UNION ALL BY NAME ".join(parts) + ")"

    def ask(
        self,
        text: str,
        constants: Sequence[Any],
        table: str,
        since: float = 0.0,
        until: float = float("inf"),
        *,
        identifier: str = "",
    ) -> list[dict[str, Any]]:
        """Rows of `text`, in which `{source}` stands for the table's rows."""
        with self._lock:
            whole = text.replace("{source}", self.source(table, since, until, identifier=identifier))
            return _dicts(self._db.execute(whole, list(constants)))

    def close(self) -> None:
        self._db.close()


def _dicts(found: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _label(text: str) -> tuple[str, str]:
    application, _, version = text.partition("@")
    return application, version


def _summed(table: str) -> list[str]:
    return [column for column, (kind, _) in tables.TABLES[table].items() if kind not in ("VARCHAR", "TIMESTAMP")]


_JUDGED = """
CREATE OR REPLACE TEMP TABLE judged AS
SELECT held.*, coalesce(theirs.calls, 0)::INTEGER AS calls, coalesce(theirs.retried, 0) AS calls_retried,
    coalesce(theirs.refused, 0) AS calls_refused, coalesce(slow.slow_over, 0) AS slow_over,
    flags.device IS NOT NULL AS flagged,
    held.instance <> '' AND held.instance NOT IN (SELECT instance FROM instances)
        AND row_number() OVER (PARTITION BY held.instance ORDER BY held.time) = 1 AS first
FROM {held} AS held
LEFT JOIN (
    SELECT id, count(*) AS calls, count_if(attempt > 0) AS retried, count_if(refused <> '') AS refused
    FROM theirs GROUP BY id
) AS theirs USING (id)
LEFT JOIN slow USING (application, stack, endpoint)
LEFT JOIN flags ON flags.device = held.device AND held.device <> ''
"""


def _added_up(table: str, source: str) -> str:
    """One row for each minute and key, whose maps are added up as well."""
    keys = ", ".join(column for column in tables.TABLES[table] if column not in _summed(table))
    names = [column for column in _summed(table) if column != "latencies"]
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in names)
    return f"""
    WITH entries AS (SELECT {keys}, unnest(map_entries(latencies)) AS entry FROM {source}),
    buckets AS (SELECT {keys}, entry.key AS bucket, sum(entry.value)::BIGINT AS n FROM entries GROUP BY ALL),
    maps AS (SELECT {keys}, map_from_entries(list((bucket, n))) AS latencies FROM buckets GROUP BY ALL)
    SELECT {keys}, {", ".join(names)}, latencies
    FROM (SELECT {keys}, {sums} FROM {source} GROUP BY ALL) JOIN maps USING ({keys})
    """


def _kept(seconds: float) -> tuple[str, list[Any]]:
    """The keep decision as SQL, made from the same filters."""
    cases, most, constants = [], [], []
    for one in keep.REASONS:
        text, values = sql.condition(one.where)
        cases.append(f"WHEN {text} THEN '{one.name}'")
        most.append(f"WHEN '{one.name}' THEN {int(one.most * seconds)}")
        constants += values
    return (
        "SELECT *, (n / least(n, most))::DOUBLE AS weight FROM ("
        "SELECT *, count(*) OVER class AS n, row_number() OVER (class ORDER BY hash(id)) AS place, "
        f"CASE kept {' '.join(most)} END AS most "
        f"FROM (SELECT *, CASE {' '.join(cases)} END AS kept FROM judged) "
        "WINDOW class AS (PARTITION BY application, stack, endpoint, kept)) WHERE place <= most",
        constants,
    )
