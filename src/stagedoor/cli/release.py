"""Takes a published version through its pipeline to a stack: its line moves to it."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output, session, strategy, target, watching

EXAMPLES = (
    "stagedoor release 5.1.0 --stack prod",
    "stagedoor release 2.0.0 --stack test --default --application tv-home",
)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("version", help="a published version, as in 5.1.0")
    parser.add_argument("--stack", default="test", help="test (the default) or prod")
    parser.add_argument(
        "--default", action="store_true", help="the address without a line goes to this line from now on"
    )
    target.add_application(parser)
    strategy.add_options(parser)


def run(options: Namespace) -> int:
    name = target.application(options, Path())
    client = session.connect()
    wish = {"version": options.version, "stack": options.stack, "default": options.default, **strategy.asked(options)}
    operation = client.post("applications", name, "releases", body=wish)
    result = watching.watch(client, operation, quiet=options.json)
    if options.json:
        output.show_json(result)
    else:
        output.say(
            f"{name} {result['version']} is release {result['release']} of {result['line']} in {result['stack']}"
        )
    return 0
