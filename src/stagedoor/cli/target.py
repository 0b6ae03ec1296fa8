"""Which application and line a verb means: named, else the one in this folder."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from stagedoor.model.errors import Invalid


def add_application(parser: ArgumentParser, *, positional: bool = False) -> None:
    text = "name of the application (the one in this folder)"
    if positional:
        parser.add_argument("application", nargs="?", default="", help=text)
    else:
        parser.add_argument("--application", default="", help=text)


def application(options: Namespace, folder: Path) -> str:
    """Raises Invalid when none is named and the folder has none."""
    if options.application:
        return str(options.application)
    file = folder / "stagedoor.toml"
    if not file.is_file():
        raise Invalid("no application is named, and this folder has no stagedoor.toml", hint="name one")
    import tomllib

    return str(tomllib.loads(file.read_text()).get("name", ""))


def major(text: str) -> int:
    """The major of "5", "^5" or "v5"."""
    number = text.lstrip("^v")
    if not number.isdigit():
        raise ArgumentTypeError(f"{text!r} is no line; write 5 or ^5")
    return int(number)
