"""Moves the database to another version of the tables: the way back to an older Stagedoor.

`stagedoor up` moves it to the newest by itself. To go back: stop the platform, run this with the revision that the
older Stagedoor knows (its docs/operate.md names it), install that one, and start it. What older tables cannot hold is
lost: take a backup first.
"""

import asyncio
from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output
from stagedoor.main import offline

EXAMPLES = ("stagedoor migrate", "stagedoor migrate --to 0001 --data /srv/stagedoor")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, default=Path("/var/lib/stagedoor"), help="data folder (/var/lib/stagedoor)"
    )
    parser.add_argument("--to", default="", metavar="REVISION", help="revision of the tables (show the present one)")


def run(options: Namespace) -> int:
    present, known = asyncio.run(offline.migrate(options.data, options.to))
    if options.json:
        output.show_json({"revision": present, "newest": known})
    else:
        output.say(f"the database is at revision {present or 'none'}; this Stagedoor works with {known}")
    return 0
