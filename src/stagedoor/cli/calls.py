"""What each endpoint of an application asks of services: calls per request, duplicates, and what waits for what."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output, session, target
from stagedoor.model.quantity import say_size, say_time

EXAMPLES = ("stagedoor calls tv-home", "stagedoor calls --seconds 600 --json")


def add_options(parser: ArgumentParser) -> None:
    target.add_application(parser, positional=True)
    parser.add_argument("--seconds", type=int, default=3600, help="how far back, in seconds (3600)")


def run(options: Namespace) -> int:
    client = session.connect()
    name = target.application(options, Path())
    told = client.get("applications", name, "fanout", seconds=options.seconds)
    if options.json:
        output.show_json(told)
        return 0
    rows = [
        (
            one["endpoint"], one["requests"], f"{one['calls']:.1f}", f"{one['duplicates']:.1f}",
            say_time(one["serial"]) if one["serial"] >= 0.001 else "-", one["longest_chain"],
            say_size(one["bytes_in"]), f"{one['cost_share']:.0%}", f"{one['degraded']:.1%}" if one["degraded"] else "-",
        )
        for one in told["endpoints"]
    ]  # fmt: skip
    heads = ("endpoint", "requests", "calls", "twice", "waited", "chain", "bytes", "of all", "degraded")
    output.show_table(heads, rows, "Nobody asked it anything in this time.")
    for one in told["endpoints"]:
        methods = ", ".join(f"{method} {count:.1f}" for method, count in one["by_method"].items())
        output.say(f"\n{one['endpoint']}: {methods or 'no calls'}")
        if one["duplicates"] >= 0.05:
            output.say("  some calls ask the same again; within one request `api` asks once, other clients do not")
        if one["serial"] >= 0.001 and one["longest_chain"] > 1:
            output.say(f"  {one['longest_chain']} calls follow one another; side by side they would save up to "
                  f"{say_time(one['serial'])}, unless they need each other's answers")  # fmt: skip
    return 0
