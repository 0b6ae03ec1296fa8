"""Configuration of an application in a stack, over what its manifest says.

Every change makes a new release of each line in the stack, and `stagedoor rollback` takes it back. The script reads
`config["NAME"]`.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import parser, session, target, values
from stagedoor.model.configuration import read_value

EXAMPLES = (
    "stagedoor config set rows 12 --stack prod",
    "stagedoor config set greeting 'Good evening'",
    "stagedoor config list --application tv-home --stack prod",
)


def add_options(top: ArgumentParser) -> None:
    actions = parser.add_actions(top)
    setting = parser.add_action(actions, "set", "set a value")
    setting.add_argument("name", help="name of the value, as in rows")
    setting.add_argument("value", help="JSON (12, true, [1, 2]), else the text itself")
    values.add_target(setting)
    removing = parser.add_action(actions, "remove", "take a value away; the manifest's holds again")
    removing.add_argument("name", help="name of the value")
    values.add_target(removing)
    values.add_target(parser.add_action(actions, "list", "what is set for the stack"))


def run(options: Namespace) -> int:
    client = session.connect()
    name = target.application(options, Path())
    if options.action == "list":
        return values.show(client, name, options, secret=False)
    if options.action == "remove":
        saved = client.delete("applications", name, "values", options.name, stack=options.stack)
    else:
        wish = {"stack": options.stack, "value": read_value(options.value)}
        saved = client.put("applications", name, "values", options.name, body=wish)
    return values.follow(client, name, saved, options)
