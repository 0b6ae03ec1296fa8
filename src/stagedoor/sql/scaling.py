"""The store's part about scaling: the steps, and the numbers that somebody asked for."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, insert, select

from stagedoor.control import news
from stagedoor.control.ports.store import Change
from stagedoor.model.scaling import FixedScale, ScaleStep
from stagedoor.sql import tables
from stagedoor.sql.database import Database, put


class Scaling(Database):
    async def add_scale_step(self, step: ScaleStep) -> None:
        values = asdict(step)
        await self._run(lambda c: c.execute(insert(tables.scale_steps).values(**values)), news.INSTANCES)

    async def scale_steps(self, application: str, stack: str, limit: int) -> list[ScaleStep]:
        table = tables.scale_steps
        query = select(table).where(table.c.application == application).order_by(table.c.id.desc()).limit(limit)
        query = query.where(table.c.stack == stack) if stack else query
        rows = await self._run(lambda c: c.execute(query).all())
        return [ScaleStep(**_without_id(row._mapping)) for row in rows]

    async def forget_scale_steps(self, before: float) -> int:
        query = delete(tables.scale_steps).where(tables.scale_steps.c.at < before)
        return int(await self._run(lambda c: c.execute(query).rowcount))

    async def fixed_scales(self) -> list[FixedScale]:
        rows = await self._run(lambda c: c.execute(select(tables.fixed_scales)).all())
        return [FixedScale(**row._mapping) for row in rows]

    async def fix_scale(self, wanted: FixedScale, change: Change) -> None:
        values = asdict(wanted)
        key = {name: values.pop(name) for name in ("application", "major", "stack")}

        def work(connection: Any) -> None:
            put(connection, tables.fixed_scales, key, values)
            self._note(connection, change)

        await self._run(work, news.DEPLOYMENTS, news.ACTIVITIES)

    async def free_scale(self, application: str, major: int, stack: str, change: Change) -> None:
        table = tables.fixed_scales
        query = delete(table).where(table.c.application == application, table.c.major == major, table.c.stack == stack)

        def work(connection: Any) -> None:
            connection.execute(query)
            self._note(connection, change)

        await self._run(work, news.DEPLOYMENTS, news.ACTIVITIES)


def _without_id(values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != "id"}
