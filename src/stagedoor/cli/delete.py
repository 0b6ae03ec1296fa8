"""Ends a line in a stack: its address answers no more. One that has traffic must be confirmed by its name."""

from argparse import ArgumentParser, Namespace

from stagedoor.cli import output, session, target

EXAMPLES = (
    "stagedoor delete tv-home --line 4 --stack test",
    "stagedoor delete tv-home --line 4 --stack prod --confirm tv-home/v4",
)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("application", help="name of the application")
    parser.add_argument("--line", type=target.major, required=True, help="major of the line, as in 5")
    parser.add_argument("--stack", required=True, help="test or prod")
    parser.add_argument("--confirm", default="", help="name of the line, as in tv-home/v4, when it has traffic")


def run(options: Namespace) -> int:
    client = session.connect()
    told = client.delete(
        "applications",
        options.application,
        "lines",
        options.line,
        stack=options.stack,
        confirm=options.confirm,
    )
    if options.json:
        output.show_json(told)
    else:
        output.say(f"{told['line']} is deleted; {told['ended']} deployments ended")
    return 0
