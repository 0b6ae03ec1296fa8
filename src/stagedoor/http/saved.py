"""Saved queries: charts and alerts of people's own."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from stagedoor.control import alerts, saved
from stagedoor.control.platform import Platform
from stagedoor.http import bodies
from stagedoor.model.access import Identity
from stagedoor.model.alert_views import SavedTestView
from stagedoor.model.saved import SavedQuery
from stagedoor.model.telemetry_views import Window


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter(tags=["insight"])
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/saved")
    async def list_saved(by: Who) -> list[SavedQuery]:
        """Queries that were saved as charts and alerts, by name."""
        return await saved.listed(platform)

    @router.put("/v1/saved/{name}")
    async def save(by: Who, name: str, wish: bodies.SavedWish) -> SavedQuery:
        """Saves a query with figures as a chart; with a bound, as an alert too. In the place of one of that name."""
        wanted = SavedQuery(name, wish.kind, wish.query, wish.application, wish.bound)
        return await saved.save(platform, by, wanted)

    @router.get("/v1/saved/{name}/windows")
    async def chart_saved(by: Who, name: str, since: float = 0, until: float = 0) -> list[Window]:
        """Its windows, of what is stored: from before it was saved as well. The last day when nothing is said."""
        return await saved.windows(platform, name, since, until)

    @router.get("/v1/saved/{name}/test")
    async def test_saved(by: Who, name: str, days: Annotated[int, Query(ge=1, le=7)] = 7) -> SavedTestView:
        """How often its alert would have fired in the last days, and when."""
        looked, alarms = await saved.test(platform, name, days)
        return SavedTestView(looked, sum(one.times for one in alarms), [alerts.firing(one) for one in alarms])

    @router.delete("/v1/saved/{name}", status_code=204)
    async def remove_saved(by: Who, name: str) -> None:
        """Removes it; an alert of it that fires has an end."""
        await saved.remove(platform, by, name)

    return router
