"""What a rule says of an endpoint, or of something else that can be in trouble."""

from dataclasses import dataclass, field
from typing import Any

ERRORS, LATENCY, TRAFFIC, BURN = "errors", "latency", "traffic", "burn"
CRASH_LOOP, MEMORY, BREAKER, CERTIFICATE = "crash-loop", "memory", "breaker", "certificate"
SAVED = "saved"
BY_MINUTES = (ERRORS, LATENCY, TRAFFIC, BURN)

RULES = {
    ERRORS: "errors of an endpoint against its own last hour and the same time of earlier days",
    LATENCY: "p50 and p99 of an endpoint against its own last hour",
    TRAFFIC: "requests of an endpoint against what is expected at this time, too few and too many",
    BURN: "how fast an endpoint uses up the errors that its objective allows",
    CRASH_LOOP: "instances of one deployment that die again and again",
    MEMORY: "an instance whose memory is full soon, as its growth says",
    BREAKER: "a breaker of a service's method that is open",
    CERTIFICATE: "a certificate of the platform that ends soon",
    SAVED: "a saved query whose figure passes its bound",
}


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What an alert is about. `endpoint` is one of an application, or the name of what else is in trouble."""

    rule: str
    application: str
    stack: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """It is bad now, and why. `figures`: what was seen, and what it was held against, by names that say their unit.

    `sure`: one look is enough to fire.
    """

    subject: Subject
    version: str
    reason: str
    figures: dict[str, Any] = field(default_factory=dict)
    sure: bool = True
