"""The store's part about what runs, and what lines point at.

The edge's traffic follows from all of it, each time anew. A specification and a release never change once they are
written, so each is decoded once: with a thousand applications that is most of what a route change would take.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, select, update

from stagedoor.control import news
from stagedoor.model.deployment import Deployment, Spec
from stagedoor.model.release import Line, Release
from stagedoor.sql import tables
from stagedoor.sql.database import Database, put

_TOO_MANY = 200  # Rows from which on all are read instead of some by name.
Key = tuple[str, int, str]


class Deployments(Database):
    """What is remembered here is touched by the database's own thread alone."""

    def __init__(self, url: str, clock: Callable[[], float], tell: Callable[..., None] | None = None) -> None:
        super().__init__(url, clock, *([tell] if tell else []))
        self._decoded: dict[str, Deployment] = {}
        self._releases: dict[Key, Release] = {}

    async def deployments(self) -> list[Deployment]:
        return await self._run(self._all_deployments)

    async def deployment(self, deployment: str) -> Deployment | None:
        query = select(tables.deployments).where(tables.deployments.c.id == deployment)
        row = await self._run(lambda c: c.execute(query).first())
        return _deployment(row) if row else None

    async def save_deployment(self, deployment: Deployment) -> None:
        values = {name: getattr(deployment, name) for name in deployment.__dataclass_fields__}
        values["spec"] = msgspec.to_builtins(deployment.spec)
        key = {"id": values.pop("id")}

        def work(connection: Connection) -> None:
            self._decoded.pop(deployment.id, None)
            put(connection, tables.deployments, key, values)

        await self._run(work, news.DEPLOYMENTS)

    async def touch_deployment(self, deployment: str, at: float, purpose: str) -> None:
        table = tables.deployments
        query = update(table).where(table.c.id == deployment).values(used_at=at, purpose=purpose)
        await self._run(lambda c: c.execute(query), news.DEPLOYMENTS)

    async def drop_deployment(self, deployment: str) -> None:
        def work(connection: Connection) -> None:
            self._decoded.pop(deployment, None)
            connection.execute(delete(tables.deployments).where(tables.deployments.c.id == deployment))

        await self._run(work, news.DEPLOYMENTS)

    def _all_deployments(self, connection: Connection) -> list[Deployment]:
        table = tables.deployments
        rows = connection.execute(select(table.c.id, table.c.used_at, table.c.purpose)).all()
        self._decode(connection, [row.id for row in rows if row.id not in self._decoded])
        for row in rows:
            known = self._decoded[row.id]
            if (known.used_at, known.purpose) != (row.used_at, row.purpose):
                self._decoded[row.id] = replace(known, used_at=row.used_at, purpose=row.purpose)
        return [self._decoded[row.id] for row in rows]

    def _decode(self, connection: Connection, missing: Sequence[str]) -> None:
        query = select(tables.deployments)
        if missing and len(missing) < _TOO_MANY:
            query = query.where(tables.deployments.c.id.in_(missing))
        for row in connection.execute(query).all() if missing else ():
            self._decoded[row.id] = _deployment(row)

    def _current(self, connection: Connection, lines: Iterable[Line]) -> dict[Key, Release]:
        """The releases that the lines point at."""
        wanted = {(one.application, one.major, one.stack): one.release for one in lines if one.release}
        held = {key: self._releases[key] for key in wanted if key in self._releases}
        missing = [key for key, number in wanted.items() if key not in held or held[key].number != number]
        table = tables.releases
        query = select(table)
        if len(missing) < _TOO_MANY:
            query = query.where(table.c.application.in_({name for name, _, _ in missing}))
        for row in connection.execute(query).all() if missing else ():
            key = (row.application, row.major, row.stack)
            if row.number == wanted.get(key):
                held[key] = Release(**row._mapping)
        self._releases = held
        return dict(held)


def _deployment(row: Row[Any]) -> Deployment:
    values = dict(row._mapping)
    return Deployment(**{**values, "spec": msgspec.convert(values["spec"], Spec)})
