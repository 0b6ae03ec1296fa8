"""Makes a link to the console that signs in once, and opens it in the browser."""

import os
from argparse import ArgumentParser, Namespace

from stagedoor.cli import output, session
from stagedoor.http.client import Client

EXAMPLES = ("stagedoor open", "stagedoor open --print", "stagedoor open tv-home")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("application", nargs="?", default="", help="open at this application")
    parser.add_argument("--print", action="store_true", help="print the link, open nothing")


def run(options: Namespace) -> int:
    url = link(session.connect(), session.resolve().url, options.application)
    if options.json:
        output.show_json({"url": url})
        return 0
    shown = options.print or not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if not shown:
        import webbrowser

        shown = not webbrowser.open(url)
    output.say(f"{url}\nit signs in once, within some minutes" if shown else "opened in the browser")
    return 0


def link(client: Client, url: str, application: str = "") -> str:
    """A one-time link for the holder of the client's token."""
    path = client.post("logins")["path"]
    page = f"?to=/applications/{application}" if application else ""
    return url.rstrip("/") + str(path).replace("#", f"{page}#", 1)
