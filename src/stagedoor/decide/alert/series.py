"""Minutes of one endpoint, of all versions together, in a form that rules can look at many times a minute.

Minutes come again as they grow, so whatever is told of a minute replaces what was known of it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from stagedoor.model import sketch
from stagedoor.model.minute import Minute

MINUTE, HOUR, DAY = 60, 3600, 86400
DAYS = 7
KEPT = 80 * MINUTE  # For which latencies are needed: an hour, and what is left between it and now.


@dataclass(slots=True)
class Cell:
    """A minute of all versions.

    `p50` and `p99` in seconds, once they were asked for.
    """

    requests: int = 0
    errors: int = 0
    latencies: Counter[int] = field(default_factory=Counter)
    p50: float = 0.0
    p99: float = 0.0

    def quantiles(self) -> tuple[float, float]:
        """(p50, p99) in seconds."""
        if not self.p50 and self.latencies:
            self.p50, self.p99 = sketch.quantile(self.latencies, 0.5), sketch.quantile(self.latencies, 0.99)
        return self.p50, self.p99


_NONE = Cell()


@dataclass(slots=True)
class Series:
    """`version` is that of the newest requests. `began`: the first minute there is; before it nothing is known."""

    version: str = ""
    began: int = 0
    cells: dict[int, Cell] = field(default_factory=dict)
    newest: int = 0
    cache: dict[str, tuple[object, object]] = field(default_factory=dict)

    def take(self, at: int, found: Iterable[Minute]) -> None:
        """All that is known of the minute that begins at `at`, by version."""
        cell, most = Cell(), 0
        for one in found:
            cell.requests += one.requests
            cell.errors += one.errors
            cell.latencies.update(one.latencies)
            if one.requests > most:
                most = one.requests
                self.version = one.version if at >= self.newest else self.version
        self.cells[at] = cell
        self.began = min(self.began or at, at)
        self.newest = max(self.newest, at)

    def forget(self, before: int) -> None:
        for at in [one for one in self.cells if one < before]:
            del self.cells[at]
        self.began = max(self.began, before)

    def lighten(self, before: int) -> None:
        """Latencies are needed for an hour alone; counts for a week."""
        at = before
        while at in self.cells and self.cells[at].latencies:
            self.cells[at].latencies = Counter()
            at -= MINUTE

    def cell(self, at: int) -> Cell:
        return self.cells.get(at, _NONE)

    def span(self, since: int, until: int) -> list[Cell]:
        """Minutes that begin in [since, until) and are known to have been; those without a request are empty."""
        cells = self.cells
        return [cells.get(at, _NONE) for at in range(max(since, self.began), until, MINUTE)]


@dataclass(frozen=True, slots=True)
class Window:
    """The newest part of a series, added up. `seconds`: how much time it covers."""

    seconds: float
    requests: int
    errors: int
    cells: tuple[Cell, ...]
    at: int

    def above(self, seconds: float) -> tuple[int, int]:
        """(requests that took longer, all), as far as records stand behind them."""
        least = sketch.bucket(int(seconds * 1e6))
        over = total = 0
        for cell in self.cells:
            total += cell.latencies.total()
            over += sum(count for bucket, count in cell.latencies.items() if bucket > least)
        return over, total

    def merged(self) -> Counter[int]:
        merged: Counter[int] = Counter()
        for cell in self.cells:
            merged.update(cell.latencies)
        return merged


def windows(now: float, series: Series, *, lag: float, least: float) -> list[Window]:
    """The present minute alone once it is `least` seconds old, and the one before with it.

    `lag`: seconds that a record takes until it is counted.
    """
    at = int(now - lag) // MINUTE * MINUTE
    elapsed = now - lag - at
    present, former = series.cell(at), series.cell(at - MINUTE)
    found = [_window(MINUTE + elapsed, (former, present), at - MINUTE)]
    if elapsed >= least:
        found.append(_window(elapsed, (present,), at))
    return found


def _window(seconds: float, cells: tuple[Cell, ...], at: int) -> Window:
    requests, errors = sum(one.requests for one in cells), sum(one.errors for one in cells)
    return Window(seconds, requests, errors, cells, at)
