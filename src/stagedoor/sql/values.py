"""The store's part about configuration and secrets, and what people tell us."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from stagedoor.control import news
from stagedoor.control.ports.store import Change
from stagedoor.model.configuration import Value
from stagedoor.model.operation import Operation
from stagedoor.sql import tables
from stagedoor.sql.database import Database
from stagedoor.sql.operations import begin as _begin


class Values(Database):
    async def values(self, application: str, stack: str = "") -> list[Value]:
        table = tables.values
        query = select(table).where(table.c.application == application).order_by(table.c.name, table.c.number)
        query = query.where(table.c.stack == stack) if stack else query
        return [Value(**row._mapping) for row in await self._run(lambda c: c.execute(query).all())]

    async def add_value(
        self, value: Value, change: Change, begun: Callable[[Value], list[Operation]]
    ) -> tuple[Value, list[Operation]]:
        """Adds it under the next number of its name, with the operations that follow from it: all or nothing."""

        def work(connection: Connection) -> tuple[Value, list[Operation]]:
            table = tables.values
            same = (
                table.c.application == value.application, table.c.stack == value.stack,
                table.c.secret == value.secret, table.c.name == value.name,
            )  # fmt: skip
            last = connection.execute(select(func.max(table.c.number)).where(*same)).scalar() or 0
            numbered = replace(value, number=last + 1)
            connection.execute(insert(table).values(**asdict(numbered)))
            self._note(connection, change)
            return numbered, [_begin(connection, one) for one in begun(numbered)]

        return await self._run(work, news.APPLICATIONS, news.ACTIVITIES, news.OPERATIONS)

    async def drop_value(self, value: Value) -> None:
        table = tables.values
        this = (
            table.c.application == value.application, table.c.stack == value.stack, table.c.secret == value.secret,
            table.c.name == value.name, table.c.number == value.number,
        )  # fmt: skip
        await self._run(lambda c: c.execute(update(table).where(*this).values(dropped=True)), news.APPLICATIONS)

    async def secrets(self) -> list[Value]:
        table = tables.values
        query = select(table).where(table.c.secret.is_(True), table.c.content != "")
        return [Value(**row._mapping) for row in await self._run(lambda c: c.execute(query).all())]

    async def reseal(self, values: list[Value], change: Change) -> None:
        """The same secrets, sealed anew."""

        def work(connection: Connection) -> None:
            table = tables.values
            for one in values:
                same = (
                    table.c.application == one.application, table.c.stack == one.stack, table.c.secret.is_(True),
                    table.c.name == one.name, table.c.number == one.number,
                )  # fmt: skip
                connection.execute(update(table).where(*same).values(content=one.content))
            self._note(connection, change)

        await self._run(work, news.ACTIVITIES)

    async def add_feedback(self, by: str, page: str, text: str) -> None:
        query = insert(tables.feedback).values(at=self._clock(), by=by, page=page, text=text)
        await self._run(lambda c: c.execute(query))

    async def feedback(self, limit: int) -> list[dict[str, Any]]:
        query = select(tables.feedback).order_by(tables.feedback.c.id.desc()).limit(limit)
        return [dict(row._mapping) for row in await self._run(lambda c: c.execute(query).all())]
