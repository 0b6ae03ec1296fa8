"""Runs the application's own tests in the same kind of sandbox it will live in; publishes nothing."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output, session, source

EXAMPLES = ("stagedoor test", "stagedoor test ./tv-home --json")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", default=".", type=Path, help="folder with stagedoor.toml (here)")


def run(options: Namespace) -> int:
    result = session.connect().post("tests", body=source.read_packed(options.folder))
    if options.json:
        output.show_json(result)
    else:
        output.show_block(result["output"])
        output.say(f"{result['summary']} in {result['seconds']:.2f} s")
    return 0 if result["passed"] else 1
