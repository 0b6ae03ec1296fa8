"""The application in a folder, as verbs need it: its name, and its source packed."""

import tomllib
from pathlib import Path

from stagedoor.bundle.pack import pack
from stagedoor.model.errors import Invalid
from stagedoor.model.manifest import FILE

LIMIT = 50_000_000


def read_name(folder: Path) -> str:
    """The application's name. Raises Invalid when the folder holds none."""
    file = folder / FILE
    if not file.is_file():
        raise Invalid(
            f"there is no {FILE} in {folder.resolve()}",
            hint="go to the application's folder, or run `stagedoor init NAME`",
        )
    try:
        return str(tomllib.loads(file.read_text()).get("name", ""))
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{FILE} is not TOML: {error}") from None


def read_packed(folder: Path) -> bytes:
    """Raises Invalid, TooLarge."""
    read_name(folder)
    return pack(folder, LIMIT)
