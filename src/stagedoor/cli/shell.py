"""Opens a shell beside a script, in its container: for operators, written down as an activity.

It has the script's files, limits and network, and the machine's commands, as a user next to the script's. Input
that comes from no terminal is typed, then the shell ends. What the container prints reaches your terminal as it is.
"""

import os
import select
import shutil
import sys
import termios
import threading
import tty
from argparse import ArgumentParser, Namespace
from typing import Any

from stagedoor.cli import output, session

EXAMPLES = ("stagedoor shell i1a2b3c4d", "echo 'ls -la /app; df -h /tmp' | stagedoor shell i1a2b3c4d")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("instance", help="name of the instance, as `stagedoor instances` lists it")


def run(options: Namespace) -> int:
    client = session.connect()
    size = shutil.get_terminal_size()
    wish = {"rows": size.lines, "columns": size.columns, "terminal": os.environ.get("TERM", "dumb")}
    name = client.post("instances", options.instance, "shells", body=wish)["shell"]
    if options.json:
        output.show_json({"shell": name})
        return 0
    ended = threading.Event()
    typing = threading.Thread(target=_type, args=(client, name, ended), daemon=True)
    interactive = sys.stdin.isatty()
    before = termios.tcgetattr(0) if interactive else None
    try:
        if interactive:
            tty.setraw(0)
        typing.start()
        for content in client.read("shells", name):
            output.pass_through(content)
    finally:
        ended.set()
        if before is not None:
            termios.tcsetattr(0, termios.TCSADRAIN, before)
    return 0


def _type(client: Any, name: str, ended: threading.Event) -> None:
    """What is typed here is typed there, until either side ends."""
    while not ended.is_set():
        if not select.select([0], [], [], 0.1)[0]:
            continue
        content = os.read(0, 4096)
        client.put("shells", name, body=content or b"\nexit\n")
        if not content:
            return
