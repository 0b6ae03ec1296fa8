"""Moves a line back to what ran before: code, configuration and routes together."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output, session, target, watching
from stagedoor.model.errors import Aborted

EXAMPLES = (
    "stagedoor rollback                      # the default line in test",
    "stagedoor rollback tv-home --stack prod",
    "stagedoor rollback tv-home --stack prod --line 5 --to 12",
)


def add_options(parser: ArgumentParser) -> None:
    target.add_application(parser, positional=True)
    parser.add_argument("--stack", default="test", help="test (the default) or prod")
    parser.add_argument("--line", type=target.major, help="major of the line, as in 5 (the default line)")
    parser.add_argument("--to", type=int, default=0, help="number of an earlier release (the one before)")


def run(options: Namespace) -> int:
    name = target.application(options, Path())
    client = session.connect()
    wish = {"stack": options.stack, "line": options.line, "to": options.to}
    operation = client.post("applications", name, "rollbacks", body=wish)
    try:
        result = watching.watch(client, operation, quiet=options.json)
    except Aborted as ended:
        # A rollout was under way: what ran before runs still.
        output.show_json(ended.describe()) if options.json else output.say(ended.message)
        return 0
    if options.json:
        output.show_json(result)
    else:
        moved = f"{name} {result['line']} in {result['stack']} is back at {result['version']}"
        output.say(f"{moved} (release {result['release']}); the switch took {result['switch_seconds'] * 1000:.1f} ms")
    return 0
