"""The store's part about alerts, silences and saved queries."""

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from stagedoor.control import news
from stagedoor.control.ports.store import Change
from stagedoor.model.alert import Alert, Silence
from stagedoor.model.saved import SavedQuery
from stagedoor.sql import tables
from stagedoor.sql.database import Database


class Alerts(Database):
    async def alerts(self, application: str, state: str, limit: int) -> list[Alert]:
        table = tables.alerts
        query = select(table).order_by(table.c.id.desc()).limit(limit)
        for column, value in ((table.c.application, application), (table.c.state, state)):
            query = query.where(column == value) if value else query
        return [Alert(**row._mapping) for row in await self._run(lambda c: c.execute(query).all())]

    async def alert(self, number: int) -> Alert | None:
        table = tables.alerts
        row = await self._run(lambda c: c.execute(select(table).where(table.c.id == number)).first())
        return Alert(**row._mapping) if row else None

    async def save_alert(self, alert: Alert) -> Alert:
        def work(connection: Connection) -> Alert:
            values, table = _values(alert), tables.alerts
            if alert.id:
                connection.execute(update(table).where(table.c.id == alert.id).values(**values))
                return alert
            return replace(alert, id=_added(connection, table, values))

        return await self._run(work, news.ALERTS)

    async def forget_alerts(self, before: float) -> int:
        table = tables.alerts
        query = delete(table).where(table.c.ended > 0, table.c.ended < before)
        return int(await self._run(lambda c: c.execute(query).rowcount))

    async def silences(self) -> list[Silence]:
        table = tables.silences
        rows = await self._run(lambda c: c.execute(select(table).order_by(table.c.id)).all())
        return [Silence(**row._mapping) for row in rows]

    async def add_silence(self, silence: Silence, change: Change) -> Silence:
        def work(connection: Connection) -> Silence:
            self._note(connection, change)
            table = tables.silences
            connection.execute(delete(table).where(table.c.until < self._clock()))
            return replace(silence, id=_added(connection, table, _values(silence)))

        return await self._run(work, news.ALERTS, news.ACTIVITIES)

    async def drop_silence(self, number: int, change: Change) -> None:
        def work(connection: Connection) -> None:
            connection.execute(delete(tables.silences).where(tables.silences.c.id == number))
            self._note(connection, change)

        await self._run(work, news.ALERTS, news.ACTIVITIES)


class SavedQueries(Database):
    async def saved_queries(self) -> list[SavedQuery]:
        table = tables.saved_queries
        rows = await self._run(lambda c: c.execute(select(table).order_by(table.c.name)).all())
        return [SavedQuery(**row._mapping) for row in rows]

    async def save_query(self, saved: SavedQuery, change: Change) -> None:
        def work(connection: Connection) -> None:
            connection.execute(delete(tables.saved_queries).where(tables.saved_queries.c.name == saved.name))
            connection.execute(insert(tables.saved_queries).values(**asdict(saved)))
            self._note(connection, change)

        await self._run(work, news.ALERTS, news.ACTIVITIES)

    async def drop_query(self, name: str, change: Change) -> None:
        def work(connection: Connection) -> None:
            connection.execute(delete(tables.saved_queries).where(tables.saved_queries.c.name == name))
            self._note(connection, change)

        await self._run(work, news.ALERTS, news.ACTIVITIES)


def _values(one: Alert | Silence) -> dict[str, Any]:
    return {key: value for key, value in asdict(one).items() if key != "id"}


def _added(connection: Connection, table: Any, values: dict[str, Any]) -> int:
    key = connection.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])
