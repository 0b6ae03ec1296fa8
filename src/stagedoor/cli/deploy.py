"""Publishes the source in the folder as a version and takes it through its pipeline, as far as the stack.

In prod a part of the members gets it first, and it goes back by itself when it does harm (`stagedoor rollout --help`).
"""

import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output, session, source, strategy, watching

EXAMPLES = (
    "stagedoor deploy                    # to the stack test, counting the version up",
    "stagedoor deploy --stack prod --bump minor",
    "stagedoor deploy --stack prod --strategy linear --time 20m",
    "stagedoor deploy ./tv-home --json",
)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", default=".", type=Path, help="folder with stagedoor.toml (here)")
    parser.add_argument("--stack", default="test", help="test (the default) or prod")
    parser.add_argument(
        "--bump", default="", choices=["patch", "minor", "major"], help="which part of the version counts up"
    )
    strategy.add_options(parser)


def run(options: Namespace) -> int:
    began, asked = time.monotonic(), strategy.as_query(options)
    client = session.connect()
    packed = source.read_packed(options.folder)
    name = source.read_name(options.folder)
    if not options.json:
        output.say(f"{name}: {len(packed) / 1000:.1f} KB of source to {options.stack}", flush=True)
    operation = client.post("versions", body=packed, stack=options.stack, bump=options.bump, **asked)
    result = watching.watch(client, operation, quiet=options.json)
    seconds = time.monotonic() - began
    if options.json:
        output.show_json({**result, "seconds": seconds})
    else:
        version = output.paint(f"{result['application']} {result['version']}", "bold")
        output.say(
            f"{version} is release {result['release']} of {result['line']} in {result['stack']}, after {seconds:.2f} s"
        )
    return 0
