"""Fails each call of each endpoint in turn, and says where a fallback is missing: before a version meets people.

The version runs beside everything else in the stack test, as its preview does. Each request says by a signed header
which one of its calls is to fail, and how; nobody else's does.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from stagedoor.cli import output, session, target
from stagedoor.model.quantity import say_time

EXAMPLES = (
    "stagedoor rehearse tv-home",
    "stagedoor rehearse tv-home --version 5.2.0 --path /films/4711 --member m1",
    "stagedoor rehearse --kinds error,delay --json",
)


def add_options(parser: ArgumentParser) -> None:
    target.add_application(parser, positional=True)
    parser.add_argument("--version", default="", help="which version (the newest)")
    parser.add_argument("--path", action="append", default=[], help="a path to ask, with its query; may be repeated")
    parser.add_argument("--member", default="", help="as which member")
    parser.add_argument("--device", default="", help="as which device type")
    parser.add_argument("--kinds", default="", help="of delay,error,empty,malformed,cut (all)")


def run(options: Namespace) -> int:
    client = session.connect()
    name = target.application(options, Path())
    kinds = [one for one in options.kinds.split(",") if one]
    wish = {
        "version": options.version, "paths": options.path, "member": options.member, "device": options.device,
        "kinds": kinds,
    }  # fmt: skip
    told = client.post("applications", name, "rehearsals", body=wish)
    if options.json:
        output.show_json(told)
    else:
        _show(told)
    return 1 if any(not one["stands"] for one in told["trials"]) else 0


def _show(told: dict[str, Any]) -> None:
    output.say(f"{told['application']} {told['version']}: {len(told['trials'])} trials in {say_time(told['took'])}")
    for one in told["skipped"]:
        output.say(f"  not asked: {one['endpoint']}: {one['reason']}")
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in told["trials"]:
        grouped.setdefault((one["endpoint"], one["method"]), []).append(one)
    endpoint = ""
    for (name, method), trials in grouped.items():
        if name != endpoint:
            output.say(f"\n{name}")
            endpoint = name
        falls = [one for one in trials if not one["stands"]]
        if falls:
            said = "; ".join(f"{one['kind']}: {one['found']}" for one in falls)
            output.say(f"  {output.paint('NO FALLBACK', 'red')}  {method}  {said}")
        else:
            output.say(f"  {output.paint('stands', 'green')}       {method}  {trials[0]['found']}")
