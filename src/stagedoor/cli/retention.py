"""What the platform forgets by itself every hour: old versions, releases beyond those that can be rolled back to.

The rule stands under [keep] in platform.toml. It never takes what a line runs or what a release can roll back to.
"""

from argparse import ArgumentParser, Namespace

from stagedoor.cli import output, session

EXAMPLES = ("stagedoor retention               # what would go, and why", "stagedoor retention --apply")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--apply", action="store_true", help="do it now")


def run(options: Namespace) -> int:
    client = session.connect()
    decided = client.post("retention") if options.apply else client.get("retention")
    if options.json:
        output.show_json(decided)
    else:
        rows = [(one["what"], one["reason"]) for one in decided]
        output.show_table(("forgotten" if options.apply else "would go", "why"), rows, "Nothing is old enough to go.")
    return 0
