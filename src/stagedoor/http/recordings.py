"""Recordings, and what is done with them: run again, compared between versions, made to fail."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from stagedoor.control.platform import Platform
from stagedoor.control.replaying import comparing, failing, reading, repeating, shadowing
from stagedoor.http import bodies
from stagedoor.model.access import Identity
from stagedoor.model.comparison import Accepted
from stagedoor.model.names import PROD, check_stack
from stagedoor.model.recording import Kept
from stagedoor.model.recording_views import FailureReport, RecordingView, ReplayView, ReportView
from stagedoor.model.shadow import Shadow


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter(tags=["recordings"])
    _add_recordings(router, platform, Annotated[Identity, Depends(who)])
    _add_reports(router, platform, Annotated[Identity, Depends(who)])
    _add_shadows(router, platform, Annotated[Identity, Depends(who)])
    return router


def _add_recordings(router: APIRouter, platform: Platform, Who: Any) -> None:
    @router.get("/v1/recordings")
    async def list_recordings(by: Who, wanted: Annotated[bodies.RecordingsWish, Query()]) -> list[Kept]:
        """Requests that were recorded, the newest first; what they hold is shown one by one."""
        said = {name: str(value).lower() if value is True else str(value) for name, value in wanted if value}
        return await reading.find(platform, **said)

    @router.get("/v1/recordings/{id}")
    async def get_recording(by: Who, id: str) -> RecordingView:
        """A request with every API answer it saw, for who may change its application."""
        return await reading.view(platform, by, id)

    @router.post("/v1/recordings/{id}/replay")
    async def replay_recording(by: Who, id: str, wish: bodies.ReplayWish) -> ReplayView:
        """Runs it again, on the version that served it or another one. No service is asked anything."""
        return await repeating.repeat(platform, by, id, wish.against, wish.faults)

    @router.post("/v1/recordings/{id}/failures")
    async def fail_recording(by: Who, id: str, wish: bodies.FailureWish) -> FailureReport:
        """Lets each of its calls fail in each way, in turn: where is a fallback missing?"""
        return await failing.rehearse(platform, by, id, wish.against, wish.kinds)

    @router.get("/v1/applications/{application}/versions/{number}/source", response_class=Response)
    async def get_source(by: Who, application: str, number: str) -> Response:
        """What a version was made of, for who may change it: a gzipped tar."""
        content = await reading.source(platform, by, application, number)
        return Response(content, media_type="application/gzip")


def _add_reports(router: APIRouter, platform: Platform, Who: Any) -> None:
    @router.post("/v1/applications/{application}/replays")
    async def compare_versions(by: Who, application: str, wish: bodies.CompareWish) -> ReportView:
        """Runs recorded requests with a new version, and twice with the one that served them."""
        wanted = comparing.Wish(
            wish.against, wish.version, check_stack(wish.stack), wish.seconds, wish.endpoint, wish.limit
        )
        return await comparing.compare(platform, by, application, wanted)

    @router.get("/v1/replays")
    async def list_replays(
        by: Who, application: str = "", limit: Annotated[int, Query(ge=1, le=50)] = 20
    ) -> list[ReportView]:
        """Reports of replays and shadows, the newest first, of what one may change: they show parts of answers."""
        return await reading.reports(platform, by, application, limit)

    @router.get("/v1/replays/{number}")
    async def get_replay(by: Who, number: int) -> ReportView:
        """One report: differences by endpoint and place, which are new, with examples."""
        return await reading.report(platform, by, number)

    @router.get("/v1/applications/{application}/differences")
    async def list_accepted(by: Who, application: str) -> list[Accepted]:
        """Differences that somebody wants, with who and why."""
        return await platform.store.accepted(application)

    @router.put("/v1/applications/{application}/differences")
    async def accept_difference(by: Who, application: str, wish: bodies.AcceptWish) -> list[Accepted]:
        """This difference is wanted: no report calls it new from now on."""
        wanted = Accepted(application, wish.endpoint, wish.place, wish.kind, "", wish.why, 0.0)
        return await comparing.accept(platform, by, wanted)

    @router.post("/v1/applications/{application}/differences/retract")
    async def retract_difference(by: Who, application: str, wish: bodies.AcceptWish) -> list[Accepted]:
        """It is not wanted any more."""
        wanted = Accepted(application, wish.endpoint, wish.place, wish.kind, "", wish.why, 0.0)
        return await comparing.retract(platform, by, wanted)


def _add_shadows(router: APIRouter, platform: Platform, Who: Any) -> None:
    @router.get("/v1/shadows")
    async def list_shadows(by: Who) -> list[Shadow]:
        """Versions that answer again what was answered already."""
        return await platform.store.shadows()

    @router.put("/v1/applications/{application}/shadow")
    async def begin_shadow(by: Who, application: str, wish: bodies.ShadowWish) -> Shadow:
        """A share of recorded requests goes to a version nobody depends on, after the answer; its writes go nowhere."""
        wanted = shadowing.Wish(wish.version, check_stack(wish.stack), wish.share, wish.seconds, wish.live)
        return await shadowing.begin(platform, by, application, wanted)

    @router.delete("/v1/applications/{application}/shadow", status_code=204)
    async def end_shadow(by: Who, application: str, stack: str = PROD) -> None:
        """It ends; its report stays."""
        await shadowing.end(platform, by, application, check_stack(stack))
