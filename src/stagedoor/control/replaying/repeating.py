"""One recording run again: whether it comes to the same, byte for byte, and what may be the cause when it does not."""

from stagedoor.control.platform import Platform
from stagedoor.control.replaying import reading, running
from stagedoor.decide.replay.compare import differences
from stagedoor.model.access import Identity
from stagedoor.model.errors import Invalid
from stagedoor.model.fault import KINDS
from stagedoor.model.names import suggest
from stagedoor.model.recording import NOT_RECORDED, Outcome, Recording
from stagedoor.model.recording_views import ReplayView, outcome_view
from stagedoor.model.replay import Job


async def repeat(
    platform: Platform, by: Identity, identifier: str, against: str = "", faults: dict[int, str] | None = None
) -> ReplayView:
    """Raises Missing, Forbidden, Invalid when it cannot be replayed, Unavailable."""
    for kind in (faults or {}).values():
        if kind not in KINDS:
            raise Invalid(f"there is no fault {kind!r}", hint=suggest(kind, KINDS))
    kept, one = await reading.read(platform, by, identifier)
    require_replayable(one)
    version = await running.version_of(platform, kept.application, against or kept.version)
    side = await running.side(platform, version, kept.stack)
    outcome = (await running.run_jobs(platform, side, [Job(one, faults or {})]))[0]
    recorded = one.outcome
    causes = [*one.causes, *(await _gone(platform, one))]
    if any(each.kind == NOT_RECORDED for each in outcome.divergences):
        causes.append("the script may keep state of earlier requests, which no recording has")
    if against and against != kept.version:
        causes.append(f"it was recorded with {kept.version}")
    return ReplayView(
        kept, version.number, outcome.is_same(recorded), outcome_view(outcome), differences(recorded, outcome),
        list(outcome.divergences), causes,
    )  # fmt: skip


def require_replayable(one: Recording) -> None:
    """Raises Invalid."""
    if one.lacking:
        raise Invalid(f"the request {one.id} is not replayable: {'; '.join(one.lacking)}", lacking=list(one.lacking))


def explain(one: Recording, outcome: Outcome) -> tuple[str, ...]:
    """Why a replay on the version that served it is not the same byte for byte; empty when it is."""
    if outcome.is_same(one.outcome):
        return ()
    if outcome.failed:
        return (outcome.failed,)
    if any(each.kind == NOT_RECORDED for each in outcome.divergences):
        return (*one.causes, "it asks what it had kept from an earlier request")
    return tuple(one.causes) or ("nothing that is known",)


async def _gone(platform: Platform, one: Recording) -> list[str]:
    known = {service.name for service in await platform.store.services()}
    missing = sorted({call.service for call in one.calls} - known)
    return [f"the catalogue has no service {name} any more" for name in missing]
