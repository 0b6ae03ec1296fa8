"""Ends a telemetry that hangs: it is started again, and knows by a mark what it was doing (`aside`)."""

import faulthandler

MAX_ROUND_S = 120


class Watchdog:
    """A thread outside the interpreter, which acts even when no Python can run. What it ends is told on stderr."""

    def feed(self) -> None:
        """Gives the round that begins its time."""
        faulthandler.dump_traceback_later(MAX_ROUND_S, exit=True)

    def stop(self) -> None:
        faulthandler.cancel_dump_traceback_later()
