"""An event loop whose time goes on only when nothing is left to do: a replay takes as long as its own work.

At a pace above 0 it waits in between, so many times as long as it was: 1 is the recorded pace.
"""

import asyncio
import selectors
import threading
from collections.abc import Callable
from typing import Any

from stagedoor.runtime import readings
from stagedoor.runtime.tape import APART

_LOOK = 0.005  # Seconds between looks at what threads have done.
_BUSY, _POLLED = 1000, 0.05  # After so many turns without a pause, so many seconds have gone by.


class Arrivals:
    """What comes from outside, in the order of the recorded turns of a loop: once nothing else is left to do, or, when
    it came a few turns after the one before, as many turns after that.
    """

    def __init__(self, loop: "Loop") -> None:
        self._loop = loop
        self._waiting: dict[int, tuple[float, Callable[[], None]]] = {}
        self._recorded = self._came = 0  # The turns of the last one: recorded, and of this loop.

    def add(self, turn: int, at: float, come: Callable[[], None]) -> None:
        """`at`: the loop's time."""
        self._waiting[turn] = (at, come)

    def wait(self) -> float | None:
        """Seconds until the next one, when nothing happens before."""
        if not self._waiting:
            return None
        return max(self._waiting[min(self._waiting)][0] - self._loop.time(), 0.0)

    def is_due(self) -> bool:
        """By its turn, while the loop has more to do."""
        if not self._waiting or not self._came:
            return False
        apart = min(self._waiting) - self._recorded
        return 0 < apart < APART and self._loop.turn - self._came >= apart

    def come(self) -> None:
        """The next one does."""
        wait = self.wait() or 0.0
        self._loop.go_on(wait)
        turn = min(self._waiting)
        self._recorded, self._came = turn, self._loop.turn
        self._loop.call_soon(self._waiting.pop(turn)[1])


class _Selector(selectors.SelectSelector):
    """Asked once in each turn of the loop; what comes is called in that turn, after all that was due before."""

    loop: "Loop"
    _busy = 0  # Turns since there was nothing to do.

    def _go_on_anyway(self) -> None:
        """Who waits by asking again and again is never done."""
        if self.loop.arrivals.wait() is None:
            self.loop.advance(_POLLED)
        else:
            self.loop.arrivals.come()

    def select(self, timeout: float | None = None) -> Any:
        loop = self.loop
        loop.turn += 1
        if timeout is not None and timeout <= 0:
            self._busy += 1
            if self._busy % _BUSY == 0:
                self._go_on_anyway()
            elif loop.arrivals.is_due():
                loop.arrivals.come()
            return super().select(0)
        self._busy = 0
        wait = loop.arrivals.wait()
        if threading.active_count() > loop.threads:
            found = super().select(_LOOK)
            if wait is not None and wait <= _LOOK and (timeout is None or wait <= timeout):
                loop.arrivals.come()
            elif timeout is not None or wait is not None:
                loop.advance(min(_LOOK if timeout is None else timeout, _LOOK))
            return found
        if wait is not None and (timeout is None or wait <= timeout):
            loop.arrivals.come()
        elif timeout is None:
            return super().select(None)
        else:
            loop.go_on(timeout)
        return super().select(0)


class Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._now = 0.0
        self.pace = 0.0
        self.turn = 0
        self.arrivals = Arrivals(self)
        self.threads = threading.active_count()  # A debugger has some of its own.
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += seconds

    def go_on(self, seconds: float) -> None:
        """At the pace of the replay."""
        if self.pace and seconds:
            readings.real_sleep(seconds * self.pace)
        self.advance(seconds)

    def forget_threads(self) -> None:
        """In a fork: those of the executor are in the process that it is of."""
        self._default_executor = None
