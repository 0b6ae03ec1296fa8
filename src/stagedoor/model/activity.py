"""One line of the audit log: who changed what, when, from what to what.

Activities are a chain (Schneier and Kelsey, "Secure audit logs to support computer forensics", 1999, without its
keys): the hash of each covers its content and the hash before it. So whoever changes, takes out, adds or swaps one has
to write all that follow anew, and then a hash that was noted elsewhere is no longer among them.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

FIRST = "0" * 64  # What the first of all builds on.


@dataclass(frozen=True, slots=True)
class Activity:
    """`at` in seconds since the epoch. `hash`: SHA-256 in hexadecimal digits, see `chain`."""

    id: int
    at: float
    by: str
    action: str
    application: str
    target: str
    before: Any
    after: Any
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """Which activities; what is empty or 0 does not count. Times in seconds since the epoch, `until` excluded.

    `target` and `text` are parts of words, small or capital: of what was changed; of anything that was said.
    `below`: only those with a lower number, to go on where a page ended.
    """

    application: str = ""
    by: str = ""
    action: str = ""
    target: str = ""
    text: str = ""
    since: float = 0.0
    until: float = 0.0
    below: int = 0


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain, as the store keeps it beside the activities."""

    id: int = 0
    hash: str = FIRST


@dataclass(frozen=True, slots=True)
class Verification:
    """How far the chain holds. `problem` is empty when it holds to its end, otherwise it says what does not fit.

    `verified` activities fit, from the one at `first_at` to that at `last_at`; `head` is the hash of the last of them.
    `broken` is the number of the first that does not fit, 0 for none.
    """

    verified: int
    first_at: float
    last_at: float
    head: str
    broken: int
    problem: str


def chain(previous: str, one: Activity) -> str:
    """The hash that `one` must have after an activity with the hash `previous`."""
    # As every store gives it back: tuples are lists there, and keys are texts.
    said = json.loads(json.dumps([one.before, one.after]))
    content = [one.id, float(one.at), one.by, one.action, one.application, one.target, *said]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


class Chain:
    """Follows activities in their order, as many at a time as there are."""

    def __init__(self, wanted: str = "") -> None:
        """`wanted`: a head that was noted earlier, which must be met on the way."""
        self._wanted = wanted
        self._met = wanted in ("", FIRST)
        self._verified, self._first, self._last = 0, 0.0, 0.0
        self._head, self._broken = FIRST, 0

    @property
    def is_broken(self) -> bool:
        return bool(self._broken)

    def follow(self, found: list[Activity]) -> None:
        for one in found:
            if one.hash != chain(self._head, one):
                self._broken = one.id
                return
            self._head, self._last = one.hash, one.at
            self._first = self._first if self._verified else one.at
            self._verified += 1
            self._met = self._met or one.hash == self._wanted

    def verdict(self, kept: Head) -> Verification:
        """`kept`: the end of the chain that the store knows of."""
        return Verification(self._verified, self._first, self._last, self._head, self._broken, self._problem(kept))

    def _problem(self, kept: Head) -> str:
        if self._broken:
            return (
                f"activity {self._broken} does not fit the one before it: it was changed, or one before it was taken "
                "out, added or moved"
            )
        if kept.hash != self._head:
            return f"the last activities are missing: the chain went on to number {kept.id}"
        if not self._met:
            return (
                "the head that was noted is not part of the chain: it was cut at its end since, or wholly written anew"
            )
        return ""
