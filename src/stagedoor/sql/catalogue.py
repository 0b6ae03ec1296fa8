"""The store's part about services. One is decoded once for each change of it, since all traffic follows from them."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select

from stagedoor.control import news
from stagedoor.control.ports.store import Change
from stagedoor.model.service import Service
from stagedoor.sql import tables
from stagedoor.sql.database import Database, put

_OWN_COLUMNS = ("name", "backend", "number")


class Catalogue(Database):
    """What is remembered here is touched by the database's own thread alone."""

    def __init__(self, url: str, clock: Callable[[], float], tell: Callable[..., None] | None = None) -> None:
        super().__init__(url, clock, *([tell] if tell else []))
        self._services: dict[str, Service] = {}

    async def service(self, name: str) -> Service | None:
        return next((one for one in await self.services() if one.name == name), None)

    async def services(self) -> list[Service]:
        return await self._run(self._all_services)

    def _all_services(self, connection: Connection) -> list[Service]:
        rows = connection.execute(select(tables.services.c.name, tables.services.c.number)).all()
        numbers = {row.name: row.number for row in rows}
        held = {name: one for name, one in self._services.items() if numbers.get(name) == one.number}
        missing = [name for name in numbers if name not in held]
        query = select(tables.services).where(tables.services.c.name.in_(missing))
        for row in connection.execute(query).all() if missing else ():
            values = {"name": row.name, "backend": row.backend, "number": row.number, **(row.content or {})}
            held[row.name] = msgspec.convert(values, Service)
        self._services = held
        return [held[name] for name in sorted(held)]

    async def save_service(self, service: Service, change: Change | None, document: str | None = None) -> None:
        """Its number counts its changes. `document` replaces its description, None: it stays."""
        names = [one.name for one in fields(Service) if one.name not in _OWN_COLUMNS]
        content: dict[str, Any] = {name: msgspec.to_builtins(getattr(service, name)) for name in names}

        def work(connection: Connection) -> None:
            table = tables.services
            known = connection.execute(select(table.c.number).where(table.c.name == service.name)).scalar() or 0
            values = {"backend": service.backend, "number": known + 1, "content": content}
            put(connection, table, {"name": service.name}, values)
            if document is not None:
                put(connection, tables.descriptions, {"service": service.name}, {"document": document})
            if change is not None:
                self._note(connection, change)

        await self._run(work, news.SERVICES, news.ACTIVITIES)

    async def drop_service(self, name: str, change: Change) -> None:
        def work(connection: Connection) -> None:
            connection.execute(delete(tables.services).where(tables.services.c.name == name))
            connection.execute(delete(tables.descriptions).where(tables.descriptions.c.service == name))
            self._note(connection, change)

        await self._run(work, news.SERVICES, news.ACTIVITIES)

    async def description(self, name: str) -> str:
        """Its OpenAPI document, empty for none."""
        query = select(tables.descriptions.c.document).where(tables.descriptions.c.service == name)
        return await self._run(lambda c: c.execute(query).scalar()) or ""
