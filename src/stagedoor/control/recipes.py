"""Ready-made questions for traces."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """`query` is a filter of records of a `kind`, request or call; `order` newest or slowest; it looks `seconds` back.

    {names} are asked for.
    """

    name: str
    title: str
    query: str
    order: str = "newest"
    seconds: int = 86_400
    kind: str = "request"


RECIPES = (
    Recipe("slowest", "The slowest of today", 'application != ""', "slowest"),
    Recipe(
        "errors", "Errors of a version", 'application == "{application}" && version == "{version}" && status >= 500'
    ),
    Recipe("member", "A member's last hour", 'member == "{member}"', seconds=3600),
    Recipe("device", "A device's last hour", 'device == "{device}"', seconds=3600),
    Recipe("degraded", "Answers with a fallback", 'degraded != ""'),
    Recipe("retried", "Tried again by the edge", "retries > 0"),
    Recipe("queued", "Waited for an instance", "queue > 0ms", "slowest"),
    Recipe("breaker", "Calls that hit a breaker", 'refused == "breaker"', kind="call"),
    Recipe("throttled", "Calls that a limit refused", 'refused != "" && refused != "breaker"', kind="call"),
    Recipe("refused", "Refused before a script saw them", 'instance == "" && status >= 400'),
)
