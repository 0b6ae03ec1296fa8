"""The store's part about activities: written with each change, found again, and read as the chain they are."""

import json
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, or_, select

from stagedoor.control import news
from stagedoor.control.ports.store import Change
from stagedoor.model.activity import Activity, Head, Search
from stagedoor.sql import chains, tables
from stagedoor.sql.database import Database

_table = tables.activities


class Activities(Database):
    async def activities(self, search: Search, limit: int) -> list[Activity]:
        query = select(_table).where(*_conditions(search)).order_by(_table.c.id.desc()).limit(limit)
        return await self._activities(query)

    async def chain(self, after: int | None, limit: int) -> list[Activity]:
        query = select(_table).order_by(_table.c.id).limit(limit)
        return await self._activities(query if after is None else query.where(_table.c.id > after))

    async def chain_head(self) -> Head:
        return await self._run(chains.head)

    async def note(self, change: Change) -> None:
        await self._run(lambda connection: self._note(connection, change), news.ACTIVITIES)

    async def _activities(self, query: Select[Any]) -> list[Activity]:
        return [Activity(**row._mapping) for row in await self._run(lambda c: c.execute(query).all())]


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    columns = _table.c
    wanted = {columns.application: search.application, columns.by: search.by, columns.action: search.action}
    found: list[ColumnElement[bool]] = [column == value for column, value in wanted.items() if value]
    if search.target:
        found.append(columns.target.icontains(search.target, autoescape=True))
    if search.text:
        found.append(or_(*_anywhere(search.text)))
    if search.since:
        found.append(columns.at >= search.since)
    if search.until:
        found.append(columns.at < search.until)
    if search.below:
        found.append(columns.id < search.below)
    return found


def _anywhere(text: str) -> list[ColumnElement[bool]]:
    columns = _table.c
    written = json.dumps(text)[1:-1]  # As JSON columns hold it: letters beyond ASCII are escapes there.
    plain = (columns.by, columns.action, columns.application, columns.target)
    return [
        *(column.icontains(text, autoescape=True) for column in plain),
        *(cast(column, Text).icontains(written, autoescape=True) for column in (columns.before, columns.after)),
    ]
