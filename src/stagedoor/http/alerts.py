"""Alerts: what fires, what would have, and what nobody wants to hear of."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from stagedoor.control import alerts
from stagedoor.control.platform import Platform
from stagedoor.http import bodies
from stagedoor.model.access import Identity
from stagedoor.model.alert import Silence
from stagedoor.model.alert_views import AlertView, BacktestView, RuleView


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter(tags=["alerts"])
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/alerts")
    async def list_alerts(
        by: Who, application: str = "", state: str = "", limit: Annotated[int, Query(ge=1, le=1000)] = 50
    ) -> list[AlertView]:
        """What went wrong, the newest first. `state`: firing or resolved."""
        return await alerts.listed(platform, application, state, limit)

    @router.get("/v1/alerts/rules")
    async def list_rules(by: Who) -> list[RuleView]:
        """What is watched."""
        return alerts.rules()

    @router.get("/v1/alerts/test")
    async def test_rules(by: Who, application: str = "", days: int = 7) -> BacktestView:
        """How often each rule would have fired in the last days, and when: from the minutes that are stored."""
        return await alerts.test(platform, application, days)

    @router.get("/v1/alerts/{number}")
    async def show_alert(by: Who, number: int) -> AlertView:
        """One alert with its evidence: figures, example requests, releases, and what was changed before it."""
        return await alerts.one(platform, number)

    @router.get("/v1/silences")
    async def list_silences(by: Who) -> list[Silence]:
        """What nobody is told of, until when, and why."""
        return await alerts.silences(platform)

    @router.post("/v1/silences")
    async def add_silence(by: Who, wish: bodies.SilenceWish) -> Silence:
        """Tells nobody of alerts that fit, for a while; they are listed all the same. What is empty fits everything."""
        wanted = Silence(0, wish.rule, wish.application, wish.stack, wish.endpoint, 0.0, "", wish.why)
        return await alerts.silence(platform, by, wanted, wish.seconds)

    @router.delete("/v1/silences/{number}", status_code=204)
    async def end_silence(by: Who, number: int) -> None:
        """Ends a silence before its time."""
        await alerts.end_silence(platform, by, number)

    return router
