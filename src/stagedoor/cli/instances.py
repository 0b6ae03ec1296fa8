"""Containers with their state and figures; named, one of them with its curves and how those before it ended."""

import re
from argparse import ArgumentParser, Namespace
from typing import Any

from stagedoor.cli import output, session
from stagedoor.model.quantity import say_size, say_time

EXAMPLES = ("stagedoor instances", "stagedoor instances tv-home --json", "stagedoor instances i1a2b3c4d")

_INSTANCE = re.compile(r"i[0-9a-f]{8}")
_BARS = "▁▂▃▄▅▆▇█"


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", default="", help="only of this application; or one instance")


def run(options: Namespace) -> int:
    client = session.connect()
    if _INSTANCE.fullmatch(options.name):
        return _one(client, options)
    listed = client.get("instances", application=options.name)
    if options.json:
        output.show_json(listed)
        return 0
    rows = [
        (
            one["id"], f"{one['application']}@{one['version']}", one["stack"], one["state"],
            output.say_age(one["started_at"]), say_time(one["ready_after"]), one["in_flight"],
            f"{one['cpu']:.2f} of {one['cpu_limit']:g}",
            f"{say_size(one['memory_bytes'])} of {say_size(one['memory_limit'])}",
            one["restarts"], one["last_end"] or "-",
        )
        for one in listed
    ]  # fmt: skip
    heads = (
        "instance", "version", "stack", "state", "age", "start", "in flight", "cores", "memory", "restarts", "last end",
    )  # fmt: skip
    output.show_table(heads, rows, "No instance runs; one starts when a request arrives.")
    for one in listed:
        if one["forecast"]:
            output.say(output.paint(f"{one['id']}: {one['forecast']}", "yellow"))
    return 0


def _one(client: Any, options: Namespace) -> int:
    told = client.get("instances", options.name)
    if options.json:
        output.show_json(told)
        return 0
    one = told["instance"]
    phases = ", ".join(f"{name.replace('_', ' ')} {say_time(seconds)}" for name, seconds in one["phases"].items())
    output.say(f"{one['id']}  {one['application']}@{one['version']} in {one['stack']}, {one['state']}")
    output.say(f"  age       {output.say_age(one['started_at'])}, restarts {one['restarts']}")
    output.say(f"  start     {say_time(one['ready_after'])}: {phases}")
    output.say(f"  in flight {one['in_flight']}")
    output.say(f"  cores     {one['cpu']:.2f} of {one['cpu_limit']:g}  {_curve([value for _, value in told['cpu']])}")
    output.say(
        f"  memory    {say_size(one['memory_bytes'])} of {say_size(one['memory_limit'])}  "
        f"{_curve([value for _, value in told['memory']], one['memory_limit'])}"
    )
    output.say(f"  forecast  {one['forecast'] or 'memory does not grow'}")
    for end in told["ends"]:
        output.say(f"  before    {output.say_clock(end['at'])} {end['instance']} ended: {end['cause']}")
    return 0


def _curve(values: list[float], most: float = 0.0) -> str:
    """A line of bars, as wide as a terminal's half; the top is `most`, or the highest value."""
    step = max(1, len(values) // 40)
    shown = values[::step]
    top = most or max(shown, default=0.0) or 1.0
    return "".join(_BARS[min(7, int(value / top * 8))] for value in shown)
