"""One database behind one thread: each call is one transaction, off the event loop. SQLite, or PostgreSQL by URL."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from weakref import WeakSet

from sqlalchemy import Connection, create_engine, event, insert, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, OperationalError

from stagedoor.control.ports.store import Change
from stagedoor.model.errors import Invalid, Unavailable
from stagedoor.sql import chains, migrate

T = TypeVar("T")

# Above what the database itself allows a statement: for one that says nothing at all.
ANSWER_TIMEOUT_S = 20.0
_LOCK = 7_380_311_046  # Any number, the same for every Stagedoor.
_FULL = ("disk is full", "I/O")
_ATTEMPTS_ON_FULL_DISK = 3
_NOT_WRITABLE = ("disk is full", "readonly", "I/O")


def _nobody(*topics: str) -> None:
    pass


class Database:
    """What all parts of the store share. `tell` hears the topics of a change once it is committed.

    `release` gives up a part of the disk's reserve, when a full disk is why a change failed.
    """

    def __init__(self, url: str, clock: Callable[[], float], tell: Callable[..., None] = _nobody) -> None:
        self._clock = clock
        self.release: Callable[[], bool] = lambda: False
        self._tell = tell
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sql")
        try:
            self._url = make_url(url)
        except ArgumentError:
            # The text may hold a password, so it is not repeated.
            raise Invalid("the database's URL cannot be read", hint="as in postgresql://user@host/name") from None
        if self._url.get_backend_name() == "sqlite":
            self._engine = create_engine(self._url)
            event.listen(self._engine, "connect", _prepare)
        elif self._url.get_backend_name() == "postgresql":
            self._url = self._url.set(drivername="postgresql+psycopg")
            limits = "-c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000"
            arguments = {"connect_timeout": 3, "options": limits, "application_name": "stagedoor"}
            self._engine = create_engine(self._url, pool_pre_ping=True, pool_size=1, connect_args=arguments)
            event.listen(self._engine, "connect", _be_alone)
        else:
            raise Invalid(
                f"a database of kind {self._url.get_backend_name()!r} is not known", hint="SQLite or PostgreSQL"
            )

    async def open(self) -> None:
        """Brings the database to this version. Raises Unavailable when it is of a newer one, or cannot be used."""
        await self._run(at_leisure(migrate.upgrade))

    async def move_to(self, revision: str) -> str:
        """Moves the tables to an older or newer revision, none: stays; returns where it is. Raises Unavailable."""

        def work(connection: Connection) -> str:
            if revision:
                migrate.move(connection, revision)
            return migrate.present(connection)

        return await self._run(at_leisure(work))

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()

    async def _run(self, work: Callable[[Connection], T], *topics: str) -> T:
        """`work` in one transaction; who looks on is told the topics. Raises Unavailable while the database is away."""

        def transact() -> T:
            for _ in range(_ATTEMPTS_ON_FULL_DISK):
                try:
                    return begin()
                except OperationalError as error:
                    if not self._is_full(error) or not self.release():
                        raise
            return begin()

        def begin() -> T:
            with self._engine.begin() as connection:
                return work(connection)

        limit = None if self._url.get_backend_name() == "sqlite" or work in _unhurried else ANSWER_TIMEOUT_S
        try:
            async with asyncio.timeout(limit):
                result = await asyncio.get_running_loop().run_in_executor(self._thread, transact)
        except TimeoutError:
            # What waits behind it is taken back; what the database has already it may still do.
            raise Unavailable(
                f"the database at {self._url.host or 'its socket'} does not answer within {limit:g} s",
                hint="requests are served on; look whether it was done before you try again",
            ) from None
        except _Taken as error:
            raise Unavailable(f"{error}", hint="a platform has a database of its own; name another") from None
        except OperationalError as error:
            raise self._unavailable(error) from None
        except DataError as error:
            raise Invalid(f"the database does not take it: {str(error.orig).splitlines()[0]}") from None
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            raise self._unavailable(error) from None
        if topics:
            self._tell(*topics)
        return result

    def _is_full(self, error: DBAPIError) -> bool:
        return self._url.get_backend_name() == "sqlite" and any(word in str(error.orig) for word in _FULL)

    def _unavailable(self, error: DBAPIError) -> Unavailable:
        if self._url.get_backend_name() == "postgresql":
            return Unavailable(
                f"the database at {self._url.host or 'its socket'} does not answer; nothing was changed",
                hint="requests are served on; try again once it is back",
            )
        if any(word in str(error.orig) for word in _NOT_WRITABLE):
            return Unavailable(
                f"the database cannot be written: {error.orig}",
                hint="free disk space under the data folder; nothing was changed",
            )
        return Unavailable(f"the database cannot be used: {error.orig}", hint="is the disk full, or read-only?")

    def _note(self, connection: Connection, change: Change) -> None:
        """As the next of the chain, in the transaction of the change itself."""
        values = {name: getattr(change, name) for name in Change.__dataclass_fields__}
        chains.append(connection, self._clock(), values)


def at_leisure(work: Callable[[Connection], T]) -> Callable[[Connection], T]:
    """For what may take long: the bound of a statement is for calls that somebody waits for."""

    def unhurried(connection: Connection) -> T:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        return work(connection)

    _unhurried.add(unhurried)
    return unhurried


_unhurried: WeakSet[Callable[[Connection], Any]] = WeakSet()


def _be_alone(connection: Any, _: object) -> None:
    """Two platforms on one database would undo each other's work: the second is refused."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,))
        alone = cursor.fetchone()[0]
    connection.commit()
    if not alone:
        connection.close()
        raise _Taken("another platform uses this database")


class _Taken(Exception):
    pass


def _prepare(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    # FULL: a release that was answered survives a power cut; the pointer is worth one fsync.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def put(connection: Connection, table: Any, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Changes the row with this key, or adds it."""
    condition = [table.c[name] == value for name, value in key.items()]
    if not connection.execute(update(table).where(*condition).values(**values)).rowcount:
        connection.execute(insert(table).values(**key, **values))
