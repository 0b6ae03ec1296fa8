"""Brings a database to a version of the tables: the newest, or back to an older one.

Alembic is imported when something is to be moved: a start that finds the newest tables does without it, which is a
fifth of the time until control serves.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from stagedoor.model.errors import Unavailable

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).parent / "migrations"
_PRESENT = text("SELECT version_num FROM alembic_version")


def newest() -> str:
    """The revision that this Stagedoor works with: the number that the last of its migrations begins with."""
    return max(file.name.partition("_")[0] for file in (_FOLDER / "versions").glob("[0-9]*.py"))


def present(connection: Connection) -> str:
    """The revision a database is at; empty for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(_PRESENT).scalar() or "")


def upgrade(connection: Connection) -> None:
    """Raises Unavailable when the database was made by a newer Stagedoor."""
    if present(connection) != newest():
        from alembic import command

        _move(connection, "head", command.upgrade)


def move(connection: Connection, revision: str) -> None:
    """To `revision`, as a rule back to that of the Stagedoor before this one. Raises Unavailable."""
    from alembic import command

    back = revision == "base" or revision < present(connection)
    _move(connection, revision, command.downgrade if back else command.upgrade)


def _move(connection: Connection, revision: str, way: Callable[..., Any]) -> None:
    from alembic.util.exc import CommandError

    config = _config()
    config.attributes["connection"] = connection
    try:
        way(config, revision)
    except CommandError as error:
        raise Unavailable(
            f"the database is of another version of Stagedoor: {error}",
            hint="run the version that made it, or a newer one",
        ) from None


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config
