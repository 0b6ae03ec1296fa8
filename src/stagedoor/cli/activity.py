"""Who changed what, when, from what to what."""

import json
from argparse import ArgumentParser, Namespace

from stagedoor.cli import output, session

EXAMPLES = ("stagedoor activity", "stagedoor activity tv-home --limit 200 --json")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("application", nargs="?", default="", help="only of this application")
    parser.add_argument("--limit", type=int, default=50, help="how many (50)")


def run(options: Namespace) -> int:
    listed = session.connect().get("activities", application=options.application, limit=options.limit)
    if options.json:
        output.show_json(listed)
        return 0
    rows = [
        (
            output.say_clock(one["at"]),
            one["by"],
            one["action"],
            one["target"],
            _change(one["before"], one["after"]),
        )
        for one in listed
    ]
    output.show_table(("when", "who", "what", "of", "change"), rows, "Nothing was changed yet.")
    return 0


def _change(before: object, after: object) -> str:
    return f"{_short(before)} -> {_short(after)}"


def _short(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key} {item}" for key, item in value.items())
    return "nothing" if value is None else value if isinstance(value, str) else json.dumps(value)
