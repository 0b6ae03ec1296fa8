"""What a pipeline will do with a version, stage by stage, and why: what `explain` says and what is then done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stagedoor.model.manifest import Manifest
from stagedoor.model.names import PROD, TEST
from stagedoor.model.pipeline import APPROVAL, CHECKS, COMMAND, HOURS, REHEARSAL, REPLAY, SMOKE, Pipeline, opens
from stagedoor.model.quantity import say_time


@dataclass(frozen=True, slots=True)
class Stage:
    """`does` is what happens, `why` what it is good for; `waits`: until somebody or the time lets it go on."""

    name: str
    does: str
    why: str
    waits: bool = False


def stages(pipeline: Pipeline, upto: str) -> tuple[str, ...]:
    """Those on the way to a stack: what comes after `test` is for prod, but for what asks the version there."""
    if upto == PROD:
        return pipeline.stages if PROD in pipeline.stages else (*pipeline.stages, PROD)
    before = [one for one in pipeline.stages if one in (CHECKS, TEST, SMOKE, REHEARSAL, COMMAND)]
    return tuple(before) if TEST in before else (*before, TEST)


def explain(manifest: Manifest, upto: str, now: float, first: bool, endpoints: Sequence[str]) -> list[Stage]:
    """`first`: the line has no release in prod yet. `endpoints`: paths that a smoke test asks."""
    return [_stage(name, manifest, now, first, endpoints) for name in stages(manifest.pipeline, upto)]


def _stage(name: str, manifest: Manifest, now: float, first: bool, endpoints: Sequence[str]) -> Stage:
    pipeline = manifest.pipeline
    asked = f"asks {', '.join(endpoints[:5])}"
    said: dict[str, tuple[str, str]] = {
        CHECKS: ("starts it in a sandbox and runs its tests", "a version that fails them does not exist"),
        TEST: ("releases it in test, all at once", "it is tried where nobody depends on it"),
        SMOKE: (f"{asked} in test, through the edge", "the real path, before prod"),
        REPLAY: (
            "runs what prod recorded of late with it and with what serves now, no service is asked",
            "a request that fails with it fails before anybody asks",
        ),
        REHEARSAL: ("lets each call of each endpoint fail in turn", "a fallback that is missing is found before prod"),
        COMMAND: (f"runs {' '.join(pipeline.command)} in a sandbox", "a check of the team's own"),
        APPROVAL: (
            f"waits up to {say_time(pipeline.patience)} for somebody of {pipeline.approvers or manifest.team}",
            "two people know of it",
        ),
        HOURS: (_hours(pipeline, now), "people are there who can help"),
        PROD: (_prod(manifest, first, now), "it proves itself on real traffic before people depend on it"),
    }
    does, why = said[name]
    return Stage(name, does, why, name in (APPROVAL, HOURS))


def _hours(pipeline: Pipeline, now: float) -> str:
    at, reason = opens(pipeline, now)
    if not reason:
        return f"goes on, since prod may change now ({', '.join(pipeline.hours)})"
    return f"waits: {reason}; " + ("never within a year" if at < 0 else f"next on {_say(pipeline, at)}")


def _say(pipeline: Pipeline, at: float) -> str:
    return datetime.fromtimestamp(at, pipeline.clock()).strftime("%a %d %b %H:%M ") + pipeline.zone


def _prod(manifest: Manifest, first: bool, now: float) -> str:
    how = "all at once: the line's first release has nothing beside it" if first else manifest.strategy.describe()
    _, reason = opens(manifest.pipeline, now)
    return f"{how} (refused now: {reason})" if reason and HOURS not in manifest.pipeline.stages else how
