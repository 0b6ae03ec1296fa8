"""What control keeps of the calls that it makes for people: manifests, counts, and what was noted of late."""

from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

NOTE_INTERVAL_S = 60.0
MAX_NOTES = 60  # Of one caller in that time.
_MAX_KEPT = 1000


@dataclass(frozen=True, slots=True)
class ToldManifest:
    """Of the manifest that `stagedoor dev` runs: whose it is, what it calls, and until when that holds."""

    team: str
    services: tuple[str, ...]
    until: float


@dataclass(slots=True)
class Calling:
    """Of this process: manifests that `dev` told, counts of calls, and what was noted of late."""

    manifests: OrderedDict[tuple[str, str], ToldManifest] = field(default_factory=OrderedDict)
    in_flight: Counter[str] = field(default_factory=Counter)
    second: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    notes_since: float = float("-inf")
    noted: OrderedDict[tuple[str, ...], tuple[float, int]] = field(default_factory=OrderedDict)

    def keep(self, key: tuple[str, str], told: ToldManifest) -> None:
        """Keeps a manifest by (who told it, application)."""
        self.manifests[key] = told
        self.manifests.move_to_end(key)
        if len(self.manifests) > _MAX_KEPT:
            self.manifests.popitem(last=False)

    def manifest(self, key: tuple[str, str], now: float) -> ToldManifest | None:
        told = self.manifests.get(key)
        return told if told is not None and told.until > now else None

    def observe(self, now: float, key: str, caller: str) -> tuple[int, int, int, int]:
        """Returns the calls of this second and those under way, of a method and of one application's."""
        if int(now) != self.second:
            self.second = int(now)
            self.calls.clear()
        return self.calls[key], self.in_flight[key], self.calls[caller], self.in_flight[caller]

    @contextmanager
    def counted(self, *keys: str) -> Iterator[None]:
        """Counts a call by its keys for the length of a block."""
        for key in keys:
            self.calls[key] += 1
            self.in_flight[key] += 1
        try:
            yield
        finally:
            for key in keys:
                self.in_flight[key] -= 1
                if not self.in_flight[key]:
                    del self.in_flight[key]

    def spend_note(self, now: float, who: str) -> bool:
        """Whether one more activity of a caller may be written now."""
        if now - self.notes_since >= NOTE_INTERVAL_S:
            self.notes.clear()
            self.notes_since = now
        self.notes[who] += 1
        return self.notes[who] <= MAX_NOTES

    def count_note(self, now: float, who: str, what: tuple[str, ...]) -> int:
        """Returns how many calls are to be noted now; 0 while the same was noted of late, or too much of one caller."""
        key = (who, *what)
        at, count = self.noted.get(key, (float("-inf"), 0))
        due = now - at >= NOTE_INTERVAL_S and self.spend_note(now, who)
        self.noted[key] = (now, 0) if due else (at, count + 1)
        if len(self.noted) > _MAX_KEPT:
            self.noted.popitem(last=False)
        return count + 1 if due else 0
