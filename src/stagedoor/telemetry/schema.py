"""The public tables (`model.tables`) as DuckDB has them, and ids as keys of 64 bits."""

from collections.abc import Collection

from stagedoor.model.tables import TABLES

# By what a trace is found; the others are asked by time alone.
INDEXED = ("requests", "calls", "spans", "logs")
ID = {"requests": "id", "calls": "id", "spans": "id", "logs": "request"}


def create(table: str, name: str, without: Collection[str] = ()) -> str:
    columns = ", ".join(f"{column} {kind}" for column, (kind, _) in TABLES[table].items() if column not in without)
    return f"CREATE TABLE {name} ({columns})"


def key(identifier: str) -> int:
    """64 bits of a request's or a trace's id, dashes or not; 0 for what is no id."""
    try:
        return int(identifier.replace("-", "")[-16:], 16)
    except ValueError:
        return 0


def key_sql(column: str) -> str:
    return f"coalesce(TRY_CAST('0x' || right(replace({column}, '-', ''), 16) AS UBIGINT), 0)"
