"""What the verbs for configuration and for secrets have in common."""

import json
from argparse import ArgumentParser, Namespace
from typing import Any

from stagedoor.cli import output, target, watching
from stagedoor.http.client import Client


def add_target(parser: ArgumentParser) -> None:
    target.add_application(parser)
    parser.add_argument("--stack", default="test", help="test (the default) or prod")


def show(client: Client, application: str, options: Namespace, *, secret: bool) -> int:
    """The table, or JSON, of what is set."""
    known = client.get("applications", application, "values", stack=options.stack)
    chosen = [one for one in known if one["secret"] == secret]
    if options.json:
        output.show_json(chosen)
        return 0
    middle = () if secret else ("value",)
    rows = [
        (
            one["name"], *(() if secret else (json.dumps(one["value"]),)), one["number"],
            output.say_age(one["set_at"]), one["set_by"],
        )
        for one in chosen
    ]  # fmt: skip
    kind = "secret" if secret else "config"
    empty = f"Nothing is set for {application} in {options.stack}: `stagedoor {kind} set NAME` does."
    output.show_table(("name", *middle, "number", "set", "by"), rows, empty)
    return 0


def follow(client: Client, application: str, saved: dict[str, Any], options: Namespace) -> int:
    """Watches the releases that a change began, one for each line of the stack."""
    results = [watching.watch(client, one, quiet=options.json) for one in saved["operations"]]
    if options.json:
        output.show_json({**saved, "operations": results})
        return 0
    where = f"{saved['name']} of {application} in {saved['stack']}"
    if not results:
        output.say(f"{where} is kept; nothing is released there yet, so the first release takes it up")
    for result in results:
        output.say(f"{where}: {result['line']} has it with release {result['release']}")
    return 0
