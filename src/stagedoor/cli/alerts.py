"""What went wrong, why, and what came before; and how often each rule would have fired.

A silence names a rule, an application, or both as in errors/tv-home. Alerts go on meanwhile and are listed, and nobody
is told.
"""

import time
from argparse import ArgumentParser, Namespace
from typing import Any

from stagedoor.cli import actions, output, parser
from stagedoor.http.client import Client
from stagedoor.model.errors import Invalid
from stagedoor.model.quantity import parse_time, say_time

EXAMPLES = (
    "stagedoor alerts list",
    "stagedoor alerts show 17",
    'stagedoor alerts silence errors/tv-home --for 2h --why "the service is being moved"',
    "stagedoor alerts test --days 7",
)


def add_options(top: ArgumentParser) -> None:
    added = parser.add_actions(top)
    listing = parser.add_action(added, "list", "what fires, and what did, the newest first")
    listing.add_argument("application", nargs="?", default="", help="only of this application")
    listing.add_argument("--state", default="", help="firing or resolved (both)")
    listing.add_argument("--limit", type=int, default=50, help="how many (50)")
    showing = parser.add_action(added, "show", "one alert with its evidence")
    showing.add_argument("number", type=int, help="its number")
    silencing = parser.add_action(added, "silence", "tell nobody of some alerts for a while")
    silencing.add_argument("what", help="a rule, an application, or RULE/APPLICATION")
    silencing.add_argument("--stack", default="", help="only of this stack")
    silencing.add_argument("--endpoint", default="", help='only of this endpoint, as in "GET /rows"')
    silencing.add_argument("--for", dest="length", default="1h", help="how long, as in 2h (1h)")
    silencing.add_argument("--why", required=True, help="why, for who wonders")
    parser.add_action(added, "silences", "what nobody is told of, and why")
    ending = parser.add_action(added, "end-silence", "end a silence before its time")
    ending.add_argument("number", type=int, help="its number, as `alerts silences` says")
    parser.add_action(added, "rules", "what is watched")
    testing = parser.add_action(added, "test", "how often each rule would have fired, from what is stored")
    testing.add_argument("application", nargs="?", default="", help="only for this application")
    testing.add_argument("--days", type=int, default=7, help="how far back (7)")


def run(options: Namespace) -> int:
    return actions.run(_ACTIONS, options)


def _silence(client: Client, options: Namespace) -> Any:
    names = {one["name"] for one in client.get("alerts", "rules")}
    first, _, rest = options.what.partition("/")
    rule, application = (first, rest) if rest or first in names else ("", first)
    try:
        seconds = parse_time(options.length)
    except ValueError as error:
        raise Invalid(f"--for {options.length} is not allowed", hint=f"it is {error}") from None
    wish = {"rule": rule, "application": application, "stack": options.stack, "endpoint": options.endpoint}
    return client.post("silences", body={**wish, "seconds": seconds, "why": options.why})


def _end_silence(client: Client, options: Namespace) -> Any:
    client.delete("silences", options.number)
    return {"ended": options.number}


def _show_list(told: list[dict[str, Any]]) -> None:
    rows = [
        (one["id"], output.say_clock(one["began"]), _state(one), one["rule"], _what(one), one["reason"]) for one in told
    ]
    output.show_table(("alert", "since", "state", "rule", "of", "why"), rows, "Nothing went wrong yet.")


def _state(one: dict[str, Any]) -> str:
    state = "firing" if one["state"] == "firing" else f"for {say_time(one['ended'] - one['began'])}"
    return f"{state}, silenced" if one["silenced"] and one["state"] == "firing" else state


def _what(one: dict[str, Any]) -> str:
    return " ".join(part for part in (one["application"], one["stack"], one["endpoint"]) if part) or "the platform"


def _show_one(one: dict[str, Any]) -> None:
    output.say(f"{one['rule']} of {_what(one)}: {_state(one)}, since {output.say_clock(one['began'])}")
    output.say(f"  {one['reason']}")
    if one["silenced"]:
        output.say(f"  silenced by {one['silenced']}")
    evidence = one["evidence"]
    for release in evidence.get("releases", []):
        age = say_time(max(0.0, one["began"] - release["at"]))
        when = f"{age} before" if release["at"] <= one["began"] else "after it began"
        output.say(
            f"  {release['line']} is at {release['version']}, release {release['release']} by {release['by']}, {when}"
        )
    for activity in evidence.get("activities", []):
        what = f"{activity['by']} {activity['action']} {activity['target']}"
        output.say(f"  before it: {output.say_clock(activity['at'])} {what}")
    for request in evidence.get("requests", []):
        output.say(f"  stagedoor trace {request}")


def _show_silence(one: dict[str, Any]) -> None:
    output.say(
        f"nobody is told of it until {output.say_clock(one['until'])}; "
        f"`stagedoor alerts end-silence {one['id']}` ends it"
    )


def _show_silences(told: list[dict[str, Any]]) -> None:
    rows = [
        (one["id"], one["rule"] or "all", _what(one), say_time(one["until"] - time.time()), one["by"], one["why"])
        for one in told
    ]
    output.show_table(("silence", "rule", "of", "still for", "by", "why"), rows, "Everything is told.")


def _show_rules(told: list[dict[str, Any]]) -> None:
    output.show_table(("rule", "watches"), [(one["name"], one["help"]) for one in told], "")


def _show_test(told: dict[str, Any]) -> None:
    days = (told["until"] - told["since"]) / 86400
    left = f"; {told['left_out']} quieter ones were left out" if told["left_out"] else ""
    output.say(f"{told['minutes']} minutes of {told['endpoints']} endpoints in {days:.0f} days{left}")
    output.show_table(("rule", "would have fired"), list(told["by_rule"].items()), "")
    rows = [(output.say_clock(one["began"]), one["rule"], _what(one), one["reason"]) for one in told["firings"]]
    if rows:
        output.say()
        output.show_table(("when", "rule", "of", "why"), rows, "")


_ACTIONS: dict[str, tuple[actions.Ask, actions.Show]] = {
    "list": (
        lambda client, asked: client.get("alerts", application=asked.application, state=asked.state, limit=asked.limit),
        _show_list,
    ),
    "show": (lambda client, asked: client.get("alerts", asked.number), _show_one),
    "silence": (_silence, _show_silence),
    "silences": (lambda client, asked: client.get("silences"), _show_silences),
    "end-silence": (_end_silence, lambda told: output.say(f"silence {told['ended']} has ended")),
    "rules": (lambda client, asked: client.get("alerts", "rules"), _show_rules),
    "test": (
        lambda client, asked: client.get("alerts", "test", application=asked.application, days=asked.days),
        _show_test,
    ),
}
