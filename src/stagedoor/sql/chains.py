"""The chain of activities as rows: each is written after the last one, whoever writes beside."""

from typing import Any

from sqlalchemy import Connection, insert, select, update

from stagedoor.model.activity import FIRST, Activity, Head, chain
from stagedoor.sql import tables

_NAME = "activities"


def append(connection: Connection, at: float, values: dict[str, Any]) -> Activity:
    """Adds an activity of these values. It waits for every transaction that added one before."""
    table = tables.chains
    mine = table.c.name == _NAME
    # A change first: it takes the row on PostgreSQL, and SQLite's only lock, before anything is read.
    if not connection.execute(update(table).where(mine).values(id=table.c.id + 1)).rowcount:
        connection.execute(insert(table).values(name=_NAME, id=1, hash=FIRST))
    row = connection.execute(select(table).where(mine)).one()
    one = Activity(id=row.id, at=float(at), **values)
    digest = chain(row.hash, one)
    connection.execute(insert(tables.activities).values(id=one.id, at=one.at, hash=digest, **values))
    connection.execute(update(table).where(mine).values(hash=digest))
    return one


def head(connection: Connection) -> Head:
    row = connection.execute(select(tables.chains).where(tables.chains.c.name == _NAME)).first()
    return Head(row.id, row.hash) if row else Head()
