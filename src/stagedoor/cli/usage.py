"""Who still uses what: requests, devices and members by application, team, line, version, device or endpoint."""

from argparse import ArgumentParser, Namespace

from stagedoor.cli import output, period, session

EXAMPLES = (
    "stagedoor usage",
    "stagedoor usage --by line,device_type --since 7d",
    "stagedoor usage --by version,device_type --where 'line == \"tv-home/v4\"'",
    "stagedoor usage --by team --since 1d",
)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--by",
        default="application,line",
        help="application, team, line, version, device_type, endpoint, stack, method (application,line)",
    )
    parser.add_argument("--where", default="", help="a filter in CEL")
    parser.add_argument("--since", default="7d", help="how far back (7d)")


def run(options: Namespace) -> int:
    names = [name.strip() for name in options.by.split(",") if name.strip()]
    found = session.connect().get(
        "usage", fields=",".join(names), query=options.where, since=period.since(options.since)
    )
    if options.json:
        output.show_json(found)
        return 0
    rows = [
        (
            *one["by"], *(output.say_figure(one[name], ".0f") for name in ("requests", "errors")), one["devices"],
            one["members"], f"{output.say_age(one['last'])} ago",
        )
        for one in found
    ]  # fmt: skip
    output.show_table((*names, "requests", "errors", "devices", "members", "last"), rows, "Nothing came in that time.")
    return 0
