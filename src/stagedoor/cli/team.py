"""Teams: who owns applications, and how they are reached."""

from argparse import ArgumentParser, Namespace

from stagedoor.cli import output, parser, session

EXAMPLES = ("stagedoor team add tv --contact tv-oncall@example.com", "stagedoor team list", "stagedoor team remove tv")


def add_options(top: ArgumentParser) -> None:
    actions = parser.add_actions(top)
    add = parser.add_action(actions, "add", "add a team, or change how it is reached")
    add.add_argument("name", help="name of the team")
    add.add_argument("--contact", default="", help="how the team is reached")
    remove = parser.add_action(actions, "remove", "remove a team that owns nothing and has no users")
    remove.add_argument("name", help="name of the team")
    parser.add_action(actions, "list", "all teams")


def run(options: Namespace) -> int:
    client = session.connect()
    if options.action == "add":
        saved = client.put("teams", options.name, body={"contact": options.contact})
        output.show_json(saved) if options.json else output.say(f"team {saved['name']} is there")
    elif options.action == "remove":
        client.delete("teams", options.name)
        output.show_json({"removed": options.name}) if options.json else output.say(f"team {options.name} is removed")
    else:
        known = client.get("teams")
        if options.json:
            output.show_json(known)
        else:
            rows = [(one["name"], one["contact"], output.say_age(one["created_at"])) for one in known]
            output.show_table(("name", "contact", "since"), rows, "No team yet: `stagedoor team add NAME`.")
    return 0
