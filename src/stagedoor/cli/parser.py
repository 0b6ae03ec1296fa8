"""Options of a verb, by argparse: the same for all, with examples below."""

import argparse
import sys
from difflib import get_close_matches
from typing import Any, NoReturn

from stagedoor.cli import output
from stagedoor.cli.verbs import OFFLINE
from stagedoor.model.text import escape


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Says what is wrong, and the nearest option for a typo."""
        hint = ""
        known = [option for action in self._actions for option in action.option_strings]
        for word in message.replace(":", " ").split():
            near = get_close_matches(word, known, n=1) if word.startswith("-") else []
            if near and word not in known:
                hint = f"; did you mean {near[0]}?"
        output.warn(f"{self.prog}: {escape(message)}{hint}\nsee {self.prog} --help")
        sys.exit(2)

    def _print_message(self, message: str, file: Any = None) -> None:
        """Writes help and usage as everything else is written."""
        if message:
            output.say(message, end="", flush=True)


def build(name: str, help_line: str, verb: Any) -> Parser:
    examples = "\n".join(f"  {line}" for line in verb.EXAMPLES)
    parser = Parser(
        prog=f"stagedoor {name}",
        description=(verb.__doc__ or help_line).strip(),
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verb.add_options(parser)
    actions = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not actions:
        _add_json(parser)
    if name not in OFFLINE:
        for taker in [action for one in actions for action in one.choices.values()] or [parser]:
            taker.add_argument("--context", metavar="NAME", help="speak to the platform of this context")
    return parser


def add_actions(parser: argparse.ArgumentParser) -> Any:
    """For a verb that does several things: the action is the word after it."""
    return parser.add_subparsers(dest="action", required=True, metavar="ACTION", title="actions", parser_class=Parser)


def add_action(actions: Any, name: str, text: str) -> argparse.ArgumentParser:
    added: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text, allow_abbrev=False)
    _add_json(added)
    return added


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def parse(name: str, help_line: str, verb: Any, arguments: list[str]) -> argparse.Namespace:
    return build(name, help_line, verb).parse_args(arguments)
