"""Differences between versions that somebody wants: reports of replays do not call them new."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from stagedoor.cli import actions, output, parser, target
from stagedoor.http.client import Client

EXAMPLES = (
    "stagedoor difference accept 'GET /home' /rows/[]/title --why 'titles are shorter on purpose'",
    "stagedoor difference list --application tv-home",
    "stagedoor difference retract 'GET /home' /rows/[]/title",
)
_KINDS = ("changed", "added", "gone")


def add_options(top: ArgumentParser) -> None:
    added = parser.add_actions(top)
    accepting = parser.add_action(added, "accept", "this one is wanted")
    retracting = parser.add_action(added, "retract", "it is not wanted any more")
    for one in (accepting, retracting):
        one.add_argument("endpoint", help="as in 'GET /home'")
        one.add_argument("place", help="as a report shows it: /rows/[]/title, status, call discovery GET /rows")
        one.add_argument("--kind", choices=_KINDS, default="changed", help="changed, added or gone (changed)")
    accepting.add_argument("--why", required=True, help="for whoever comes after you")
    listing = parser.add_action(added, "list", "which are accepted, by whom and why")
    for one in (accepting, retracting, listing):
        target.add_application(one)


def run(options: Namespace) -> int:
    return actions.run(_ACTIONS, options)


def _wish(options: Namespace) -> dict[str, Any]:
    return {"endpoint": options.endpoint, "place": options.place, "kind": options.kind}


def _accept(client: Client, options: Namespace) -> Any:
    name = target.application(options, Path())
    return client.put("applications", name, "differences", body=_wish(options) | {"why": options.why})


def _retract(client: Client, options: Namespace) -> Any:
    name = target.application(options, Path())
    return client.post("applications", name, "differences", "retract", body=_wish(options))


def _list(client: Client, options: Namespace) -> Any:
    return client.get("applications", target.application(options, Path()), "differences")


def _show(told: list[dict[str, Any]]) -> None:
    for one in told:
        said = f"{one['endpoint']}  {one['place']} {one['kind']}"
        output.say(f"{said}  accepted by {one['by']} at {output.say_clock(one['at'])}: {one['why']}")
    if not told:
        output.say("No difference is accepted.")


_ACTIONS = {"accept": (_accept, _show), "retract": (_retract, _show), "list": (_list, _show)}
