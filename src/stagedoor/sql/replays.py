"""Reports of replays, differences that somebody wants, and shadows."""

from dataclasses import asdict, replace

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from stagedoor.control import news
from stagedoor.control.ports.store import Change
from stagedoor.model.comparison import Accepted
from stagedoor.model.recording_views import ReportView
from stagedoor.model.shadow import Shadow
from stagedoor.sql import tables
from stagedoor.sql.database import Database

_MOST = 50  # Reports of one application.


class Replays(Database):
    async def add_report(self, report: ReportView) -> ReportView:
        """The oldest of the application go."""

        def work(connection: Connection) -> ReportView:
            table = tables.replay_reports
            values = {"application": report.application, "kind": report.kind, "body": msgspec.to_builtins(report)}
            key = connection.execute(insert(table).values(**values)).inserted_primary_key
            assert key is not None
            mine = select(table.c.id).where(table.c.application == report.application).order_by(table.c.id.desc())
            old = [row.id for row in connection.execute(mine.offset(_MOST)).all()]
            connection.execute(delete(table).where(table.c.id.in_(old)))
            return replace(report, id=int(key[0]))

        return await self._run(work, news.ROLLOUTS)

    async def save_report(self, report: ReportView) -> None:
        table = tables.replay_reports
        query = update(table).where(table.c.id == report.id).values(body=msgspec.to_builtins(report))
        await self._run(lambda c: c.execute(query), news.ROLLOUTS)

    async def reports(self, application: str, limit: int) -> list[ReportView]:
        """The newest first."""
        table = tables.replay_reports
        query = select(table).order_by(table.c.id.desc()).limit(limit)
        if application:
            query = query.where(table.c.application == application)
        rows = await self._run(lambda c: c.execute(query).all())
        return [msgspec.convert({**row.body, "id": row.id}, ReportView) for row in rows]

    async def report(self, number: int) -> ReportView | None:
        table = tables.replay_reports
        row = await self._run(lambda c: c.execute(select(table).where(table.c.id == number)).first())
        return msgspec.convert({**row.body, "id": row.id}, ReportView) if row else None

    async def accepted(self, application: str) -> list[Accepted]:
        table = tables.accepted_differences
        query = select(table).where(table.c.application == application).order_by(table.c.at)
        return [Accepted(**row._mapping) for row in await self._run(lambda c: c.execute(query).all())]

    async def accept(self, one: Accepted, change: Change) -> None:
        def work(connection: Connection) -> None:
            connection.execute(_same(one))
            connection.execute(insert(tables.accepted_differences).values(**asdict(one)))
            self._note(connection, change)

        await self._run(work, news.ROLLOUTS, news.ACTIVITIES)

    async def retract(self, one: Accepted, change: Change) -> None:
        def work(connection: Connection) -> None:
            if connection.execute(_same(one)).rowcount:
                self._note(connection, change)

        await self._run(work, news.ROLLOUTS, news.ACTIVITIES)

    async def shadows(self) -> list[Shadow]:
        rows = await self._run(lambda c: c.execute(select(tables.shadows)).all())
        return [msgspec.convert(row.body, Shadow) for row in rows]

    async def save_shadow(self, shadow: Shadow, change: Change | None = None) -> None:
        """In the place of the one that application has in that stack."""

        def work(connection: Connection) -> None:
            connection.execute(_shadow(shadow))
            values = {"application": shadow.application, "stack": shadow.stack, "body": msgspec.to_builtins(shadow)}
            connection.execute(insert(tables.shadows).values(**values))
            if change is not None:
                self._note(connection, change)

        await self._run(work, news.ROLLOUTS, *((news.ACTIVITIES,) if change else ()))

    async def drop_shadow(self, shadow: Shadow, change: Change) -> None:
        def work(connection: Connection) -> None:
            connection.execute(_shadow(shadow))
            self._note(connection, change)

        await self._run(work, news.ROLLOUTS, news.ACTIVITIES)


def _same(one: Accepted):  # type: ignore[no-untyped-def]
    table = tables.accepted_differences
    return delete(table).where(
        table.c.application == one.application, table.c.endpoint == one.endpoint, table.c.place == one.place,
        table.c.kind == one.kind,
    )  # fmt: skip


def _shadow(one: Shadow):  # type: ignore[no-untyped-def]
    table = tables.shadows
    return delete(table).where(table.c.application == one.application, table.c.stack == one.stack)
