"""One request whole: its calls in time with the way that the answer waited for, and its log lines. Or find some."""

from argparse import ArgumentParser, Namespace
from typing import Any

from stagedoor.cli import logs, output, period, requests, session
from stagedoor.model.errors import Invalid

EXAMPLES = (
    "stagedoor trace 1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b",
    "stagedoor trace --recipe slowest",
    "stagedoor trace --recipe errors --set application=tv-home --set version=5.0.1",
    "stagedoor trace --compare 1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b 7d1f3c52-9be8-4b0a-8a38-0f4f8c5f7d11",
    "stagedoor trace --compare 5.0.1 5.1.0 --application tv-home",
)
_WIDTH = 40
_LARGEST_TIME = 1e18
_MAX_DEPTH = 20


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("id", nargs="?", default="", help="of the request, or of its trace")
    parser.add_argument("--recipe", default="", help="a ready-made question; `--recipe list` lists them")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="fills a recipe's blank")
    parser.add_argument("--compare", nargs=2, metavar=("LEFT", "RIGHT"), help="two requests, or two versions")
    parser.add_argument("--application", default="", help="with --compare: of which application the versions are")
    parser.add_argument("--since", default="", help="with --compare: how far back (1d)")
    parser.add_argument("--limit", type=int, default=20, help="with --recipe: how many (20)")


def run(options: Namespace) -> int:
    client = session.connect()
    if options.compare:
        return _compare(client, options)
    if options.recipe:
        return _find(client, options)
    if not options.id:
        raise Invalid("no request is named", hint="give its id, or --recipe slowest")
    trace = client.get("traces", options.id)
    if options.json:
        output.show_json(trace)
    else:
        _show(trace)
    return 0


def _show(trace: dict[str, Any]) -> None:
    record, spans = trace["record"], trace["spans"]
    if record:
        output.say(requests.render({"kind": "request", **record}))
        kept = {"share": "one of those that went well", "held": "it has just ended"}.get(record["kept"], record["kept"])
        output.say(output.paint(f"  release {record['release']}, kept: {kept}", "dim"))
    first, whole = _extent(spans)
    depths: dict[str, int] = {}
    for one in spans:
        depths[one["id"]] = depths.get(one["parent"], -1) + 1
        name = f"{'  ' * min(depths[one['id']], _MAX_DEPTH)}{one['node']}  {one['name']}"
        notes = output.paint("  " + "; ".join(one["notes"]), "yellow") if one["notes"] else ""
        took, status = output.say_milliseconds(one["duration"]), output.say_figure(one["status"], "")
        output.say(f"{_bar(one, first, whole)} {took} {status:>5}  {name}{notes}")
    if spans:
        output.say(output.paint("= is what the answer waited for", "dim"))
    for line in trace["logs"]:
        output.say(logs.render({"line": "", **line}))


def _extent(spans: list[dict[str, Any]]) -> tuple[float, float]:
    """Returns when the first span began, and the seconds to the end of the last one."""
    times = [(_number(span["at"]), _number(span["duration"]) / 1e6) for span in spans]
    first = min((at for at, _ in times), default=0.0)
    return first, max((at - first + duration for at, duration in times), default=0.0) or 1e-6


def _number(value: Any) -> float:
    """Returns what a span said as a number that arithmetic holds for: what is none, or is beyond all times, is 0."""
    return float(value) if isinstance(value, int | float) and abs(value) < _LARGEST_TIME else 0.0


def _bar(span: dict[str, Any], first: float, whole: float) -> str:
    begin = max(0, round((_number(span["at"]) - first) / whole * _WIDTH))
    length = min(_WIDTH, max(1, round(_number(span["duration"]) / 1e6 / whole * _WIDTH)))
    bar = " " * min(begin, _WIDTH - 1) + ("=" if span["critical"] else "-") * length
    return str(bar[:_WIDTH].ljust(_WIDTH))


def _find(client: Any, options: Namespace) -> int:
    listed = {one["name"]: one for one in client.get("traces", "recipes")}
    if options.recipe not in listed:
        output.show_table(
            ("recipe", "finds", "filter"), [(one["name"], one["title"], one["query"]) for one in listed.values()], ""
        )
        return 0 if options.recipe == "list" else 2
    recipe = listed[options.recipe]
    query = str(recipe["query"])
    for pair in options.set:
        name, _, value = pair.partition("=")
        query = query.replace(f"{{{name}}}", value.replace("\\", "\\\\").replace('"', '\\"'))
    if "{" in query:
        raise Invalid(f"the recipe has a blank: {query}", hint="fill it in with --set NAME=VALUE")
    found = client.get(
        "insight", "history", query=query, kind=recipe["kind"], order=recipe["order"], limit=options.limit,
        since=period.since(f"{recipe['seconds']}s"),
    )["records"]  # fmt: skip
    if options.json:
        output.show_json(found)
        return 0
    for record in found:
        output.say(requests.render(record))
    if not found:
        output.say("Nothing that was kept passes.")
    return 0


def _compare(client: Any, options: Namespace) -> int:
    left, right = options.compare
    told = client.get(
        "traces", "compare", left=left, right=right, application=options.application,
        since=period.since(options.since or "1d"),
    )  # fmt: skip
    if options.json:
        output.show_json(told)
        return 0
    rows = [
        (
            one["verdict"], f"{one['source']} -> {one['target']}", one["name"],
            f"{output.say_figure(one['left_calls'], '.2f')} -> {output.say_figure(one['right_calls'], '.2f')}",
            f"{output.say_milliseconds(one['left_us']).strip()} -> {output.say_milliseconds(one['right_us']).strip()}",
        )
        for one in told["differences"]
    ]  # fmt: skip
    output.show_table(("", "of", "call", "a request", "each"), rows, "Nothing was called on either side.")
    return 0
