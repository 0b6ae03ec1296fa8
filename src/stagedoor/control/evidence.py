"""What is put beside an alert when it fires, so that nobody has to look for it first."""

from typing import Any

from stagedoor.control.platform import Platform
from stagedoor.decide.alert.verdict import BURN, ERRORS, LATENCY, Verdict
from stagedoor.model.activity import Search
from stagedoor.model.alert import Alert

_EXAMPLES = 5
_LOOK_BACK = 500
_BEFORE = 5
_NO_CAUSE = ("death", "webhook failed", "silence", "end silence")


async def gather(platform: Platform, alert: Alert, verdict: Verdict, since: float) -> dict[str, Any]:
    """Figures now and before, ids of example requests, releases in effect, the activities that came before `since`."""
    return {
        "figures": verdict.figures,
        "requests": await _examples(platform, alert),
        "releases": await _releases(platform, alert),
        "activities": await _before(platform, alert, since),
    }


async def _examples(platform: Platform, alert: Alert) -> list[str]:
    """Ids: failed ones for errors, the slowest for latency, the newest for the rest."""
    if not alert.application or alert.rule not in (ERRORS, BURN, LATENCY):
        return []
    filters = {"kind": "request", "application": alert.application, "stack": alert.stack}
    filters |= {"status": "5xx"} if alert.rule in (ERRORS, BURN) else {}
    limit = _LOOK_BACK if alert.rule == LATENCY else _EXAMPLES
    found = [record async for record in platform.records.read(filters, limit, follow=False)]
    if alert.rule == LATENCY:
        found.sort(key=lambda record: -float(record.get("total_ms", 0)))
    return [str(record.get("id", "")) for record in found[:_EXAMPLES]]


async def _releases(platform: Platform, alert: Alert) -> list[dict[str, Any]]:
    world = await platform.store.world()
    return [
        {
            "line": f"^{major}", "stack": stack, "release": one.number, "version": one.version, "by": one.made_by,
            "at": one.made_at,
        }
        for (application, major, stack), one in sorted(world.current.items())
        if application == alert.application and stack == alert.stack
    ]  # fmt: skip


async def _before(platform: Platform, alert: Alert, since: float) -> list[dict[str, Any]]:
    """What was changed. Deaths follow from that, and would take its place."""
    found = await platform.store.activities(Search(alert.application, until=since), _LOOK_BACK)
    found = [one for one in found if one.action not in _NO_CAUSE][:_BEFORE]
    return [{"id": one.id, "at": one.at, "by": one.by, "action": one.action, "target": one.target} for one in found]
