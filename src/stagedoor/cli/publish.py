"""Publishes the source in the folder as a version, tried and tested, without releasing it."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output, session, source, watching

EXAMPLES = ("stagedoor publish", "stagedoor publish --bump major")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", default=".", type=Path, help="folder with stagedoor.toml (here)")
    parser.add_argument(
        "--bump", default="", choices=["patch", "minor", "major"], help="which part of the version counts up"
    )


def run(options: Namespace) -> int:
    client = session.connect()
    operation = client.post("versions", body=source.read_packed(options.folder), bump=options.bump)
    result = watching.watch(client, operation, quiet=options.json)
    if options.json:
        output.show_json(result)
    else:
        output.say(
            f"{result['application']} {result['version']} is published; "
            f"`stagedoor release {result['version']} --stack prod` releases it"
        )
    return 0
