"""Rollouts and experiments: what both are at every instant, as one document each."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from stagedoor.control import news
from stagedoor.control.ports.store import Change
from stagedoor.model import rollout as states
from stagedoor.model.errors import Aborted
from stagedoor.model.experiment import ENDED, Experiment
from stagedoor.model.rollout import Rollout
from stagedoor.sql import tables
from stagedoor.sql.database import Database

Kept = TypeVar("Kept", Rollout, Experiment)
_BESIDE = ("id", "application", "stack", "state")  # What has a column of its own.


class Rollouts(Database):
    async def add_rollout(self, rollout: Rollout) -> Rollout:
        return await self._run(lambda c: replace(rollout, id=_add(c, tables.rollouts, rollout)), news.ROLLOUTS)

    async def save_rollout(self, rollout: Rollout, change: Change | None = None) -> None:
        def work(connection: Connection) -> None:
            _put(connection, tables.rollouts, rollout)
            if change is not None:
                self._note(connection, change)

        await self._run(work, news.ROLLOUTS, *((news.ACTIVITIES,) if change else ()))

    async def wish_rollout(self, number: int, wish: str, by: str, change: Change) -> None:
        """What a person asks of it; whoever drives it sees it at the next look."""

        def work(connection: Connection) -> None:
            table = tables.rollouts
            # Who aborted is not talked over.
            mine = (table.c.id == number, table.c.wish != states.ABORT)
            connection.execute(update(table).where(*mine).values(wish=wish, wished_by=by))
            self._note(connection, change)

        await self._run(work, news.ROLLOUTS, news.ACTIVITIES)

    async def answer_rollout(self, number: int, wish: str) -> None:
        """A wish was done, or could not be; one that came since stays."""
        table = tables.rollouts
        query = update(table).where(table.c.id == number, table.c.wish == wish).values(wish="", wished_by="")
        await self._run(lambda c: c.execute(query))

    async def rollout(self, number: int) -> Rollout | None:
        table = tables.rollouts
        row = await self._run(lambda c: c.execute(select(table).where(table.c.id == number)).first())
        return _rollout(row._mapping) if row else None

    async def rollout_of(self, operation: int) -> list[Rollout]:
        """Of an operation, the oldest first."""
        table = tables.rollouts
        query = select(table).where(table.c.operation == operation).order_by(table.c.id)
        return [_rollout(row._mapping) for row in await self._run(lambda c: c.execute(query).all())]

    async def rollouts(self, application: str, stack: str, limit: int) -> list[Rollout]:
        """The newest first; what is empty does not count."""
        table = tables.rollouts
        query = _of(table, application, stack).order_by(table.c.id.desc()).limit(limit)
        return [_rollout(row._mapping) for row in await self._run(lambda c: c.execute(query).all())]

    async def add_experiment(self, experiment: Experiment, change: Change) -> Experiment:
        def work(connection: Connection) -> Experiment:
            self._note(connection, change)
            return replace(experiment, id=_add(connection, tables.experiments, experiment))

        return await self._run(work, news.ROLLOUTS, news.ACTIVITIES)

    async def save_experiment(self, experiment: Experiment, change: Change | None = None) -> None:
        def work(connection: Connection) -> None:
            table = tables.experiments
            known = connection.execute(select(table.c.state).where(table.c.id == experiment.id)).scalar()
            if known == ENDED:
                return  # Whoever looked at it meanwhile does not bring it back.
            _put(connection, table, experiment)
            if change is not None:
                self._note(connection, change)

        await self._run(work, news.ROLLOUTS, news.ACTIVITIES)

    async def experiments(self, application: str = "", stack: str = "") -> list[Experiment]:
        """The newest first; what is empty does not count."""
        table = tables.experiments
        query = _of(table, application, stack).order_by(table.c.id.desc())
        return [_read(row._mapping, Experiment) for row in await self._run(lambda c: c.execute(query).all())]


class Hooks(Database):
    async def save_hook(self, application: str, digest: str, change: Change) -> None:
        def work(connection: Connection) -> None:
            table = tables.hooks
            connection.execute(delete(table).where(table.c.application == application))
            if digest:
                connection.execute(insert(table).values(application=application, hash=digest))
            self._note(connection, change)

        await self._run(work, news.ACTIVITIES)

    async def hooked(self, digest: str) -> str:
        table = tables.hooks
        query = select(table.c.application).where(table.c.hash == digest)
        return str(await self._run(lambda c: c.execute(query).scalar()) or "")


def point(connection: Connection, rollout: Rollout) -> None:
    """In the transaction that moves the pointer. Raises Aborted when somebody aborted it just now."""
    table = tables.rollouts
    wish = connection.execute(select(table.c.wish).where(table.c.id == rollout.id)).scalar()
    if wish == states.ABORT:
        raise Aborted(f"{rollout.line}: somebody aborted it")
    _put(connection, tables.rollouts, rollout)


def running(connection: Connection) -> tuple[list[Rollout], list[Experiment]]:
    """Those that have not ended, the oldest first."""
    rollouts, experiments = tables.rollouts, tables.experiments
    moving = select(rollouts).where(rollouts.c.state.not_in(states.ENDED)).order_by(rollouts.c.id)
    tried = select(experiments).where(experiments.c.state != ENDED).order_by(experiments.c.id)
    return (
        [_rollout(row._mapping) for row in connection.execute(moving).all()],
        [_read(row._mapping, Experiment) for row in connection.execute(tried).all()],
    )


def _of(table: Any, application: str, stack: str) -> Any:
    query = select(table)
    for column, value in ((table.c.application, application), (table.c.stack, stack)):
        query = query.where(column == value) if value else query
    return query


def _values(one: Rollout | Experiment) -> dict[str, Any]:
    body = msgspec.to_builtins(one)
    values = {name: body.pop(name) for name in _BESIDE}
    del values["id"]
    for name in ("wish", "wished_by"):
        body.pop(name, None)  # Written apart: who drives it does not overwrite what was asked meanwhile.
    return {**values, "body": body} | ({"operation": one.operation} if isinstance(one, Rollout) else {})


def _add(connection: Connection, table: Any, one: Rollout | Experiment) -> int:
    key = connection.execute(insert(table).values(**_values(one))).inserted_primary_key
    assert key is not None
    return int(key[0])


def _put(connection: Connection, table: Any, one: Rollout | Experiment) -> None:
    connection.execute(update(table).where(table.c.id == one.id).values(**_values(one)))


def _read(row: Any, kind: Callable[..., Kept] | type[Kept]) -> Kept:
    return msgspec.convert(row["body"] | {name: row[name] for name in _BESIDE}, kind)


def _rollout(row: Any) -> Rollout:
    return replace(_read(row, Rollout), wish=row["wish"], wished_by=row["wished_by"])
