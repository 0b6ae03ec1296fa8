"""Containers with their state, memory and restarts."""

from argparse import ArgumentParser, Namespace

from stagedoor.cli import output, session
from stagedoor.model.quantity import say_size, say_time

EXAMPLES = ("stagedoor instances", "stagedoor instances tv-home --json")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("application", nargs="?", default="", help="only of this application")


def run(options: Namespace) -> int:
    listed = session.connect().get("instances", application=options.application, measure=True)
    if options.json:
        output.show_json(listed)
        return 0
    rows = [
        (
            one["id"], f"{one['application']}@{one['version']}", one["stack"], one["state"],
            output.say_age(one["started_at"]),
            say_time(one["ready_after"]), say_size(one["memory_bytes"]), one["restarts"], one["door"], one["slot"],
        )
        for one in listed
    ]  # fmt: skip
    heads = ("instance", "version", "stack", "state", "age", "start", "memory", "restarts", "door", "slot")
    output.show_table(heads, rows, "No instance runs.")
    return 0
