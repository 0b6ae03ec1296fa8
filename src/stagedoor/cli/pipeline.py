"""Pipelines: what a version goes through on its way to prod, as `[pipeline]` and `[strategy]` in stagedoor.toml say.

Without either: its tests, the stack test, a smoke test there, then a canary in prod, then everybody.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from stagedoor.cli import actions, output, parser, target
from stagedoor.http.client import Client

EXAMPLES = (
    "stagedoor pipeline explain",
    "stagedoor pipeline explain tv-home --version 5.1.0",
    "stagedoor pipeline list --application tv-home",
    "stagedoor pipeline approve 41 --why 'seen in test'",
    "stagedoor pipeline hook tv-home",
)


def add_options(top: ArgumentParser) -> None:
    added = parser.add_actions(top)
    explaining = parser.add_action(added, "explain", "what will happen with a version, and why")
    target.add_application(explaining, positional=True)
    explaining.add_argument("--version", default="", help="which (the newest)")
    explaining.add_argument("--stack", default="prod", help="on its way to test or prod (prod)")
    listing = parser.add_action(added, "list", "the newest, and what waits for somebody")
    listing.add_argument("--application", default="", help="of this application")
    for name, text in (("approve", "let one go on that waits"), ("reject", "end one that waits")):
        answering = parser.add_action(added, name, text)
        answering.add_argument("number", type=int, help="its number")
        answering.add_argument("--why", default="", help="for the audit log")
    hooking = parser.add_action(added, "hook", "a secret address that starts it, for a webhook")
    target.add_application(hooking, positional=True)
    hooking.add_argument("--remove", action="store_true", help="end the one there is")


def run(options: Namespace) -> int:
    return actions.run(_ACTIONS, options)


def _explain(client: Client, options: Namespace) -> Any:
    name = target.application(options, Path())
    return client.get("applications", name, "pipeline", version=options.version, stack=options.stack)


def _show_explained(told: dict[str, Any]) -> None:
    output.say(f"{output.paint(told['application'] + ' ' + told['version'], 'bold')} on its way to {told['stack']}:")
    for number, one in enumerate(told["stages"], 1):
        output.say(f"  {number}. {one['name']:<10} {one['does']}")
        output.say(output.paint(f"     {'':<10} because {one['why']}", "dim"))


def _list(client: Client, options: Namespace) -> Any:
    told = client.get("operations", application=options.application, limit=100)
    return [one for one in told if one["goal"].get("pipeline")][:30]


def _show_list(told: list[dict[str, Any]]) -> None:
    rows = [
        (
            one["id"], one["kind"], one["line"], one["goal"]["version"], one["state"], one["by"],
            output.say_age(one["began_at"]), (one["error"] or {}).get("message", "")[:70],
        )
        for one in told
    ]  # fmt: skip
    headings = ("n", "kind", "line", "version", "state", "by", "began", "what went wrong")
    output.show_table(headings, rows, "No pipeline has run yet.")


def _answer(client: Client, options: Namespace) -> Any:
    return client.post("pipelines", options.number, options.action, body={"why": options.why})


def _hook(client: Client, options: Namespace) -> Any:
    name = target.application(options, Path())
    if options.remove:
        client.delete("applications", name, "hook")
        return {"application": name, "url": ""}
    return {"application": name, "url": client.url + client.post("applications", name, "hook")["path"]}


def _show_hook(told: dict[str, Any]) -> None:
    if not told["url"]:
        output.say(f"the hook of {told['application']} has ended")
        return
    output.say(told["url"])
    output.say(
        "A POST to it starts the pipeline of the newest version. It is shown this once; whoever has it may do so."
    )


_ACTIONS: dict[str, tuple[actions.Ask, actions.Show]] = {
    "explain": (_explain, _show_explained),
    "list": (_list, _show_list),
    "approve": (_answer, lambda told: output.say(f"pipeline {told['id']} goes on")),
    "reject": (_answer, lambda told: output.say(f"pipeline {told['id']} ends")),
    "hook": (_hook, _show_hook),
}
