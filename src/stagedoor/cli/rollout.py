"""Rollouts: what moves to a new release, how it is judged, and how to pause it, let it go on or send it back.

A rollout that is aborted goes back at once. Harm that the judge sees sends it back without anybody.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from stagedoor.cli import actions, output, parser, target
from stagedoor.http.client import Client
from stagedoor.model.errors import Invalid

EXAMPLES = (
    "stagedoor rollout list --stack prod",
    "stagedoor rollout watch 12",
    "stagedoor rollout pause 12",
    "stagedoor rollout resume 12",
    "stagedoor rollout abort tv-home --stack prod",
)
_MARKS = {"fine": "green", "harm": "red", "notice": "yellow", "open": "dim"}


def add_options(top: ArgumentParser) -> None:
    added = parser.add_actions(top)
    listing = parser.add_action(added, "list", "the newest, and how they ended")
    listing.add_argument("--application", default="", help="of this application")
    listing.add_argument("--stack", default="", help="test or prod (both)")
    for name, text in (("show", "one whole: its timeline and what the judge saw"), ("watch", "one as it goes")):
        parser.add_action(added, name, text).add_argument("number", type=int, help="its number")
    for name, text in (("pause", "stay as it is; harm still sends it back"), ("resume", "let it go on")):
        parser.add_action(added, name, text).add_argument("number", type=int, help="its number")
    aborting = parser.add_action(added, "abort", "go back; what ran before serves everybody")
    aborting.add_argument("which", nargs="?", default="", help="its number, or an application (the one in this folder)")
    aborting.add_argument("--stack", default="prod", help="of an application: test or prod (prod)")
    aborting.add_argument("--line", type=target.major, help="of an application: major of the line (the default line)")


def run(options: Namespace) -> int:
    if options.action == "watch" and not options.json:
        return _watch(options)
    return actions.run(_ACTIONS, options)


def _list(client: Client, options: Namespace) -> Any:
    return client.get("rollouts", application=options.application, stack=options.stack)


def _show_list(told: list[dict[str, Any]]) -> None:
    rows = [
        (
            one["id"], f"{one['application']} ^{one['major']}", one["stack"], one["strategy"]["kind"],
            f"{one['former_version'] or '-'} -> {one['version']}", _state(one), output.say_age(one["began_at"]),
            one["by"], one["reason"][:70],
        )
        for one in told
    ]  # fmt: skip
    headings = ("n", "line", "stack", "strategy", "versions", "state", "began", "by", "why")
    output.show_table(headings, rows, "Nothing has moved yet.")


def _state(one: dict[str, Any]) -> str:
    return f"{one['state']} (paused)" if one["paused_at"] else str(one["state"])


def _one(client: Client, options: Namespace) -> Any:
    return client.get("rollouts", options.number)


def _show(one: dict[str, Any]) -> None:
    versions = f"{one['former_version'] or 'nothing'} -> {one['version']}"
    head = f"{one['application']} ^{one['major']} in {one['stack']}: {versions}"
    output.say(f"{output.paint(head, 'bold')}  {_state(one)}  {one['strategy']['kind']}")
    for event in one["events"]:
        _show_event(event)
    _show_judgement(one)


def _show_event(event: dict[str, Any]) -> None:
    shares = ", ".join(f"{name} {share * 100:g} %" for name, share in event["shares"].items())
    output.say(
        f"  {output.say_clock(event['at'])}  {event['state']:<12} {event['text']}{f'  [{shares}]' if shares else ''}"
    )


def _show_judgement(one: dict[str, Any]) -> None:
    told = one["judgement"]
    if not told:
        return
    baseline, canary = told["requests"]
    output.say(f"{told['verdict']}: {told['words']}")
    output.say(f"  requests: {baseline} of the baseline, {canary} of the canary")
    for each in told["findings"]:
        output.say(
            f"  {output.paint(each['verdict'].ljust(6), _MARKS[each['verdict']])} {each['metric']:<9} {each['words']}"
        )


def _watch(options: Namespace) -> int:
    from stagedoor.cli import session

    client = session.connect()
    shown, last, one = 0, "", client.get("rollouts", options.number)
    for _, one in client.events("rollouts", options.number, "events"):
        for event in one["events"][shown:]:
            _show_event(event)
        shown = len(one["events"])
        words = (one["judgement"] or {}).get("words", "")
        if words and words != last:
            last = words
            output.say(f"    {sum(one['judgement']['requests'])} requests: {words}", flush=True)
    _show_judgement(one)
    return 0 if one["state"] == "done" else 1


def _ask(client: Client, options: Namespace) -> Any:
    return client.post("rollouts", options.number, options.action)


def _abort(client: Client, options: Namespace) -> Any:
    if options.which.isdigit():
        return client.post("rollouts", int(options.which), "abort")
    name = options.which or target.application(Namespace(application=""), Path())
    if not name:
        raise Invalid("which rollout?", hint="name its number or an application")
    return client.post("applications", name, "abort", body={"stack": options.stack, "line": options.line})


def _said(told: dict[str, Any]) -> None:
    output.say(told["said"])


_ACTIONS: dict[str, tuple[actions.Ask, actions.Show]] = {
    "list": (_list, _show_list),
    "show": (_one, _show),
    "watch": (_one, _show),
    "pause": (_ask, _said),
    "resume": (_ask, _said),
    "abort": (_abort, _said),
}
