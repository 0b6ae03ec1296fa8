"""Writes everything the platform needs to serve the same elsewhere into one file, while it runs.

Secrets are in it sealed; their keys are not. Keep a copy of the key file (keys/secrets in the data folder) elsewhere.
"""

import os
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output, session
from stagedoor.model.errors import Conflict, Unavailable
from stagedoor.model.quantity import say_size, say_time

EXAMPLES = ("stagedoor backup /backups/monday.backup", "stagedoor backup /backups/now.backup --force")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="file to write")
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")


def run(options: Namespace) -> int:
    file: Path = options.file
    if file.exists() and not options.force:
        raise Conflict(f"{file} is there already", hint="choose another name, or replace it with --force")
    client = session.connect()
    began = time.monotonic()
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.unfinished")
    try:
        client.save(unfinished, "backup")
        unfinished.replace(file)
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror or error}") from None
    finally:
        unfinished.unlink(missing_ok=True)
    size, seconds = file.stat().st_size, time.monotonic() - began
    if options.json:
        output.show_json({"file": str(file), "bytes": size, "seconds": round(seconds, 3)})
    else:
        output.say(f"{file}: {say_size(size)} after {say_time(seconds)}. The keys of its secrets are not in it.")
    return 0
