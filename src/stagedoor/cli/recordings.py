"""Requests that were recorded: each with every API answer it saw, kept for a reason and a time."""

from argparse import ArgumentParser, Namespace
from typing import Any

from stagedoor.cli import output, period, session

EXAMPLES = (
    "stagedoor recordings tv-home --reason error",
    "stagedoor recordings tv-home --device tv-4711 --last 10m",
    "stagedoor recordings --har 1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b",
)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("application", nargs="?", default="", help="only of this application")
    parser.add_argument("--version", default="", help="served by this version")
    parser.add_argument("--stack", default="", help="test or prod (both)")
    parser.add_argument("--endpoint", default="", help="as in 'GET /home'")
    parser.add_argument("--device", default="", help="only of this device")
    parser.add_argument("--reason", default="", help="flagged, error, degraded, retried, slow, canary or share")
    parser.add_argument("--last", default="", metavar="TIME", help="how far back, as in 1h (all that is kept)")
    parser.add_argument("--replayable", action="store_true", help="only those that can be replayed")
    parser.add_argument("--limit", type=int, default=50, help="how many (50)")
    parser.add_argument("--har", default="", metavar="REQUEST", help="write one of them as HAR, to look at in any tool")


def run(options: Namespace) -> int:
    client = session.connect()
    if options.har:
        output.show_json(client.get("recordings", options.har)["har"])
        return 0
    found = client.get(
        "recordings", application=options.application, version=options.version, stack=options.stack,
        endpoint=options.endpoint, device=options.device, reason=options.reason, replayable=options.replayable,
        since=period.since(options.last), limit=options.limit,
    )  # fmt: skip
    if options.json:
        output.show_json(found)
        return 0
    if not found:
        output.say(
            "No recording fits. Requests are recorded by themselves; a flagged device has all of its requests kept."
        )
    for one in found:
        output.say(_line(one))
    return 0


def _line(one: dict[str, Any]) -> str:
    colour = "green" if 0 < one["status"] < 400 else "yellow" if 0 < one["status"] < 500 else "red"
    lacking = output.paint(f"  not replayable: {'; '.join(one['lacking'])}", "dim") if one["lacking"] else ""
    return (
        f"{output.say_clock(one['at'])} {one['stack']:<4} {output.paint(str(one['status']), colour)} "
        f"{output.say_milliseconds(one['duration'] * 1e6)}  {one['application']}@{one['version']} {one['endpoint']}  "
        f"{one['calls']} calls  {one['reason']:<8} {one['id']}{lacking}"
    )
