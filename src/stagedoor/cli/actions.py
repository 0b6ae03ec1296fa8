"""Verbs whose actions ask the platform and show the answer, in words or as JSON."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from typing import Any

from stagedoor.cli import output, session
from stagedoor.http.client import Client

Ask = Callable[[Client, Namespace], Any]
Show = Callable[[Any], None]


def run(known: Mapping[str, tuple[Ask, Show]], options: Namespace) -> int:
    """By action: what it asks, and how the answer is shown."""
    ask, show = known[options.action]
    told = ask(session.connect(), options)
    if options.json:
        output.show_json(told)
    else:
        show(told)
    return 0
