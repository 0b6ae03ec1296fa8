"""Stretches of time as people say them: 15m, 2h, 7d."""

import time

from stagedoor.model.errors import Invalid
from stagedoor.model.quantity import parse_time


def seconds(text: str) -> float:
    """Raises Invalid."""
    try:
        return parse_time(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is no time: it is {error}") from None


def since(text: str) -> float:
    """The time so long ago, in seconds since the epoch; 0 for nothing said."""
    return time.time() - seconds(text) if text else 0.0
