"""Tokens for people and for pipelines: made once, shown once, with an end."""

from argparse import ArgumentParser, Namespace
from typing import Any

from stagedoor.cli import output, parser, session
from stagedoor.model.access import ROLES

EXAMPLES = (
    "stagedoor token create ci-tv --role developer --team tv --expires 90d",
    "stagedoor token list",
    "stagedoor token revoke t-1a2b3c4d",
)


def add_options(top: ArgumentParser) -> None:
    actions = parser.add_actions(top)
    create = parser.add_action(actions, "create", "make a token; it is printed this once")
    create.add_argument("name", help="who holds it")
    create.add_argument("--role", default="developer", choices=ROLES, help="what it may do (developer)")
    create.add_argument("--team", default="", help="team of a developer")
    create.add_argument("--expires", default="", metavar="TIME", help="how long it holds, as in 12h or 90d (for ever)")
    revoke = parser.add_action(actions, "revoke", "end a token and the sessions that began with it")
    revoke.add_argument("id", help="its id, as `stagedoor token list` shows it")
    parser.add_action(actions, "list", "all tokens, without what they are")


def run(options: Namespace) -> int:
    client = session.connect()
    if options.action == "create":
        wish = {"name": options.name, "role": options.role, "team": options.team, "expires": options.expires}
        made = client.post("tokens", body=wish)
        output.show_json(made) if options.json else output.say(made["token"])
    elif options.action == "revoke":
        ended = client.delete("tokens", options.id)
        output.show_json(ended) if options.json else output.say(f"{ended['id']} of {ended['name']} is revoked")
    else:
        known = client.get("tokens")
        if options.json:
            output.show_json(known)
        else:
            heads = ("id", "name", "role", "team", "made", "by", "state")
            output.show_table(heads, [_row(one) for one in known], "No token yet.")
    return 0


def _row(one: dict[str, Any]) -> tuple[Any, ...]:
    return (
        one["id"],
        one["name"],
        one["role"],
        one["team"],
        output.say_age(one["created_at"]),
        one["made_by"],
        _state(one),
    )


def _state(one: dict[str, Any]) -> str:
    import time

    if one["revoked_at"]:
        return "revoked"
    if not one["expires_at"]:
        return "holds"
    left = one["expires_at"] - time.time()
    return f"expires {output.say_clock(one['expires_at'])}" if left > 0 else "expired"
