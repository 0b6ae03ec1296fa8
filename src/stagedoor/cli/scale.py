"""How many instances an application has, and why. It scales by itself between the bounds of its manifest."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from stagedoor.cli import output, parser, session, target
from stagedoor.model.quantity import say_time

EXAMPLES = (
    "stagedoor scale why tv-home",
    "stagedoor scale set tv-home 3 --stack prod",
    "stagedoor scale auto tv-home --stack prod",
)


def add_options(top: ArgumentParser) -> None:
    actions = parser.add_actions(top)
    why = parser.add_action(actions, "why", "each change of late, with its figures and its reason")
    target.add_application(why, positional=True)
    why.add_argument("--stack", default="", help="only of this stack")
    why.add_argument("--limit", type=int, default=20, help="how many changes (20)")
    fixing = parser.add_action(actions, "set", "keep a number of instances until told otherwise")
    fixing.add_argument("application", help="name of the application")
    fixing.add_argument("instances", type=int, help="how many")
    freeing = parser.add_action(actions, "auto", "let it scale by itself again")
    freeing.add_argument("application", help="name of the application")
    for action in (fixing, freeing):
        action.add_argument("--stack", default="test", help="test or prod (test)")
        action.add_argument("--line", type=target.major, default=None, help="the line, as in 5 (the default one)")


def run(options: Namespace) -> int:
    client = session.connect()
    name = target.application(options, Path())
    if options.action == "why":
        return _why(client, name, options)
    if options.action == "set":
        wish = {"stack": options.stack, "line": options.line, "instances": options.instances}
        told = client.put("applications", name, "scaling", body=wish)
        text = f"{name} keeps {options.instances} instances in {options.stack}; `stagedoor scale auto {name}` frees it"
    else:
        line = {} if options.line is None else {"line": options.line}
        told = client.delete("applications", name, "scaling", stack=options.stack, **line)
        text = f"{name} scales by itself in {options.stack}"
    if options.json:
        output.show_json(told)
    else:
        output.say(text)
    return 0


def _why(client: Any, name: str, options: Namespace) -> int:
    told = client.get("applications", name, "scaling", stack=options.stack, limit=options.limit)
    if options.json:
        output.show_json(told)
        return 0
    for one in told["deployments"]:
        bounds = f"{one['min']} to {one['max']}" if one["fixed"] is None else f"fixed at {one['fixed']}"
        sleeps = f", sleeps after {say_time(one['idle'])}" if not one["min"] and one["fixed"] is None else ""
        output.say(f"{name}@{one['version']} in {one['stack']}: {one['instances']} instances ({bounds}{sleeps})")
        output.say(f"  now: {one['reason']}")
    rows = [
        (output.say_clock(one["at"]), one["version"], one["stack"], f"{one['before']} -> {one['after']}", one["reason"])
        for one in told["steps"]
    ]
    output.say()
    output.show_table(("when", "version", "stack", "instances", "why"), rows, "Nothing has changed yet.")
    return 0
