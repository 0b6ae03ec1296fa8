"""Secrets of an application: sealed at rest, never shown again, part of the release they came with.

A value is read from standard input, never from the command line. Every change makes a new release of each line in the
stack; `stagedoor rollback` brings the former value back together with the code. The script reads `secrets["NAME"]`.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from stagedoor.cli import hidden, output, parser, session, target, values

EXAMPLES = (
    "pass show ratings-key | stagedoor secret set ratings-key --stack prod",
    "stagedoor secret list --application tv-home",
    "openssl rand -hex 32 | stagedoor secret rotate ratings-key --stack prod",
    "stagedoor secret rekey                  # a new key for all of them (operators)",
)


def add_options(top: ArgumentParser) -> None:
    actions = parser.add_actions(top)
    for name, text in (
        ("set", "set a secret; the value comes from standard input"),
        ("rotate", "a new value for a secret that exists; the value comes from standard input"),
        ("remove", "take a secret away; earlier releases still hold it"),
    ):
        one = parser.add_action(actions, name, text)
        one.add_argument("name", help="name of the secret, as in ratings-key")
        values.add_target(one)
    listing = parser.add_action(actions, "list", "names, numbers, who set them and when; never what they are")
    values.add_target(listing)
    parser.add_action(actions, "rekey", "seal every secret with a new key (operators)")


def run(options: Namespace) -> int:
    client = session.connect()
    if options.action == "rekey":
        count = client.post("keys")["secrets"]
        output.show_json({"secrets": count}) if options.json else output.say(
            f"{count} secrets are sealed with a new key"
        )
        return 0
    name = target.application(options, Path())
    if options.action == "list":
        return values.show(client, name, options, secret=True)
    if options.action == "remove":
        saved = client.delete("applications", name, "secrets", options.name, stack=options.stack)
    else:
        wish: dict[str, Any] = {
            "stack": options.stack,
            "value": hidden.read("value: ", "secret set"),
            "rotate": options.action == "rotate",
        }
        saved = client.put("applications", name, "secrets", options.name, body=wish)
    return values.follow(client, name, saved, options)
