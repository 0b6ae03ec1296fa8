"""Serves the application in the folder, in the same kind of sandbox as in production, and again after each change."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from stagedoor.cli import output, session
from stagedoor.main import dev
from stagedoor.model.names import check_stack
from stagedoor.model.text import escape

EXAMPLES = ("stagedoor dev", "stagedoor dev ./tv-home --port 9000", "stagedoor dev --debug")


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", default=".", type=Path, help="folder with stagedoor.toml (here)")
    parser.add_argument("--port", type=int, default=8000, help="port on loopback, 0 for any (8000)")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path("/var/lib/stagedoor/dev"),
        help="folder for layers (/var/lib/stagedoor/dev)",
    )

    parser.add_argument("--stack", default="test", help="whose services are called: test (the default) or prod")
    parser.add_argument(
        "--debug", nargs="?", type=int, const=5678, metavar="PORT", help="wait for a debugger on PORT (5678)"
    )

    parser.add_argument(
        "--plain",
        action="store_true",
        help="without a sandbox: a process like any other of yours",
    )


def run(options: Namespace) -> int:
    def say(line: dict[str, object], text: str) -> None:
        if options.json:
            output.show_json(line)
        else:
            output.say(text, flush=True)

    def show_line(text: str) -> None:
        output.say(escape(text), flush=True)

    def warn(text: str) -> None:
        output.show_block(text, error=True)

    context = session.resolve()
    return dev.serve(
        dev.Options(
            options.folder.resolve(), options.port, options.data, context.url, context.token, context.ca,
            check_stack(options.stack), options.debug, options.plain, say, show_line, warn,
        )
    )  # fmt: skip
