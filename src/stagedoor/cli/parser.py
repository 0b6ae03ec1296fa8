"""Options of a verb, by argparse: the same for all, with examples below."""

import argparse
import sys
from difflib import get_close_matches
from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Says what is wrong, and the nearest option for a typo."""
        hint = ""
        known = [option for action in self._actions for option in action.option_strings]
        for word in message.split():
            near = get_close_matches(word, known, n=1) if word.startswith("-") else []
            if near and word not in known:
                hint = f"; did you mean {near[0]}?"
        print(f"{self.prog}: {message}{hint}\nsee {self.prog} --help", file=sys.stderr)
        sys.exit(2)


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
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def parse(name: str, help_line: str, verb: Any, arguments: list[str]) -> argparse.Namespace:
    return build(name, help_line, verb).parse_args(arguments)
