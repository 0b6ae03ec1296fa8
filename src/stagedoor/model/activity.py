"""One line of the audit log: who changed what, when, from what to what."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Activity:
    id: int
    at: float
    by: str
    action: str
    application: str
    target: str
    before: Any
    after: Any
