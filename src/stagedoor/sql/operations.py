"""The store's part about operations and their steps."""

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from stagedoor.control import news
from stagedoor.model.operation import RUNNING, Operation, Step
from stagedoor.sql import tables
from stagedoor.sql.database import Database


def begin(connection: Connection, operation: Operation) -> Operation:
    """Adds it; with the number it got."""
    values = {key: value for key, value in asdict(operation).items() if key != "id"}
    key = connection.execute(insert(tables.operations).values(**values)).inserted_primary_key
    assert key is not None
    return replace(operation, id=int(key[0]))


class Operations(Database):
    async def begin_operation(self, operation: Operation) -> Operation:
        return await self._run(lambda c: begin(c, operation), news.OPERATIONS)

    async def add_step(self, operation: int, step: Step) -> None:
        await self._run(
            lambda c: c.execute(insert(tables.steps).values(operation=operation, **asdict(step))), news.OPERATIONS
        )

    async def end_operation(self, operation: int, state: str, at: float, error: dict[str, Any] | None) -> None:
        table = tables.operations
        query = update(table).where(table.c.id == operation).values(state=state, ended_at=at, error=error)
        await self._run(lambda c: c.execute(query), news.OPERATIONS)

    async def operation(self, operation: int) -> Operation | None:
        table = tables.operations
        row = await self._run(lambda c: c.execute(select(table).where(table.c.id == operation)).first())
        return Operation(**row._mapping) if row else None

    async def operations(self, application: str, limit: int) -> list[Operation]:
        table = tables.operations
        query = select(table).order_by(table.c.id.desc()).limit(limit)
        query = query.where(table.c.application == application) if application else query
        return [Operation(**row._mapping) for row in await self._run(lambda c: c.execute(query).all())]

    async def running_operations(self) -> list[Operation]:
        table = tables.operations
        rows = await self._run(lambda c: c.execute(select(table).where(table.c.state == RUNNING)).all())
        return [Operation(**row._mapping) for row in rows]

    async def forget_operations(self, before: float) -> int:
        def work(connection: Connection) -> int:
            table, steps = tables.operations, tables.steps
            old = select(table.c.id).where(table.c.ended_at > 0, table.c.ended_at < before)
            connection.execute(delete(steps).where(steps.c.operation.in_(old)))
            gone = (table.c.ended_at > 0, table.c.ended_at < before)
            return int(connection.execute(delete(table).where(*gone)).rowcount)

        return await self._run(work)

    async def steps(self, operation: int, after: int) -> list[Step]:
        table = tables.steps
        query = select(table).where(table.c.operation == operation, table.c.seq > after).order_by(table.c.seq)
        rows = await self._run(lambda c: c.execute(query).all())
        return [Step(**{key: value for key, value in row._mapping.items() if key != "operation"}) for row in rows]
