"""A failure that somebody asked for: to see, before it happens by itself, what a script makes of it.

Never without an end: it has a time, and it ends earlier when more of the application's requests fail than its budget
allows.
"""

from dataclasses import dataclass

from stagedoor.model.errors import Invalid
from stagedoor.model.names import suggest

KINDS = ("delay", "error", "empty", "malformed", "cut")
_LONGEST = 86_400.0
_LONGEST_DELAY = 60_000


@dataclass(frozen=True, slots=True)
class Fault:
    """`value` is the delay in milliseconds, or the status of an error. `share` of the calls, 0 to 1.

    `application` and `device` narrow it, empty: all. `budget` is the share of an application's requests that may fail.
    """

    id: str
    method: str
    kind: str
    value: int
    share: float
    application: str
    device: str
    budget: float
    until: float
    by: str
    at: float

    def check(self) -> None:
        """Raises Invalid."""
        if self.kind not in KINDS:
            raise Invalid(f"there is no fault {self.kind!r}", hint=suggest(self.kind, KINDS))
        rules = (
            ("share", self.share, 0 < self.share <= 1, "above 0% and at most 100%"),
            ("budget", self.budget, 0 < self.budget <= 1, "above 0% and at most 100%"),
            ("time", self.until - self.at, 0 < self.until - self.at <= _LONGEST, "above 0 and at most 24h"),
            ("delay", self.value, self.kind != "delay" or 0 < self.value <= _LONGEST_DELAY, "above 0 and at most 60s"),
            ("status", self.value, self.kind != "error" or 400 <= self.value <= 599, "400 to 599"),
        )
        for name, value, holds, allowed in rules:
            if not holds:
                raise Invalid(f"the {name} of a fault cannot be {value!r}", hint=f"it is {allowed}")
        if not all(char.isalnum() or char in "-_." for char in self.device):
            raise Invalid(f"{self.device!r} is no device type")
