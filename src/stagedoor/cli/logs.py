"""What the instances of an application printed; their end and its cause included."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from stagedoor.cli import output, session, target

EXAMPLES = ("stagedoor logs -f", "stagedoor logs tv-home --instance i3f9a21b0 --lines 500")

_PLAIN = ("instance", "at", "level", "message", "line", "traceback")


def add_options(parser: ArgumentParser) -> None:
    target.add_application(parser, positional=True)
    parser.add_argument("-f", "--follow", action="store_true", help="go on as lines come")
    parser.add_argument("--instance", default="", help="only of this instance")
    parser.add_argument("--lines", type=int, default=100, help="how many of each instance to begin with (100)")


def run(options: Namespace) -> int:
    name = target.application(options, Path())
    client = session.connect()
    lines = client.lines(
        "applications", name, "logs", instance=options.instance, lines=options.lines, follow=options.follow
    )
    for line in lines:
        if options.json:
            output.show_json(line)
        else:
            print(render(line), flush=True)
    return 0


def render(line: dict[str, Any]) -> str:
    if "message" not in line:
        return f"{output.paint(line['instance'], 'dim')}  {line.get('line', '')}"
    at = output.say_clock(line["at"]) if isinstance(line.get("at"), int | float) else ""
    level = str(line.get("level", ""))
    colour = {"error": "red", "warning": "yellow", "platform": "bold"}.get(level, "dim")
    fields = " ".join(f"{key}={value}" for key, value in line.items() if key not in _PLAIN)
    head = f"{output.paint(line['instance'], 'dim')}  {at} {output.paint(level, colour)} {line['message']}"
    tail = f"\n{line['traceback']}" if line.get("traceback") else ""
    return f"{head}  {output.paint(fields, 'dim')}{tail}".rstrip()
