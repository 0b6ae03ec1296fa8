"""Recordings as people ask for them."""

import msgspec

from stagedoor.control import effective
from stagedoor.control.platform import Platform
from stagedoor.model import har
from stagedoor.model.access import OPERATOR, Identity
from stagedoor.model.errors import Missing
from stagedoor.model.recording import Kept, Recording
from stagedoor.model.recording_views import RecordingView, ReportView


async def find(platform: Platform, **wanted: str) -> list[Kept]:
    """The newest first. Raises Unavailable while telemetry is away, Invalid."""
    return msgspec.convert(await platform.records.ask("recordings", **wanted), list[Kept])


async def read(platform: Platform, by: Identity, identifier: str) -> tuple[Kept, Recording]:
    """What it holds is for those who may change the application. Raises Missing, Forbidden, Invalid, Unavailable."""
    by.require_developer()
    kept = msgspec.convert(await platform.records.ask(f"recordings/{identifier}"), Kept)
    application = await platform.store.application(kept.application)
    if application is None:
        raise Missing(f"there is no application {kept.application!r} any more")
    by.require_change(application.team)
    found = await platform.records.recordings([identifier])
    return kept, found[0]


async def view(platform: Platform, by: Identity, identifier: str) -> RecordingView:
    """With what a replay elsewhere needs: the configuration that holds, and the names of secrets."""
    kept, one = await read(platform, by, identifier)
    document = har.write(
        one, application=kept.application, version=kept.version, stack=kept.stack, endpoint=kept.endpoint,
        reason=kept.reason,
    )  # fmt: skip
    version = await platform.store.version(kept.application, kept.version)
    if version is None:
        return RecordingView(kept, document, {}, [])
    configuration = await effective.of_version(platform, version, kept.stack)
    return RecordingView(kept, document, configuration.values, sorted(configuration.secrets))


async def reports(platform: Platform, by: Identity, application: str, limit: int) -> list[ReportView]:
    """Of applications that one may change, the newest first. Raises Forbidden for a viewer."""
    by.require_developer()
    mine = {
        one.name for one in (await platform.store.world()).applications if by.role == OPERATOR or one.team == by.team
    }
    return [one for one in await platform.store.reports(application, limit) if one.application in mine]


async def report(platform: Platform, by: Identity, number: int) -> ReportView:
    """Raises Missing, Forbidden."""
    by.require_developer()
    found = await platform.store.report(number)
    known = await platform.store.application(found.application) if found else None
    if found is None or known is None:
        raise Missing(f"there is no report {number}", hint="`stagedoor replay --list` shows them")
    by.require_change(known.team)
    return found


async def source(platform: Platform, by: Identity, application: str, number: str) -> bytes:
    """Of a version. Raises Missing, Forbidden."""
    by.require_developer()
    known, version = await platform.store.application(application), await platform.store.version(application, number)
    if known is None or version is None:
        raise Missing(f"{application} has no version {number}")
    by.require_change(known.team)
    return await platform.artefacts.packed(version.source)
