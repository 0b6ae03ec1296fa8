"""Brings a database to a version of the tables: the newest, or back to an older one."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from stagedoor.model.errors import Unavailable


def newest() -> str:
    """The revision that this Stagedoor works with."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def present(connection: Connection) -> str:
    """The revision a database is at; empty for a new one."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def upgrade(connection: Connection) -> None:
    """Raises Unavailable when the database was made by a newer Stagedoor."""
    _move(connection, "head", command.upgrade)


def move(connection: Connection, revision: str) -> None:
    """To `revision`, as a rule back to that of the Stagedoor before this one. Raises Unavailable."""
    back = revision < present(connection)
    _move(connection, revision, command.downgrade if back else command.upgrade)


def _move(connection: Connection, revision: str, way: object) -> None:
    config = _config()
    config.attributes["connection"] = connection
    try:
        way(config, revision)  # type: ignore[operator]
    except CommandError as error:
        raise Unavailable(
            f"the database is of another version of Stagedoor: {error}",
            hint="run the version that made it, or a newer one",
        ) from None


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
