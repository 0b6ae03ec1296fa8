"""What scripts tried against the platform, as telemetry saw it: an activity for operators, once for each attempt."""

from collections.abc import Set
from typing import Any, NamedTuple

from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change

_FORGED = "it wrote a line as if the platform had"
_STALE = "it called on a connection that began before the present holder of its slot"


class Attempt(NamedTuple):
    """Something that no script does by mistake. `target` is the instance or the version."""

    noticed_by: str
    what: str
    application: str
    target: str
    reason: str


async def note(platform: Platform, noted: Set[Attempt]) -> set[Attempt]:
    """Writes down the attempts that are not among `noted`. Returns all that telemetry knows of. Raises Failure."""
    attempts = await _list_attempts(platform, await platform.records.ask("health"))
    for attempt in attempts:
        if attempt not in noted:
            after = {"reason": attempt.reason}
            change = Change(attempt.noticed_by, attempt.what, attempt.application, attempt.target, None, after)
            await platform.store.note(change)
    return set(attempts)


async def _list_attempts(platform: Platform, health: dict[str, Any]) -> list[Attempt]:
    rings, lines = health["rings_refused"], health["forged_lines"]
    applications = {one["id"]: one["application"] for one in await platform.engine.instances()} if rings else {}
    return [
        *(Attempt("telemetry", "ring_refused", applications.get(name, ""), name, why) for name, why in rings.items()),
        *(Attempt("logs", "line_forged", application, name, _FORGED) for name, application in lines.items()),
        *(Attempt("egress", "call_refused", who.partition("@")[0], who, _STALE) for who in health["stale_calls"]),
    ]
