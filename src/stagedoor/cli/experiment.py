"""Experiments: some members see one version, others another, each the same one until the end date.

The first cell is what the others are compared with; without a version it is what the line runs.
"""

import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

from stagedoor.cli import actions, output, parser, target, watching
from stagedoor.http.client import Client

EXAMPLES = (
    "stagedoor experiment start big-rows --cell usual:10 --cell big=5.3.0:10 --days 14 --application tv-home",
    "stagedoor experiment list",
    "stagedoor experiment show big-rows",
    "stagedoor experiment end big-rows",
)
_DAY = 86400


def add_options(top: ArgumentParser) -> None:
    added = parser.add_actions(top)
    starting = parser.add_action(added, "start", "let members in")
    starting.add_argument("name", help="what it is called, in records as well; given once")
    starting.add_argument(
        "--cell", type=_cell, action="append", required=True, metavar="NAME[=VERSION]:SHARE", help="per cent of members"
    )
    starting.add_argument("--days", type=float, default=14, help="how long (14)")
    starting.add_argument("--stack", default="prod", help="test or prod (prod)")
    starting.add_argument("--line", type=target.major, help="major of the line, as in 5 (the default line)")
    target.add_application(starting)
    listing = parser.add_action(added, "list", "which there are")
    listing.add_argument("--application", default="", help="of this application")
    for name, text in (("show", "its cells, and how they compare"), ("end", "all see what the line runs again")):
        parser.add_action(added, name, text).add_argument("name", help="which")


def _cell(text: str) -> dict[str, Any]:
    left, found, share = text.rpartition(":")
    name, _, version = left.partition("=")
    try:
        if not found or not name:
            raise ValueError
        return {"name": name, "version": version, "share": float(share.rstrip("%"))}
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no cell; write usual:10 or big=5.3.0:10") from None


def run(options: Namespace) -> int:
    return actions.run(_ACTIONS, options)


def _start(client: Client, options: Namespace) -> Any:
    name = target.application(options, Path())
    wish = {
        "name": options.name, "cells": options.cell, "ends_at": time.time() + options.days * _DAY,
        "stack": options.stack, "line": options.line,
    }  # fmt: skip
    operation = client.post("applications", name, "experiments", body=wish)
    return watching.watch(client, operation, quiet=options.json)


def _list(client: Client, options: Namespace) -> Any:
    return client.get("experiments", application=options.application)


def _show_list(told: list[dict[str, Any]]) -> None:
    rows = [
        (
            one["name"], f"{one['application']} ^{one['major']}", one["stack"], one["state"],
            ", ".join(f"{cell['name']} {cell['share']:g} %" for cell in one["cells"]),
            output.say_clock(one["ended_at"] or one["ends_at"]), one["by"],
        )
        for one in told
    ]  # fmt: skip
    output.show_table(("name", "line", "stack", "state", "cells", "end", "by"), rows, "No experiment was begun yet.")


def _show(one: dict[str, Any]) -> None:
    line = f"{one['application']} ^{one['major']} in {one['stack']}"
    output.say(f"{output.paint(one['name'], 'bold')} on {line}: {one['state']} {one['reason']}".rstrip())
    for cell in one["cells"]:
        output.say(f"  {cell['name']:<16} {cell['share']:g} % of members see {cell['version'] or 'what the line runs'}")
    for name, told in one["judgements"].items():
        first, other = told["requests"]
        output.say(f"{name} beside {one['cells'][0]['name']}: {other} and {first} requests")
        for each in told["findings"]:
            output.say(f"  {each['verdict']:<6} {each['metric']:<9} {each['words']}")


def _show_start(told: dict[str, Any]) -> None:
    output.say(f"{told['experiment']} runs; `stagedoor experiment show {told['experiment']}`")


_ACTIONS: dict[str, tuple[actions.Ask, actions.Show]] = {
    "start": (_start, _show_start),
    "list": (_list, _show_list),
    "show": (lambda client, asked: client.get("experiments", asked.name), _show),
    "end": (lambda client, asked: client.post("experiments", asked.name, "end"), lambda told: output.say(told["said"])),
}
