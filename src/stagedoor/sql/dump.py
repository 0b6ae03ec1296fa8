"""The store's part that reads and writes everything: for backups, from one database to another."""

from typing import Any

from sqlalchemy import Connection, MetaData, Table, delete, func, insert, select, text

from stagedoor.model.errors import Conflict
from stagedoor.sql import migrate, tables
from stagedoor.sql.database import Database, at_leisure

# Who is signed in, and what stands on this machine: made anew where a backup is restored.
_OF_THE_MOMENT = ("sessions", "deployments")
Tables = dict[str, list[dict[str, Any]]]


class Dump(Database):
    async def dump(self) -> tuple[str, Tables]:
        """(revision of the tables, every row), as of one moment."""

        def work(connection: Connection) -> tuple[str, Tables]:
            kept = [table for table in tables.metadata.sorted_tables if table.name not in _OF_THE_MOMENT]
            return migrate.present(connection), {table.name: _rows(connection, table) for table in kept}

        return await self._run(work)

    async def load(self, revision: str, rows: Tables) -> None:
        """Fills a new database, and brings it to this version. Raises Conflict when it holds something already."""

        def work(connection: Connection) -> None:
            if migrate.present(connection):
                held = connection.execute(select(func.count()).select_from(tables.applications)).scalar()
                if held:
                    raise Conflict(
                        f"the database holds {held} applications already; nothing was restored",
                        hint="restore into a new data folder, or a new database",
                    )
                migrate.move(connection, "base")
            migrate.move(connection, revision)
            _fill(connection, rows)
            migrate.upgrade(connection)

        await self._run(at_leisure(work))


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    query = select(table).order_by(*table.primary_key)
    return [dict(row._mapping) for row in connection.execute(query)]


def _fill(connection: Connection, rows: Tables) -> None:
    """Into the tables as they are at the backup's revision, which may be an older one."""
    found = MetaData()
    found.reflect(connection)
    for name, content in rows.items():
        table = found.tables[name]
        connection.execute(delete(table))  # What a migration put there stands in the backup as well.
        if content:
            connection.execute(insert(table), content)
        if connection.dialect.name == "postgresql" and content and isinstance(content[0].get("id"), int):
            # Rows came with their numbers; the next one follows the last.
            query = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
            connection.execute(query, {"name": name, "last": max(row["id"] for row in content)})
