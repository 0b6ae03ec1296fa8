"""Signs in to a platform: tries the token, then keeps both as a context and makes it the current one.

The token is read from standard input, never from the command line.
"""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import contexts, output, session
from stagedoor.http.client import Client, normalize
from stagedoor.model.errors import Invalid
from stagedoor.model.text import quote

EXAMPLES = (
    "stagedoor login http://127.0.0.1:7070 < token-file",
    "pass show stagedoor | stagedoor login https://stagedoor.example --name prod",
)


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "url",
        nargs="?",
        default=session.DEFAULT_URL,
        help=f"address of the control API ({session.DEFAULT_URL})",
    )
    parser.add_argument("--name", default="", help="name of the context (host and port of the address)")
    parser.add_argument("--ca", type=Path, help="file with the authority of its certificate, when no one else knows it")


def run(options: Namespace) -> int:
    url = normalize(options.url)
    name = contexts.check_login(url, options.name)
    token = _read_token()
    if not token:
        raise Invalid("no token was given", hint="give it on standard input")
    ca = str(options.ca.resolve()) if options.ca else ""
    who = Client(url, token, ca, quote).get("whoami")
    context = contexts.remember_login(url, token, ca, name)
    if options.json:
        output.show_json({"url": url, "context": context.name, **who})
    else:
        team = f" of {who['team']}" if who["team"] else ""
        output.say(f"{who['name']}, {who['role']}{team}, at {url}; the context {context.name} is current")
    return 0


def _read_token() -> str:
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass("token: ").strip()
    return sys.stdin.readline().strip()
