"""Looks into a live instance, without a restart: where its CPU goes, its memory, or what each request waits for.

For the application's team and operators; each look is written down as an activity. Of several instances the busiest is
looked at.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from stagedoor.cli import output, profile_text, session, target
from stagedoor.model.errors import Missing

EXAMPLES = (
    "stagedoor profile tv-home --seconds 20",
    "stagedoor profile tv-home --folded stacks.txt",
    "stagedoor profile tv-home --memory --seconds 30",
    "stagedoor profile --instance i1a2b3c4d --waiting",
)


def add_options(parser: ArgumentParser) -> None:
    target.add_application(parser, positional=True)
    parser.add_argument("--instance", default="", help="this one; else the busiest of the application")
    parser.add_argument("--stack", default="", help="only of this stack")
    parser.add_argument(
        "--seconds", type=int, help="how long to sample, 20 by default; with --memory, the time between two looks"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--memory", action="store_true", help="its memory, by type of object")
    what.add_argument("--waiting", action="store_true", help="its requests in flight: their stacks and open calls")
    what.add_argument("--folded", default="", metavar="FILE", help="write the samples there as folded stacks, too")


def run(options: Namespace) -> int:
    client = session.connect()
    instance = options.instance or _busiest(client, target.application(options, Path.cwd()), options.stack)
    if options.waiting:
        told = client.post("instances", instance, "waiting")
    elif options.memory:
        told = client.post("instances", instance, "memory", body={"apart": options.seconds or 0})
    else:
        told = client.post("instances", instance, "profile", body={"seconds": _seconds(options)})
    if options.folded:
        Path(options.folded).write_text("\n".join(profile_text.fold(told["tree"])) + "\n")
    if options.json:
        output.show_json(told)
        return 0
    say = profile_text.waiting if options.waiting else profile_text.memory if options.memory else profile_text.cpu
    output.say("\n".join(say(told)))
    return 0


def _seconds(options: Namespace) -> int:
    return 20 if options.seconds is None else int(options.seconds)


def _busiest(client: Any, application: str, stack: str) -> str:
    """Raises Missing when none runs."""
    listed = [one for one in client.get("instances", application=application) if stack in ("", one["stack"])]
    if not listed:
        raise Missing(f"no instance of {application} runs", hint="one starts when a request arrives")
    return str(max(listed, key=lambda one: (one["state"] == "ready", one["in_flight"], one["cpu"]))["id"])
