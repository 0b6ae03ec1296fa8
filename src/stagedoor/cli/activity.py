"""Who changed what, when, from what to what; exported; and whether all of it is still there as it was written.

`verify` reads the whole chain of hashes. It prints the last one: keep it elsewhere, and name it later with --head, so
that a log that was cut at its end, or written anew from the first word, shows as well.
"""

import json
import time
from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import Any

from stagedoor.cli import output, session
from stagedoor.model.errors import Invalid
from stagedoor.model.quantity import parse_time

EXAMPLES = (
    "stagedoor activity",
    "stagedoor activity tv-home --limit 200 --json",
    "stagedoor activity --since 7d --by ada --export csv > activities.csv",
    "stagedoor activity --action rollback --since 2026-11-01 --until 2026-12-01",
    "stagedoor activity verify",
)
_MOMENTS = ("until", "expires_at")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("application", nargs="?", default="", help="only of this application; or the word verify")
    parser.add_argument("--by", default="", help="only what this one did")
    parser.add_argument("--action", default="", help="only this action, as in release")
    parser.add_argument("--target", default="", help="only where this is part of what was changed")
    parser.add_argument("--text", default="", help="only where this is part of anything that was written down")
    parser.add_argument(
        "--since", default="", help="from then on: 7d ago, or a date as in 2026-11-23 or 2026-11-23T12:30"
    )
    parser.add_argument("--until", default="", help="before then, written like --since")
    parser.add_argument("--limit", type=int, default=50, help="how many (50); an export takes all")
    parser.add_argument("--export", choices=("jsonl", "csv"), default="", help="all of them, in a form for other tools")
    parser.add_argument("--head", default="", help="verify: the hash that an earlier one printed")


def run(options: Namespace) -> int:
    if options.application == "verify":
        return _verify(options)
    asked = {name: getattr(options, name) for name in ("application", "by", "action", "target", "text")}
    asked |= {"since": moment(options.since), "until": moment(options.until)}
    asked = {name: value for name, value in asked.items() if value}
    client = session.connect()
    if options.export:
        output.show_document(client.read("activities", "export", form=options.export, **asked))
        return 0
    listed = client.get("activities", limit=options.limit, **asked)
    if options.json:
        output.show_json(listed)
        return 0
    empty = "Nothing fits." if asked else "Nothing was changed yet."
    output.show_table(("when", "who", "what", "of", "change"), [_row(one) for one in listed], empty)
    return 0


def _verify(options: Namespace) -> int:
    found = session.connect().get("activities", "verification", head=options.head)
    if options.json:
        output.show_json(found)
    elif found["problem"]:
        output.warn(f"stagedoor: {found['problem']}")
        output.warn(f"  {_extent(found)} before that fit")
    else:
        output.say(f"{_extent(found)} fit; the last one's hash, to be kept elsewhere:\n{found['head']}")
    return 1 if found["problem"] else 0


def _extent(found: dict[str, Any]) -> str:
    if not found["verified"]:
        return "0 activities"
    return (
        f"{found['verified']} activities from {output.say_clock(found['first_at'])} "
        f"to {output.say_clock(found['last_at'])}"
    )


def moment(text: str) -> float:
    """Seconds since the epoch of a time ago or of a local date; 0 for nothing. Raises Invalid."""
    if not text:
        return 0.0
    try:
        return time.time() - parse_time(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise Invalid(f"{text!r} is no time", hint="as in 7d, 2026-11-23 or 2026-11-23T12:30") from None


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    change = f"{_short(one['before'])} -> {_short(one['after'])}"
    return (output.say_clock(one["at"]), one["by"], one["action"], one["target"], change)


def _short(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key} {_moment(item) if key in _MOMENTS else item}" for key, item in value.items())
    return "nothing" if value is None else value if isinstance(value, str) else json.dumps(value)


def _moment(value: Any) -> Any:
    """Of what may have no time, as a token that never expires."""
    return output.say_clock(value) if isinstance(value, int | float) and value else value
