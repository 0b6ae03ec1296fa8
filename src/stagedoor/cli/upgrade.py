"""Takes up the Stagedoor that was just installed, while everything is served on.

Install it first (`uv pip install -U "stagedoor[platform]"` in the platform's environment), then run this. The database
moves to its version of the tables; `stagedoor migrate --help` says the way back.
"""

import json
import socket
from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output
from stagedoor.http.client import rebuild
from stagedoor.main.paths import Paths
from stagedoor.model.errors import Unavailable

EXAMPLES = ("stagedoor upgrade", "stagedoor upgrade --data /srv/stagedoor")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, default=Path("/var/lib/stagedoor"), help="data folder (/var/lib/stagedoor)"
    )


def run(options: Namespace) -> int:
    told = _ask(Paths.of(options.data).supervisor_socket)
    if "error" in told:
        raise rebuild(told["error"])
    output.show_json({"upgrading": True}) if options.json else output.say(
        "upgrading; `stagedoor status` shows the programs"
    )
    return 0


def _ask(path: Path) -> dict[str, dict[str, object]]:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(90)
            connection.connect(str(path))
            connection.sendall(b'{"upgrade": 1}\n')
            answer: dict[str, dict[str, object]] = json.loads(connection.makefile("rb").read() or b"{}")
    except OSError as error:
        raise Unavailable(
            f"no platform runs here that could be upgraded: {error.strerror}", hint="run it as root, on its machine"
        ) from None
    return answer
