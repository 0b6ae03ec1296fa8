"""The store: rows of what was seen, in memory until they are written as columns.

A raw file of the edge's lines is read once and held; seconds later, when calls and ends have come, its requests are
judged together (`judging`), and what is kept of them waits as rows. DuckDB has them once somebody asks for them, or
once there are many: a statement costs it milliseconds, and a row microseconds. Nothing here waits for a request, and no
request for this. All of it is done by one thread.
"""

import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from operator import attrgetter
from pathlib import Path
from typing import Any

import duckdb

from stagedoor.model import tables
from stagedoor.model.errors import TooLarge
from stagedoor.model.minute import ADDED, Minute
from stagedoor.telemetry import schema
from stagedoor.telemetry.arms import Arms
from stagedoor.telemetry.endpoints import FOLDED, Endpoints
from stagedoor.telemetry.files import File, Files
from stagedoor.telemetry.inserting import insert
from stagedoor.telemetry.judging import JUDGED, MINUTE, CallKey, CallSums, Held, Judge, Row
from stagedoor.telemetry.records import Record, decode

log = logging.getLogger("stagedoor.telemetry")
SetAside = Callable[[str, Any, str], None]

_PIECE = 1 << 18
_AT_ONCE = 10_000  # Rows that go to DuckDB.
_MOST_WAITING = 200_000  # Rows of a table that DuckDB did not take.
_AT_ONCE_BYTES, MAX_WAITING_BYTES = 16 << 20, 64 << 20
_MOST_TOTALS = 5000
MAX_TOTALS_PER_APPLICATION, MAX_CALLED_PER_APPLICATION = 1000, 500
MAX_TEMPORARY = "1GB"
MAX_QUESTION_S = 10.0
# What DuckDB raises for reasons of its own: the same rows are tried again later.
_NOT_OF_ROWS = (
    duckdb.OutOfMemoryException, duckdb.IOException, duckdb.ConnectionException, duckdb.FatalException,
    duckdb.InternalException, duckdb.InterruptException,
)  # fmt: skip
_HOUR = 3600
# What is held was not judged yet: every one stands for itself.
_UNDECIDED = {"requests": ", NULL::INTEGER AS calls, 'held' AS kept, 1.0::DOUBLE AS weight", "calls": ""}
_worker = attrgetter("worker")


def _log_and_drop(part: str, item: Any, reason: str) -> None:
    log.error("%s cannot take %.200r: %s", part, item, reason)


def is_closed(error: Exception) -> bool:
    """Whether DuckDB has given the tables in memory up, so that only new ones help."""
    if isinstance(error, duckdb.FatalException):
        return True
    text = str(error)
    return "already closed" in text or "has been invalidated" in text or "must be restarted" in text


class Warehouse:
    """`lost`: lines that were no record. `totals`: of endpoints, since the program began.

    `settled`: records of judged files, by worker of the edge. `kept` is told of what is kept, if anybody is to know.
    `set_aside(part, item, reason)` takes each record and row that cannot be stored.
    """

    def __init__(
        self, folder: Path, endpoints: Endpoints, memory: str = "1GB", set_aside: SetAside = _log_and_drop
    ) -> None:
        self.files = Files(folder)
        self._lock = threading.RLock()  # Of the tables in memory, whose names change as they are written.
        self._config: dict[str, Any] = {
            "threads": 1, "memory_limit": memory, "temp_directory": str(folder),
            "max_temp_directory_size": MAX_TEMPORARY,
        }  # fmt: skip
        self._set_aside = set_aside
        self._endpoints = endpoints
        self._judge = Judge(endpoints, lambda record: set_aside("judge", record, "it cannot be judged"))
        self._held: dict[int, Held] = {}
        self._shown: set[str] = set()  # Tables of what is held, made when somebody asks.
        self._judged = self.files.newest_number()
        self.lost = 0
        self.kept: Callable[[list[Row], list[Row]], None] | None = None
        self.settled: Counter[int] = Counter()
        self._unsettled: dict[int, Counter[int]] = {}
        self.totals: dict[tuple[str, str, str, str], Minute] = {}
        self._waiting: defaultdict[str, list[Row]] = defaultdict(list)
        self._waiting_bytes: Counter[str] = Counter()
        self._endpoints_of: Counter[str] = Counter()
        self._called_of: Counter[str] = Counter()
        self._minutes: dict[tuple[Any, ...], Minute] = {}
        self._call_minutes: dict[CallKey, CallSums] = {}
        self._new = self._new_bytes = 0
        self.reopened = 0
        self._open()

    def _open(self) -> None:
        self._db = duckdb.connect(config=self._config)
        self._db.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
        self._shown.clear()
        for table in tables.TABLES:
            self._db.execute(schema.create(table, f"new_{table}"))

    def reopen(self) -> None:
        """Opens the tables in memory anew after DuckDB gave them up. What they held is lost, and counted."""
        with self._lock:
            log.error("the store in memory is opened anew; %d rows that no file holds are lost", self._new)
            self.lost += self._new
            self.reopened += 1
            self._new = self._new_bytes = 0
            try:
                self._db.close()
            except duckdb.Error:
                pass  # It is closed, or as good as.
            self._open()

    @property
    def arms(self) -> Arms:
        return self._judge.arms

    @property
    def judged(self) -> int:
        """The newest raw file whose requests were judged."""
        return self._judged

    @property
    def lines(self) -> Counter[int]:
        """Records that came, by worker of the edge."""
        return sum(self._unsettled.values(), Counter(self.settled))

    # Taking in

    def take(self, raw: Path, number: int, records: Sequence[Record] | None = None) -> None:
        """A raw file, with its records or to be read. Its requests are held until `judge`."""
        with self._lock:
            held, lines = Held(), Counter[int]()
            for part in self._read(raw) if records is None else (records,):
                lines.update(map(_worker, part))
                held.add(part)
            self.lost += lines.pop(-1, 0)  # No worker of the edge wrote them.
            self._unsettled[number], self._held[number] = lines, held
            self._judge.hear(number, held.calls)

    def _read(self, raw: Path) -> Iterator[list[Record]]:
        with raw.open("rb") as stream:
            while piece := stream.read(_PIECE) + stream.readline():
                found = decode(piece)
                self.lost += piece.count(b"\n") + (not piece.endswith(b"\n")) - len(found)
                yield found

    def judge(self, upto: int, seconds: float = 1.0) -> None:
        """Decides for the requests of raw files up to this one; `seconds`: how long one of them took to fill."""
        with self._lock:
            for number in [one for one in self._held if one <= upto]:
                try:
                    self._judge_one(number, seconds)
                finally:
                    self.settled += self._unsettled.pop(number)
                    self._judged = max(self._judged, number)

    def make_trial(self) -> Callable[[Sequence[Record]], list[Record]]:
        """Returns a function that judges records for nothing, and returns those that can be judged."""
        refused: list[Record] = []
        trial = Judge(self._endpoints, refused.append)

        def try_out(found: Sequence[Record]) -> list[Record]:
            held = Held()
            held.add(found)
            trial.hear(0, held.calls)
            trial.judge(0, held, 1.0)
            for record in refused:
                self._set_aside("judge", record, "it cannot be judged")
            passed = [record for record in found if record not in refused]
            refused.clear()
            return passed

        return try_out

    def _judge_one(self, number: int, seconds: float) -> None:
        done = self._judge.judge(number, self._held.pop(number), seconds)
        for table in _UNDECIDED:
            self._hide(f"held_{table}_{number}")
        for minute in done.minutes:
            self._add_minute(minute)
        for key, sums in done.call_minutes.items():
            self._add_call_minute(key, sums)
        self._put("requests", done.requests)
        self._put("calls", done.calls)
        if self.kept is not None:
            self.kept(*([row | {"at": row["time"] / 1e6} for row in rows] for rows in (done.requests, done.calls)))

    def _add_minute(self, one: Minute) -> None:
        """To its minute, and to what Prometheus is told: the same, added up since this program began."""
        key = (one.application, one.version, one.stack, one.endpoint)
        self._minutes.setdefault((one.at, *key), Minute(one.at, *key)).add(one)
        if key not in self.totals:
            self._endpoints_of[one.application] += 1
            if self._endpoints_of[one.application] > MAX_TOTALS_PER_APPLICATION or len(self.totals) >= _MOST_TOTALS:
                name = one.application if len(self.totals) < 2 * _MOST_TOTALS else FOLDED
                key = (name, FOLDED, FOLDED, FOLDED)
        self.totals.setdefault(key, Minute(0, *key)).add(one)

    def _add_call_minute(self, key: CallKey, sums: CallSums) -> None:
        """Who makes up names of services has one row for all that are too many."""
        if key not in self._call_minutes:
            self._called_of[key[1]] += 1
            if self._called_of[key[1]] > MAX_CALLED_PER_APPLICATION:
                key = (*key[:4], FOLDED, FOLDED)
        self._call_minutes.setdefault(key, CallSums()).add(sums)

    def add(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Rows as they are: spans, log lines, usage. Their time in microseconds."""
        names = tuple(tables.TABLES[table])
        with self._lock:
            fitting = [row for row in rows if len(row) <= len(names)]  # An older program knew fewer columns.
            for row in rows if len(fitting) < len(rows) else ():
                if len(row) > len(names):
                    self._set_aside(table, row, "it has more columns than its table")
            self._put(table, [dict(zip_longest(names, row)) for row in fitting])

    def _put(self, table: str, rows: list[Row]) -> None:
        waiting = self._waiting[table]
        waiting += rows
        self._waiting_bytes[table] += sum(map(_measure, rows))
        # A store that takes nothing in may not take all memory.
        if len(waiting) > _MOST_WAITING or self._waiting_bytes[table] > MAX_WAITING_BYTES:
            half = len(waiting) // 2
            self.lost += half
            del waiting[:half]
            self._waiting_bytes[table] = sum(map(_measure, waiting))
        if len(waiting) >= _AT_ONCE or self._waiting_bytes[table] >= _AT_ONCE_BYTES:
            self._settle(table)

    def _settle(self, table: str) -> None:
        """What waited is in DuckDB."""
        rows = self._waiting.get(table, [])
        if table == "minutes":
            rows = [_minute_row(one) for one in self._minutes.values()]
        elif table == "call_minutes":
            rows = [_call_minute_row(key, sums) for key, sums in self._call_minutes.items()]
        if not rows:
            return
        self._insert(table, rows)
        # Not before: what could not be taken in is tried again.
        self._new += len(rows)
        self._new_bytes += self._waiting_bytes.pop(table, 0)
        self._waiting.pop(table, None)
        if table == "minutes":
            self._minutes = {}
        elif table == "call_minutes":
            self._call_minutes = {}
            self._called_of.clear()

    def _insert(self, table: str, rows: list[Row]) -> None:
        """Rows that DuckDB refuses are set aside; the others are taken. Raises what does not depend on the rows."""
        try:
            insert(self._db, table, f"new_{table}", rows)
        except duckdb.Error as error:
            if isinstance(error, _NOT_OF_ROWS) or is_closed(error):
                raise
            if len(rows) == 1:
                self._set_aside(table, rows[0], str(error))
                return
            self._insert(table, rows[: len(rows) // 2])
            self._insert(table, rows[len(rows) // 2 :])

    def learn_slow(self, known: Iterable[tuple[str, str, str, int]]) -> None:
        """(application, stack, endpoint, microseconds above which a request is slow)."""
        self._judge.slow = {(application, stack, endpoint): us for application, stack, endpoint, us in known}

    def flag(self, devices: Iterable[str]) -> None:
        self._judge.flags = frozenset(devices) - {"-", ""}

    # Writing

    def new_rows(self) -> int:
        with self._lock:
            waiting = sum(map(len, self._waiting.values())) + len(self._minutes) + len(self._call_minutes)
            return self._new + waiting

    def new_bytes(self) -> int:
        """About how many bytes wait, or are in no file yet."""
        with self._lock:
            return self._new_bytes + self._waiting_bytes.total()

    def write(self) -> None:
        """What is in memory becomes files. Raises OSError, duckdb.Error when the disk has no room: all stays."""
        failure: Exception | None = None
        with self._lock:
            for table in tables.TABLES:
                try:
                    self._write_one(table)
                except (duckdb.Error, OSError) as error:
                    failure = error  # Of this table; the others are written.
            if failure is not None:
                raise failure
            self._new = self._new_bytes = 0

    def _write_one(self, table: str) -> None:
        self._settle(table)
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
            self._copy(f"read_parquet([{paths}], union_by_name = true)", table, new)
            self.files.replace(old, new)

    # Asking

    def source(self, table: str, since: float = 0.0, until: float = float("inf"), *, identifier: str = "") -> str:
        """What a question is asked of: rows in memory, those still held, and the files of the time or with the id."""
        self._settle(table)
        files = self.files.of(table, since, until)
        parts = [f"SELECT * FROM new_{table}"]
        if table in _UNDECIDED:
            parts += [f"SELECT *{_UNDECIDED[table]} FROM {name}" for name in self._show(table, identifier)]
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

    def _show(self, table: str, identifier: str) -> list[str]:
        """Names of tables with what is held, or of one with what is held of an id."""
        if identifier:
            names = (identifier, identifier.replace("-", ""))
            found = [one for held in self._held.values() for one in _of(held, table) if one.id in names]
            self._hide("held_found")
            return [self._make("held_found", table, found)] if found else []
        return [
            name if (name := f"held_{table}_{number}") in self._shown else self._make(name, table, _of(held, table))
            for number, held in self._held.items()
        ]

    def _make(self, name: str, table: str, those: Sequence[Record]) -> str:
        self._db.execute(schema.create(table, name, without=JUDGED))
        self._shown.add(name)
        rows = self._judge.call_rows if table == "calls" else self._judge.request_rows
        for first in range(0, len(those), _AT_ONCE):
            insert(self._db, table, name, rows(those[first : first + _AT_ONCE]))
        return name

    def _hide(self, name: str) -> None:
        if name in self._shown:
            self._db.execute(f"DROP TABLE {name}")
            self._shown.remove(name)

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
            with self._limited():
                return _dicts(self._db.execute(whole, list(constants)))

    @contextmanager
    def _limited(self) -> Iterator[None]:
        """Ends a statement that takes too long. Raises TooLarge."""
        timer = threading.Timer(MAX_QUESTION_S, self._db.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        except duckdb.InterruptException:
            raise TooLarge(
                f"the question took longer than {MAX_QUESTION_S:.0f} s, which is the bound",
                hint="ask for less time, or by a filter that costs less",
            ) from None
        except duckdb.OutOfMemoryException:
            raise TooLarge(
                f"the question needs more than {self._config['memory_limit']} of memory, which is the bound",
                hint="ask for less time, or for fewer groups",
            ) from None
        finally:
            timer.cancel()

    def close(self) -> None:
        self._db.close()


def _measure(row: Row) -> int:
    return 400 + sum([len(value) for value in row.values() if type(value) is str])


def _dicts(found: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _summed(table: str) -> list[str]:
    return [column for column, (kind, _) in tables.TABLES[table].items() if kind not in ("VARCHAR", "TIMESTAMP")]


def _of(held: Held, table: str) -> Sequence[Record]:
    return held.calls if table == "calls" else held.requests


def _minute_row(one: Minute) -> Row:
    told = {name: getattr(one, name) for name in ("application", "version", "stack", "endpoint", *ADDED, "latencies")}
    return {"time": one.at * 1_000_000} | told


def _call_minute_row(key: CallKey, sums: CallSums) -> Row:
    values = (key[0] * MINUTE, *key[1:], *sums.counts, sums.latencies)
    return dict(zip(tables.TABLES["call_minutes"], values, strict=True))


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
