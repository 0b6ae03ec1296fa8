"""Fills a new data folder from a backup; `stagedoor up` on it then serves what the old one served.

The file is checked to its last byte before anything is taken over. With PostgreSQL, name the new, empty database by
STAGEDOOR_DATABASE. Settings (platform.toml) are of a machine and are not in a backup.
"""

import asyncio
from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output
from stagedoor.main import offline

EXAMPLES = ("stagedoor restore /backups/monday.backup --data /srv/stagedoor --keys /safe/secrets",)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the backup")
    parser.add_argument(
        "--data", type=Path, default=Path("/var/lib/stagedoor"), help="new data folder (/var/lib/stagedoor)"
    )
    parser.add_argument("--keys", type=Path, help="key file of the platform that was backed up")


def run(options: Namespace) -> int:
    told = asyncio.run(offline.restore(options.file, options.data, options.keys))
    if options.json:
        output.show_json(told)
    else:
        output.say(
            f"{options.data} holds {told['applications']} applications and {told['versions']} versions, as of "
            f"{output.say_clock(told['made_at'])}. Start it: stagedoor up --data {options.data}"
        )
    return 0
