"""A query of somebody's own, in a process of its own that can do nothing else.

What a SELECT could reach in DuckDB is a lot: any file, settings, extensions, tables that are not the asker's. So it is
read first, and may name only the public tables; the process then gives up its user, its way to open anything, its
settings, and all but so much memory and time. Reads one question from its input, writes one answer.
"""

import ctypes
import json
import math
import os
import resource
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import duckdb

from stagedoor.model.tables import TABLES

MOST_ROWS, MOST_BYTES = 10_000, 8 << 20
SECONDS = 10
_MEMORY = "384MB"
_ADDRESS_SPACE = 3 << 30
_NOBODY = 65534
_FUNCTIONS = ("range", "generate_series", "unnest")
_NO_NEW_PRIVILEGES, _DUMPABLE = 38, 4


class Refused(Exception):
    """With what is wrong, for who asked."""


def main() -> None:
    _limit()
    told = json.load(sys.stdin)
    try:
        said: dict[str, Any] = answer(told["sql"], told["sources"], told["applications"])
    except Refused as error:
        said = {"error": str(error)}
    except (duckdb.OutOfMemoryException, MemoryError):
        said = {"error": f"the query needs more than {_MEMORY} of memory, which is the bound"}
    except (duckdb.Error, RecursionError) as error:
        said = {"error": str(error).splitlines()[0][:2000]}
    sys.stdout.write(json.dumps(said))


def answer(sql: str, sources: dict[str, list[str]], applications: list[str] | None) -> dict[str, Any]:
    """{columns, rows, truncated, took}. `applications`: whose rows are there, None for all. Raises Refused."""
    database = duckdb.connect(config={"threads": 1, "memory_limit": _MEMORY, "max_temp_directory_size": "0KB"})
    check(database, sql)
    opened = {table: [_open(path) for path in paths] for table, paths in sources.items()}
    _give_up()
    for table in TABLES:
        database.execute(_view(table, opened.get(table, []), applications))
    listed = [path for paths in opened.values() for path in paths]
    database.execute("SET TimeZone = 'UTC'; SET autoinstall_known_extensions = false")
    database.execute("SET autoload_known_extensions = false")
    database.execute(f"SET allowed_paths = [{', '.join(_quoted(path) for path in listed)}]")
    database.execute("SET enable_external_access = false; SET lock_configuration = true")
    began = time.perf_counter()
    found = database.execute(sql)
    rows, truncated = _rows(found)
    columns = [column[0] for column in found.description or ()]
    return {"columns": columns, "rows": rows, "truncated": truncated, "took": time.perf_counter() - began}


def check(database: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raises Refused unless it is one SELECT over the public tables."""
    row = database.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
    tree = json.loads(row[0]) if row else {}
    if tree.get("error"):
        raise Refused(f"{tree.get('error_message', 'it cannot be read')}: one SELECT is allowed, and nothing else")
    statements = tree.get("statements", [])
    if len(statements) != 1:
        raise Refused("one SELECT is allowed, and nothing else")
    named = {entry["key"] for node in _nodes(statements) for entry in node.get("cte_map", {}).get("map", ())}
    for node in _nodes(statements):
        kind = node.get("type")
        if kind == "BASE_TABLE" and not _is_public(node, named):
            raise Refused(f"there is no table {node.get('table_name')!r}; tables: {', '.join(TABLES)}")
        if kind == "TABLE_FUNCTION" and _function(node) not in _FUNCTIONS:
            raise Refused(f"{_function(node)} is not allowed in a query; tables: {', '.join(TABLES)}")
        if kind == "SHOW_REF":
            raise Refused("one SELECT is allowed, and nothing else")


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _is_public(node: dict[str, Any], named: set[str]) -> bool:
    plain = not node.get("schema_name") and not node.get("catalog_name")
    return plain and (node.get("table_name") in TABLES or node.get("table_name") in named)


def _function(node: dict[str, Any]) -> str:
    return str(node.get("function", {}).get("function_name", ""))


def _open(path: str) -> str:
    """By its number: whoever has that may read the file, though not the folder it is in."""
    number = os.open(path, os.O_RDONLY)
    if os.getuid() == 0:
        os.fchown(number, _NOBODY, -1)  # Nobody else may read it, and a file is opened again by its number.
    return f"/proc/self/fd/{number}"


def _limit() -> None:
    """Bounds memory and time before anything of the query is read."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES * 2, MOST_BYTES * 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)


def _give_up() -> None:
    """Whatever happens from here on happens to nobody."""
    library = ctypes.CDLL(None)
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
    library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    # Who changed its user may not look at its own descriptors otherwise.
    library.prctl(_DUMPABLE, 1, 0, 0, 0)


def _view(table: str, files: list[str], applications: list[str] | None) -> str:
    columns = TABLES[table]
    if not files:
        empty = ", ".join(f"NULL::{kind} AS {name}" for name, (kind, _) in columns.items())
        return f"CREATE VIEW {table} AS SELECT {empty} WHERE false"
    listed = ", ".join(_quoted(path) for path in files)
    names = ", ".join(columns)
    only = "" if applications is None else f" WHERE application IN ({', '.join(map(_quoted, applications)) or 'NULL'})"
    return f"CREATE VIEW {table} AS SELECT {names} FROM read_parquet([{listed}], union_by_name = true){only}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _rows(found: duckdb.DuckDBPyConnection) -> tuple[list[list[Any]], bool]:
    rows: list[list[Any]] = []
    size = 0
    while batch := found.fetchmany(100):
        for row in batch:
            plain = [_plain(value) for value in row]
            size += len(json.dumps(plain))
            if len(rows) == MOST_ROWS or size > MOST_BYTES:
                return rows, True
            rows.append(plain)
    return rows, False


def _plain(value: Any) -> Any:
    """As JSON can say it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else str(value)


if __name__ == "__main__":
    main()
