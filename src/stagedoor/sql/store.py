"""The store on SQLAlchemy, put together from its parts."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from stagedoor.control import news
from stagedoor.control.ports.store import Change, World
from stagedoor.decide.retain import Forgotten
from stagedoor.model.access import Token
from stagedoor.model.application import Application
from stagedoor.model.errors import Conflict
from stagedoor.model.release import Line, Release
from stagedoor.model.rollout import Rollout
from stagedoor.model.version import Start, Version
from stagedoor.sql import rollouts, tables
from stagedoor.sql.activities import Activities
from stagedoor.sql.alerts import Alerts, SavedQueries
from stagedoor.sql.catalogue import Catalogue
from stagedoor.sql.database import put
from stagedoor.sql.deployments import Deployments
from stagedoor.sql.dump import Dump
from stagedoor.sql.operations import Operations
from stagedoor.sql.people import People
from stagedoor.sql.replays import Replays
from stagedoor.sql.rollouts import Hooks, Rollouts
from stagedoor.sql.scaling import Scaling
from stagedoor.sql.values import Values


class SqlStore(
    Activities,
    Alerts,
    SavedQueries,
    Deployments,
    Catalogue,
    People,
    Values,
    Operations,
    Rollouts,
    Hooks,
    Scaling,
    Replays,
    Dump,
):
    """Implements the port `Store`."""

    # Applications and versions

    async def world(self) -> World:
        return await self._run(self._world)

    def _world(self, connection: Connection) -> World:
        def all_of(table: Any) -> list[dict[str, Any]]:
            return [dict(row._mapping) for row in connection.execute(select(table)).all()]

        lines = [Line(**row) for row in all_of(tables.lines)]
        moving, tried = rollouts.running(connection)
        return World(
            applications=[Application(**row) for row in all_of(tables.applications)],
            lines=lines,
            current=self._current(connection, lines),
            deployments=self._all_deployments(connection),
            services=self._all_services(connection),
            tokens={row.pop("hash"): Token(**row) for row in all_of(tables.tokens)},
            rollouts=moving,
            experiments=tried,
        )

    async def application(self, name: str) -> Application | None:
        table = tables.applications
        row = await self._run(lambda c: c.execute(select(table).where(table.c.name == name)).first())
        return Application(**row._mapping) if row else None

    async def save_application(self, application: Application, change: Change) -> None:
        def work(connection: Connection) -> None:
            _put_application(connection, application)
            self._note(connection, change)

        await self._run(work, news.APPLICATIONS, news.ACTIVITIES)

    async def versions(self, application: str) -> list[Version]:
        table = tables.versions
        held = (table.c.application == application, table.c.forgotten.is_(False))
        query = select(table).where(*held).order_by(table.c.published_at)
        return [_version(row) for row in await self._run(lambda c: c.execute(query).all())]

    async def latest_versions(self) -> dict[str, str]:
        table = tables.versions
        held = table.c.forgotten.is_(False)
        query = select(table.c.application, table.c.number).where(held).order_by(table.c.published_at)
        return {row.application: row.number for row in await self._run(lambda c: c.execute(query).all())}

    async def version(self, application: str, number: str) -> Version | None:
        table = tables.versions
        held = (table.c.application == application, table.c.number == number, table.c.forgotten.is_(False))
        query = select(table).where(*held)
        row = await self._run(lambda c: c.execute(query).first())
        return _version(row) if row else None

    async def taken_numbers(self, application: str) -> list[str]:
        table = tables.versions
        query = select(table.c.number).where(table.c.application == application).order_by(table.c.published_at)
        return list(await self._run(lambda c: c.execute(query).scalars().all()))

    async def add_version(self, version: Version, application: Application, change: Change) -> None:
        def work(connection: Connection) -> None:
            _put_application(connection, application)
            connection.execute(insert(tables.versions).values(**asdict(version), forgotten=False))
            self._note(connection, change)

        try:
            await self._run(work, news.APPLICATIONS, news.ACTIVITIES)
        except IntegrityError:
            raise Conflict(
                f"version {version.number} of {version.application} was published by somebody else just now"
            ) from None

    # Lines and releases

    async def line(self, application: str, major: int, stack: str) -> Line:
        table = tables.lines
        query = select(table).where(table.c.application == application, table.c.major == major, table.c.stack == stack)
        row = await self._run(lambda c: c.execute(query).first())
        return Line(**row._mapping) if row else Line(application, major, stack)

    async def releases(self, application: str, major: int, stack: str) -> list[Release]:
        table = tables.releases
        query = select(table).where(table.c.application == application, table.c.major == major, table.c.stack == stack)
        rows = await self._run(lambda c: c.execute(query.order_by(table.c.number)).all())
        return [Release(**row._mapping) for row in rows]

    async def all_releases(self) -> list[Release]:
        rows = await self._run(lambda c: c.execute(select(tables.releases)).all())
        return [Release(**row._mapping) for row in rows]

    async def forget(self, decided: list[Forgotten], change: Change) -> None:
        def work(connection: Connection) -> None:
            versions, releases = tables.versions.c, tables.releases.c
            for one in decided:
                if one.version:
                    same = (versions.application == one.application, versions.number == one.version)
                    # The row stays, so that the number is never given to other content.
                    connection.execute(update(tables.versions).where(*same).values(forgotten=True))
                    continue
                major, stack, number = one.release
                these = (
                    releases.application == one.application, releases.major == major, releases.stack == stack,
                    releases.number == number,
                )  # fmt: skip
                connection.execute(delete(tables.releases).where(*these))
            self._note(connection, change)

        await self._run(work, news.APPLICATIONS, news.ACTIVITIES)

    async def point(
        self, release: Release, change: Change, rollout: Rollout | None = None,
        admit: Callable[[World], None] | None = None,
    ) -> None:  # fmt: skip
        def work(connection: Connection) -> None:
            # An activity waits for every transaction that has one, so what is read after it is the newest.
            self._note(connection, change)
            if admit is not None:
                admit(self._world(connection))
            connection.execute(insert(tables.releases).values(**asdict(release)))
            key = {"application": release.application, "major": release.major, "stack": release.stack}
            put(connection, tables.lines, key, {"release": release.number})
            if rollout is not None:
                rollouts.point(connection, rollout)
            # The target and the former version alike: what lost its traffic just now is warm from now on.
            table = tables.deployments
            same = (table.c.application == release.application, table.c.stack == release.stack)
            connection.execute(update(table).where(*same).values(used_at=self._clock()))

        try:
            await self._run(work, news.APPLICATIONS, news.DEPLOYMENTS, news.ACTIVITIES, news.ROLLOUTS)
        except IntegrityError:
            raise Conflict(f"release {release.number} of this line was made by somebody else just now") from None

    async def delete_line(self, line: Line, change: Change) -> None:
        def work(connection: Connection) -> None:
            table = tables.lines
            connection.execute(
                delete(table).where(
                    table.c.application == line.application,
                    table.c.major == line.major,
                    table.c.stack == line.stack,
                )
            )
            self._note(connection, change)

        await self._run(work, news.APPLICATIONS, news.DEPLOYMENTS, news.ACTIVITIES)

    # The rest

    async def next_number(self, counter: str) -> int:
        def work(connection: Connection) -> int:
            table = tables.counters
            known = connection.execute(select(table.c.value).where(table.c.name == counter)).scalar() or 0
            put(connection, table, {"name": counter}, {"value": known + 1})
            return int(known) + 1

        return await self._run(work)


def _put_application(connection: Connection, application: Application) -> None:
    values = asdict(application)
    put(connection, tables.applications, {"name": values.pop("name")}, values)


def _version(row: Row[Any]) -> Version:
    values = {key: value for key, value in row._mapping.items() if key != "forgotten"}
    return Version(
        **{**values, "start": msgspec.convert(values["start"], Start), "endpoints": tuple(values["endpoints"])}
    )
