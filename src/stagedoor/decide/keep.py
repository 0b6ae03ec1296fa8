"""Which requests are kept, and why. Every request is looked at whole, some seconds after its end, with its calls.

A reason is a filter over a request and what its calls came to; the first that fits is the reason. Of each reason only
so many a second are kept of one endpoint, and each of those stands for as many as it is one of: its weight.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zlib import crc32

from stagedoor.model.filters import check, python
from stagedoor.model.filters.check import Filter
from stagedoor.model.filters.fields import DURATION, NUMBER, REQUEST, TRUTH, Field, Schema
from stagedoor.model.filters.python import ATTRIBUTES, Reading

SHARE = "share"
HOLD = 2.0
SLOW_SHARE, SLOW_SAMPLE = 0.99, 200

JUDGED: Schema = REQUEST | {
    "calls.retried": Field(NUMBER, "calls_retried", "calls that were tried again"),
    "calls.refused": Field(NUMBER, "calls_refused", "calls that the egress refused"),
    "slow.over": Field(
        DURATION, "slow_over", "what 99 of 100 of the endpoint stay under, of late; 0 when too few came"
    ),
    "flagged": Field(TRUTH, "flagged", "a developer asked for this device's requests"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """`most`: kept a second of one endpoint."""

    name: str
    where: Filter
    most: int


def _reason(name: str, source: str, most: int) -> Reason:
    return Reason(name, check.read(source, JUDGED), most)


REASONS = (
    _reason("flagged", "flagged", 100),
    _reason("error", "status >= 500 || status <= 0", 100),
    _reason("degraded", 'degraded != ""', 50),
    _reason("retried", "retries > 0 || calls.retried > 0", 50),
    _reason("refused", "calls.refused > 0", 50),
    _reason("canary", 'cohort != ""', 50),
    _reason("slow", "slow.over > 0us && duration > slow.over", 20),
    _reason(SHARE, "true", 20),
)


MOST = {one.name: one.most for one in REASONS}


def chooser(reading: Reading = ATTRIBUTES, given: Sequence[str] = ()) -> Callable[..., str]:
    """A reason's name, of a record and, behind it, of the columns of JUDGED that are known beside it."""
    return python.compile_choice([(one.name, one.where) for one in REASONS], reading, given)


SHADOW = "shadow"
# Recordings: kept a second of one endpoint of a version; and those that are only there to be compared.
RECORDED = {"flagged": 100, "error": 5, "degraded": 2, "retried": 1, "canary": 2, "slow": 2, SHARE: 1}
COMPARED = frozenset(("canary", SHARE, SHADOW))


def is_shadowed(identifier: str, share: float) -> bool:
    """Whether a request is one of the share that a shadow answers again: the same for who keeps it and who runs it."""
    return crc32(identifier.encode()) < share * 0x100000000


def recorded(*, status: int, flagged: bool, degraded: bool, retried: bool, cohort: bool, slow: bool) -> str:
    """Why a request's recording is worth keeping, decided as its record comes: the ring holds it for seconds only."""
    if flagged:
        return "flagged"
    if status >= 500 or status <= 0:
        return "error"
    if degraded:
        return "degraded"
    if retried:
        return "retried"
    if cohort:
        return "canary"
    return "slow" if slow else SHARE
