"""Watch what arrives, like a television of one's own traffic; or ask the same of what is stored.

A query is a filter in CEL, figures behind a bar if wanted: `status >= 500 | count() by path every 5s`.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from typing import Any

from stagedoor.cli import logs, output, period, requests, session
from stagedoor.http.client import rebuild
from stagedoor.model.filters import windows
from stagedoor.model.filters.fields import DURATION, SCHEMAS
from stagedoor.model.text import unquote

EXAMPLES = (
    "stagedoor insight",
    "stagedoor insight 'status >= 500 && device.type == \"tv\" && duration > 200ms'",
    "stagedoor insight 'count(), p99(duration) by endpoint every 5s'",
    "stagedoor insight 'status >= 500 | count() by version every 1h' --since 7d",
    "stagedoor insight 'service == \"discovery\"' --kind call",
    "stagedoor insight --flag tv-4711 --for 30m",
)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("query", nargs="?", default="", help="a filter in CEL, and figures behind a bar")
    parser.add_argument("--kind", default="request", choices=("request", "call", "log"), help="of what (request)")
    parser.add_argument("--since", default="", help="of what is stored, so far back: 15m, 2h, 7d")
    parser.add_argument("--limit", type=int, default=100, help="with --since: how many records (100)")
    parser.add_argument("--slowest", action="store_true", help="with --since: the slowest, not the newest")
    parser.add_argument("--flag", default="", metavar="DEVICE", help="keep every request of a device")
    parser.add_argument("--for", dest="lasting", default="1h", help="with --flag: how long (1h)")


def run(options: Namespace) -> int:
    client = session.connect()
    if options.flag:
        told = client.put("flags", options.flag, body={"seconds": period.seconds(options.lasting)})
        output.say(f"every request of {options.flag} is kept until {output.say_clock(told[options.flag])}")
        return 0
    if options.since:
        return _show_history(client, options)
    missed = 0
    for event, message in client.events("insight", query=options.query, kind=options.kind):
        if event == "ended":
            raise rebuild(message)
        if options.json:
            output.show_json(message)
            continue
        for record in message.get("records", ()):
            output.say(_render(record), flush=True)
        show_windows(message.get("windows", ()), options.query, options.kind)
        if message["missed"] > missed:
            output.say(
                output.paint(f"... {message['missed'] - missed} more passed, too many to show", "yellow"), flush=True
            )
            missed = message["missed"]
    return 0


def _show_history(client: Any, options: Namespace) -> int:
    found = client.get(
        "insight", "history", query=options.query, kind=options.kind, since=period.since(options.since),
        limit=options.limit, order="slowest" if options.slowest else "newest",
    )  # fmt: skip
    if options.json:
        output.show_json(found)
        return 0
    records = found["records"] if options.slowest else found["records"][::-1]
    for record in records:
        output.say(_render(record))
    show_windows(found["windows"], options.query, options.kind)
    if not found["records"] and not found["windows"]:
        output.say("Nothing that was kept passes.")
    return 0


def _render(record: dict[str, Any]) -> str:
    if record["kind"] == "log":
        return logs.render({"line": "", **record})
    told = requests.render(record)
    weight = record.get("weight", 1)
    counted = isinstance(weight, int | float) and weight > 1.5
    return told + (output.paint(f"  for {output.say_figure(weight, '.0f')} alike", "dim") if counted else "")


def show_windows(told: Iterable[dict[str, Any]], text: str, kind: str) -> None:
    """Of a query: when each window began, and a line for each group under the figures' titles."""
    query = windows.parse(unquote(text), SCHEMAS[kind])
    head = "  ".join(f"{one.title:>14}" for one in query.figures)
    for window in told:
        output.say(output.paint(f"{output.say_clock(window['at'])}\n  {head}  {' '.join(query.by)}", "dim"))
        for row in window["rows"]:
            figures = "  ".join(f"{_say(*pair):>14}" for pair in zip(row["figures"], query.units, strict=True))
            output.say(f"  {figures}  {' '.join(str(value) for value in row['by'])}", flush=True)
        if window["folded"]:
            output.say(output.paint(f"  {window['folded']} in more groups than are shown", "yellow"))


def _say(figure: Any, unit: str) -> str:
    if unit == DURATION:
        return output.say_milliseconds(figure).strip()
    whole = isinstance(figure, int) or (isinstance(figure, float) and figure.is_integer())
    return output.say_figure(figure, ".0f" if whole else ".2f")
