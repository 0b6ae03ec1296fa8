"""Brings a database to the newest version of the tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from stagedoor.model.errors import Unavailable


def upgrade(connection: Connection) -> None:
    """Raises Unavailable when the database was made by a newer Stagedoor."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise Unavailable(
            f"the database is of another version of Stagedoor: {error}",
            hint="run the version that made it, or a newer one",
        ) from None
