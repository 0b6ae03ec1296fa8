"""What devices asked and what they got, request by request; with --calls what scripts asked of services."""

from argparse import ArgumentParser, Namespace
from typing import Any

from stagedoor.cli import output, session

EXAMPLES = (
    "stagedoor requests -f",
    "stagedoor requests tv-home --stack prod --status 5xx",
    "stagedoor requests --id 1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b --calls",
)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("application", nargs="?", default="", help="only to this application")
    parser.add_argument("-f", "--follow", action="store_true", help="go on as requests come")
    parser.add_argument("--stack", default="", help="test or prod (both)")
    parser.add_argument("--status", default="", help="a status, or a class as in 5xx")
    parser.add_argument("--id", default="", help="only this request")
    parser.add_argument("--calls", action="store_true", help="calls of scripts to services instead")
    parser.add_argument("--limit", type=int, default=50, help="how many to begin with (50)")


def run(options: Namespace) -> int:
    client = session.connect()
    records = client.lines(
        "requests", application=options.application, follow=options.follow, stack=options.stack, status=options.status,
        id=options.id, limit=options.limit, kind="call" if options.calls else "request",
    )  # fmt: skip
    for record in records:
        if options.json:
            output.show_json(record)
        else:
            output.say(render(record), flush=True)
    return 0


def render(record: dict[str, Any]) -> str:
    status = record.get("status") or 0
    colour = "red"
    if isinstance(status, int | float):
        colour = "green" if 0 < status < 400 else "yellow" if 0 < status < 500 else "red"
    label = f"{record.get('application', '')}@{record.get('version', '')}".strip("@")
    where = record.get("service") or record.get("device", "")
    whose = output.paint(f"{label} {record.get('instance', '')} {record.get('id', '')}", "dim")
    took = output.say_milliseconds(record.get("duration") or 0)
    shown = output.paint(output.say_figure(status, ""), colour)
    stack, method = (str(record.get(name) or "") for name in ("stack", "method"))
    return (
        f"{output.say_clock(record.get('at') or 0)} {stack:<4} {shown} {took}  {method:<4} {where} "
        f"{record.get('path', '')}  {whose}"
    )
