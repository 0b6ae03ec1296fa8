"""What is done with output that ended its reader: read with care, without a line, or not at all. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

MAX_DEATHS = 3  # Of the reader at one piece, before that piece is taken out whole.
MAX_STRIKES = 3  # Of an application within STRIKE_S, before all of its output is taken out unread.
STRIKE_S = 3600.0


@dataclass(frozen=True, slots=True)
class Suspicion:
    """How often the reader died at the next piece of an instance, and at which lines when it went line by line."""

    deaths: int = 0
    lines: Sequence[int] = ()

    @property
    def is_proven(self) -> bool:
        """Whether it is the piece, not what else may end a program: a kill meets the same line once."""
        return bool(self.lines) or self.deaths >= MAX_DEATHS


@dataclass(frozen=True, slots=True)
class Treatment:
    """How a piece is read. `without`: lines that are taken out; `drops_all`: it is taken out unread."""

    line_by_line: bool = False
    without: Collection[int] = ()
    drops_all: bool = False


def add_death(suspicion: Suspicion, line: int) -> Suspicion:
    """`line`: the one that was marked, negative when the piece was read as a whole."""
    lines = [*suspicion.lines, line] if line >= 0 else suspicion.lines
    return Suspicion(suspicion.deaths + 1, lines)


def add_strike(strikes: Sequence[float], now: float) -> list[float]:
    return [*strikes, now][-MAX_STRIKES:]


def treat(suspicion: Suspicion, strikes: Sequence[float], now: float) -> Treatment:
    """The first death makes the reader careful, the line at which it dies then is taken out, and so on.

    An application that did it again and again is not read for a while: what it costs the others has an end.
    """
    recent = sum(now - STRIKE_S < at <= now for at in strikes)
    if recent >= MAX_STRIKES or suspicion.deaths >= MAX_DEATHS:
        return Treatment(drops_all=True)
    return Treatment(line_by_line=suspicion.deaths > 0, without=suspicion.lines)
