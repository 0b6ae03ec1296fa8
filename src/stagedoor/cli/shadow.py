"""A shadow: recorded requests are run again with a version nobody depends on; what it writes goes nowhere."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from stagedoor.cli import actions, output, parser, period, target
from stagedoor.http.client import Client

EXAMPLES = (
    "stagedoor shadow start 5.1.0 --application tv-home --share 10 --time 1h",
    "stagedoor shadow start 5.1.0 --application tv-home --live",
    "stagedoor shadow list",
    "stagedoor shadow end --application tv-home",
)


def add_options(top: ArgumentParser) -> None:
    added = parser.add_actions(top)
    starting = parser.add_action(added, "start", "run recorded requests with a version as they come")
    starting.add_argument("version", help="which version")
    starting.add_argument("--share", type=float, default=100.0, help="per cent of the recorded requests (100)")
    starting.add_argument("--time", default="1h", help="for how long, as in 1h (1h)")
    starting.add_argument(
        "--live", action="store_true", help="ask services anew for what has no effect, instead of the recorded answers"
    )
    ending = parser.add_action(added, "end", "end it; its report stays")
    for one in (starting, ending):
        one.add_argument("--stack", default="prod", help="test or prod (prod)")
        target.add_application(one)
    parser.add_action(added, "list", "which there are")


def run(options: Namespace) -> int:
    return actions.run(_ACTIONS, options)


def _start(client: Client, options: Namespace) -> Any:
    name = target.application(options, Path())
    wish = {
        "version": options.version, "stack": options.stack, "share": options.share / 100,
        "seconds": period.seconds(options.time), "live": options.live,
    }  # fmt: skip
    return client.put("applications", name, "shadow", body=wish)


def _show_start(told: dict[str, Any]) -> None:
    what = f"{told['application']} {told['version']} shadows {told['share']:.0%} of what is recorded in {told['stack']}"
    what += ", with answers of now" if told["live"] else ""
    output.say(f"{what}; `stagedoor replay --list` shows its report")


def _end(client: Client, options: Namespace) -> Any:
    client.delete("applications", target.application(options, Path()), "shadow", stack=options.stack)
    return {}


def _show_list(told: list[dict[str, Any]]) -> None:
    for one in told:
        live = "  live" if one["live"] else ""
        output.say(
            f"{one['application']} {one['version']} in {one['stack']}  {one['share']:.0%}{live}  until "
            f"{output.say_clock(one['until'])}  report {one['report'] or 'not yet'}"
        )
    if not told:
        output.say("No version shadows another.")


_ACTIONS = {
    "start": (_start, _show_start),
    "end": (_end, lambda told: output.say("The shadow has ended; its report stays.")),
    "list": (lambda client, options: client.get("shadows"), _show_list),
}
