"""Queries saved under a name: charts of one's own, filled back from what is stored; with a bound, alerts too.

A query has figures, as in `status >= 500 | count() by endpoint every 1m`; the bound is on the first of them.
"""

from argparse import ArgumentParser, Namespace
from typing import Any

from stagedoor.cli import actions, insight, output, parser, period
from stagedoor.http.client import Client

EXAMPLES = (
    'stagedoor saved add slow-homes "p99(duration) by version every 1m" --application tv-home',
    'stagedoor saved add fallbacks \'degraded != "" | count() every 1m\' --alert "> 20"',
    "stagedoor saved show slow-homes --since 6h",
    "stagedoor saved test fallbacks --days 7",
)


def add_options(top: ArgumentParser) -> None:
    added = parser.add_actions(top)
    parser.add_action(added, "list", "which there are")
    adding = parser.add_action(added, "add", "save a query, in the place of one of that name")
    adding.add_argument("name", help="what it is called")
    adding.add_argument("query", help="a filter in CEL, and figures behind a bar")
    adding.add_argument("--kind", default="request", choices=("request", "call", "log"), help="of what (request)")
    adding.add_argument("--application", default="", help="of this application alone; its team may change it then")
    adding.add_argument("--alert", default="", metavar="BOUND", help='fires when the first figure passes, as "> 200ms"')
    showing = parser.add_action(added, "show", "its windows, of what is stored")
    showing.add_argument("name", help="which")
    showing.add_argument("--since", default="1h", help="how far back (1h)")
    testing = parser.add_action(added, "test", "how often its alert would have fired")
    testing.add_argument("name", help="which")
    testing.add_argument("--days", type=int, default=7, help="how far back, up to 7 (7)")
    removing = parser.add_action(added, "remove", "forget it")
    removing.add_argument("name", help="which")


def run(options: Namespace) -> int:
    return actions.run(_ACTIONS, options)


def _add(client: Client, options: Namespace) -> Any:
    wish = {"query": options.query, "kind": options.kind, "application": options.application, "bound": options.alert}
    told = client.put("saved", options.name, body=wish)
    return told | ({"test": client.get("saved", options.name, "test")} if options.alert else {})


def _show_added(told: dict[str, Any]) -> None:
    output.say(f"{told['name']} is saved; `stagedoor saved show {told['name']}`")
    if "test" in told:
        _show_test(told["test"])


def _remove(client: Client, options: Namespace) -> Any:
    client.delete("saved", options.name)
    return {"removed": options.name}


def _show_list(told: list[dict[str, Any]]) -> None:
    rows = [
        (one["name"], one["application"] or "all", one["kind"], one["query"], one["bound"], one["saved_by"])
        for one in told
    ]
    output.show_table(("name", "of", "kind", "query", "alert", "by"), rows, "No query is saved yet.")


def _chart(client: Client, options: Namespace) -> Any:
    saved: dict[str, Any] = next((one for one in client.get("saved") if one["name"] == options.name), {})
    windows = client.get("saved", options.name, "windows", since=period.since(options.since))
    return saved | {"windows": windows}


def _show_chart(told: dict[str, Any]) -> None:
    insight.show_windows(told["windows"], told["query"], told["kind"])
    if not told["windows"]:
        output.say("Nothing that is stored passes.")


def _show_test(told: dict[str, Any]) -> None:
    output.say(f"its alert would have fired {told['times']} times in {told['windows']} windows")
    rows = [(output.say_clock(one["began"]), one["reason"]) for one in told["firings"]]
    if rows:
        output.show_table(("when", "why"), rows, "")


_ACTIONS: dict[str, tuple[actions.Ask, actions.Show]] = {
    "list": (lambda client, asked: client.get("saved"), _show_list),
    "add": (_add, _show_added),
    "show": (_chart, _show_chart),
    "test": (lambda client, asked: client.get("saved", asked.name, "test", days=asked.days), _show_test),
    "remove": (_remove, lambda told: output.say(f"{told['removed']} is forgotten")),
}
