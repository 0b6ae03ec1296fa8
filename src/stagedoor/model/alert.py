"""An alert: something is bad since then, why, and what is known of it. A silence: who wants to hear nothing of it."""

from dataclasses import dataclass, field
from typing import Any

FIRING, RESOLVED = "firing", "resolved"


@dataclass(frozen=True, slots=True)
class Alert:
    """Times in seconds since the epoch; `ended` 0 while it fires. `times`: how often it came back and was folded in.

    `evidence`: `figures` now and before, ids of `requests` as examples, the `releases` in effect, and the `activities`
    that came before it.
    """

    id: int
    rule: str
    application: str
    stack: str
    endpoint: str
    version: str
    state: str
    began: float
    ended: float
    times: int
    reason: str
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Silence:
    """What is empty fits everything. Alerts go on and are listed; nobody is told of them until then."""

    id: int
    rule: str
    application: str
    stack: str
    endpoint: str
    until: float
    by: str
    why: str

    def fits(self, alert: Alert, now: float) -> bool:
        pairs = (
            (self.rule, alert.rule), (self.application, alert.application), (self.stack, alert.stack),
            (self.endpoint, alert.endpoint),
        )  # fmt: skip
        return now < self.until and all(wanted in ("", had) for wanted, had in pairs)
