"""What if a call had failed? Each call of a recording fails in each way, in turn, and the answer is judged."""

from collections.abc import Sequence

from stagedoor.control.platform import Platform
from stagedoor.control.replaying import reading, repeating, running
from stagedoor.decide import fallback as decide
from stagedoor.model.access import Identity
from stagedoor.model.errors import Invalid
from stagedoor.model.fault import KINDS
from stagedoor.model.names import suggest
from stagedoor.model.recording import Outcome, Recording
from stagedoor.model.recording_views import FailureReport, FailureTrial
from stagedoor.model.replay import Job

_MOST = 400


async def rehearse(
    platform: Platform, by: Identity, identifier: str, against: str = "", kinds: Sequence[str] = ()
) -> FailureReport:
    """Raises Missing, Forbidden, Invalid, Unavailable."""
    for kind in kinds:
        if kind not in KINDS:
            raise Invalid(f"there is no fault {kind!r}", hint=suggest(kind, KINDS))
    began = platform.clock()
    kept, one = await reading.read(platform, by, identifier)
    repeating.require_replayable(one)
    version = await running.version_of(platform, kept.application, against or kept.version)
    side = await running.side(platform, version, kept.stack)
    wanted = [(number, kind) for number in _firsts(one) for kind in kinds or KINDS][:_MOST]
    outcomes = await running.run_jobs(platform, side, [Job(one, {number: kind}) for number, kind in wanted])
    limit = float(side.boot["request_timeout"])
    trials = [
        _trial(one, kept.endpoint, number, kind, outcome, limit)
        for (number, kind), outcome in zip(wanted, outcomes, strict=False)
    ]
    missing = list(dict.fromkeys(f"{each.call}: {each.found}" for each in trials if not each.stands))
    took = platform.clock() - began
    return FailureReport(kept.application, version.number, 1, took, trials, missing)


def _firsts(one: Recording) -> list[int]:
    """The calls, what was asked twice once."""
    seen: dict[tuple[str, str, bytes], int] = {}
    for number, call in enumerate(one.calls):
        seen.setdefault((call.service, call.verb, call.target), number)
    return list(seen.values())


def _trial(one: Recording, endpoint: str, number: int, kind: str, outcome: Outcome, limit: float) -> FailureTrial:
    call = one.calls[number]
    name = f"{call.service} {call.verb} {call.target.partition(b'?')[0].decode('latin-1')}"
    stands, found = decide.judge(outcome.status, ", ".join(outcome.degraded), outcome.took, limit)
    if outcome.failed:
        stands, found = False, outcome.failed
    return FailureTrial(one.id, endpoint, name, number, kind, stands, found, outcome.status, outcome.took)
