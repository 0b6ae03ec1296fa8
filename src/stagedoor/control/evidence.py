"""What is put beside an alert when it fires, so that nobody has to look for it first."""

import json
from typing import Any

from stagedoor.control import saved
from stagedoor.control.platform import Platform
from stagedoor.decide.alert.verdict import BURN, ERRORS, LATENCY, SAVED, Verdict
from stagedoor.model.activity import Search
from stagedoor.model.alert import Alert
from stagedoor.model.errors import Failure

_EXAMPLES = 5
_LOOK_BACK = 60.0  # Seconds before it was seen.
_MOST_ACTIVITIES = 500
_BEFORE = 5
_NO_CAUSE = ("death", "webhook failed", "silence", "end silence")


async def gather(platform: Platform, alert: Alert, verdict: Verdict, since: float) -> dict[str, Any]:
    """Figures now and before, ids of example requests, releases in effect, the activities that came before `since`."""
    return {
        "figures": verdict.figures,
        "requests": await _examples(platform, alert, verdict),
        "releases": await _releases(platform, alert),
        "activities": await _before(platform, alert, since),
    }


async def _examples(platform: Platform, alert: Alert, verdict: Verdict) -> list[str]:
    """Ids: failed ones for errors, the slowest for latency, those that a saved query counted."""
    if alert.rule == SAVED:
        return await saved.examples(platform, alert.endpoint, verdict.figures, _EXAMPLES)
    if alert.rule not in (ERRORS, BURN, LATENCY):
        return []
    named = {"application": alert.application, "stack": alert.stack, "endpoint": alert.endpoint}
    parts = [f"{name} == {json.dumps(value, ensure_ascii=False)}" for name, value in named.items()]
    parts += ["(status >= 500 || status < 0)"] if alert.rule in (ERRORS, BURN) else []
    order = "slowest" if alert.rule == LATENCY else "newest"
    since, said = str(alert.began - _LOOK_BACK), {"order": order, "limit": str(_EXAMPLES)}
    try:
        told = await platform.records.ask("history", query=" && ".join(parts), since=since, **said)
    except Failure:
        return []  # An alert without examples is better than none.
    return [str(record.get("id", "")) for record in told["records"]]


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
    found = await platform.store.activities(Search(alert.application, until=since), _MOST_ACTIVITIES)
    found = [one for one in found if one.action not in _NO_CAUSE][:_BEFORE]
    return [{"id": one.id, "at": one.at, "by": one.by, "action": one.action, "target": one.target} for one in found]
