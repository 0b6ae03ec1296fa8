"""Published versions of an application, where each is released, and what it measured at start."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output, session, target
from stagedoor.model.quantity import say_size, say_time

EXAMPLES = ("stagedoor versions", "stagedoor versions tv-home --json")


def add_options(parser: ArgumentParser) -> None:
    target.add_application(parser, positional=True)


def run(options: Namespace) -> int:
    name = target.application(options, Path())
    listed = session.connect().get("applications", name, "versions")
    if options.json:
        output.show_json(listed)
        return 0
    rows = [
        (
            one["number"], ", ".join(one["released"]) or "-", output.say_age(one["published_at"]), one["published_by"],
            say_time(one["start_seconds"]), say_size(one["memory_bytes"]), one["tests"],
        )
        for one in reversed(listed)
    ]  # fmt: skip
    output.show_table(
        ("version", "released", "age", "by", "start", "memory", "tests"),
        rows,
        "No version yet: run `stagedoor deploy`.",
    )
    if rows:
        output.say(f"\n{listed[-1]['number']} is {listed[-1]['start']}.")
        output.say(f"\nEach answers its team, with a token, at the edge of test: /-/preview/{name}@VERSION/")
    return 0
