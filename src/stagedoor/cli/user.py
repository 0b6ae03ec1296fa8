"""The people who may sign in at the console, by the names that the sign-in's provider vouches for."""

from argparse import ArgumentParser, Namespace

from stagedoor.cli import output, parser, session
from stagedoor.model.access import ROLES

EXAMPLES = (
    "stagedoor user add ada@example.com --role developer --team tv",
    "stagedoor user list",
    "stagedoor user remove ada@example.com",
)


def add_options(top: ArgumentParser) -> None:
    actions = parser.add_actions(top)
    add = parser.add_action(actions, "add", "add a user, or change their role")
    add.add_argument("name", help="the name in the provider's claim, as a rule a mail address")
    add.add_argument("--role", default="developer", choices=ROLES, help="what they may do (developer)")
    add.add_argument("--team", default="", help="team of a developer")
    remove = parser.add_action(actions, "remove", "remove a user and end their sessions")
    remove.add_argument("name", help="the user's name")
    parser.add_action(actions, "list", "all users")


def run(options: Namespace) -> int:
    client = session.connect()
    if options.action == "add":
        saved = client.put("users", options.name, body={"role": options.role, "team": options.team})
        of_team = f" of {saved['team']}" if saved["team"] else ""
        output.show_json(saved) if options.json else output.say(f"{saved['name']} is {saved['role']}{of_team}")
    elif options.action == "remove":
        client.delete("users", options.name)
        output.show_json({"removed": options.name}) if options.json else output.say(f"{options.name} is removed")
    else:
        known = client.get("users")
        if options.json:
            output.show_json(known)
        else:
            rows = [(one["name"], one["role"], one["team"], output.say_age(one["created_at"])) for one in known]
            output.show_table(("name", "role", "team", "since"), rows, "No user yet: `stagedoor user add NAME`.")
    return 0
