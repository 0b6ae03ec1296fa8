"""What the instances of an application printed; their end and its cause included."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stagedoor.cli import output, period, session, target
from stagedoor.model.text import escape, unquote

EXAMPLES = (
    "stagedoor logs -f",
    "stagedoor logs tv-home --instance i3f9a21b0 --lines 500",
    "stagedoor logs tv-home -f --where 'level == \"error\"'",
    "stagedoor logs tv-home --where 'message.contains(\"timeout\")' --since 2h",
)

_PLAIN = ("instance", "at", "level", "message", "line", "traceback", "kind", "application")


def add_options(parser: ArgumentParser) -> None:
    target.add_application(parser, positional=True)
    parser.add_argument("-f", "--follow", action="store_true", help="go on as lines come")
    parser.add_argument("--instance", default="", help="only of this instance")
    parser.add_argument("--lines", type=int, default=100, help="how many of each instance to begin with (100)")
    parser.add_argument("--where", default="", help="only lines that pass a filter in CEL, of all instances there were")
    parser.add_argument("--since", default="", help="how far back, as in 15m, 2h, 7d; also of instances that are gone")


def run(options: Namespace) -> int:
    name = target.application(options, Path())
    client = session.connect()
    if options.where or options.since:
        lines = _search(client, name, options)
    else:
        lines = client.lines(
            "applications", name, "logs", instance=options.instance, lines=options.lines, follow=options.follow
        )
    for line in lines:
        if options.json:
            output.show_json(line)
        else:
            output.say(render(line), flush=True)
    return 0


def _search(client: Any, name: str, options: Namespace) -> Iterator[dict[str, Any]]:
    """What telemetry has of them: lines that pass, the oldest first; with --follow also those to come."""
    only = f'application == "{name}"' + (f' && instance == "{options.instance}"' if options.instance else "")
    query = f"{only} && ({options.where})" if options.where else only
    found = client.get("logs", query=query, since=period.since(options.since), limit=min(options.lines, 1000))
    yield from ({"line": "", **line} for line in found["lines"][::-1])
    if options.follow:
        for _, message in client.events("insight", query=query, kind="log"):
            yield from ({"line": "", **line} for line in message.get("records", ()))


def render(line: dict[str, Any]) -> str:
    if "message" not in line:
        return f"{output.paint(str(line.get('instance', '')), 'dim')}  {line.get('line', '')}"
    at = output.say_clock(line["at"]) if line.get("at") else ""
    level = str(line.get("level", ""))
    colour = {"error": "red", "warning": "yellow", "platform": "bold"}.get(level, "dim")
    fields = " ".join(f"{key}={value}" for key, value in line.items() if key not in _PLAIN)
    head = f"{output.paint(str(line.get('instance', '')), 'dim')}  {at} {output.paint(level, colour)} {line['message']}"
    return "\n".join((f"{head}  {output.paint(fields, 'dim')}" if fields else head, *_traceback(line)))


def _traceback(line: dict[str, Any]) -> Iterator[str]:
    """Yields each of its lines indented, so that none looks like a line of its own."""
    for part in str(unquote(line.get("traceback") or "")).splitlines():
        yield f"    {escape(part)}"
