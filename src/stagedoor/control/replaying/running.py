"""Runs recordings on a version: in containers without a way out, those of one instance together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stagedoor.control import deployments, effective, modest
from stagedoor.control.platform import Platform
from stagedoor.model.configuration import Configuration
from stagedoor.model.deployment import Sandbox
from stagedoor.model.errors import Missing
from stagedoor.model.manifest import build as build_manifest
from stagedoor.model.names import suggest
from stagedoor.model.recording import Outcome, Recording
from stagedoor.model.redaction import Redaction
from stagedoor.model.replay import Job, Replay
from stagedoor.model.version import Version

_BYTES_AT_ONCE = 16_000_000
_AT_ONCE = 100  # Recordings that are sent to node together.


@dataclass(frozen=True, slots=True)
class Side:
    """A version as it is run again: with the configuration of a stack, and names in the place of its secrets."""

    version: Version
    sandbox: Sandbox
    boot: dict[str, Any]
    redaction: Redaction


async def version_of(platform: Platform, application: str, number: str) -> Version:
    """Raises Missing."""
    found = await platform.store.version(application, number)
    if found is None:
        known = [one.number for one in await platform.store.versions(application)]
        hint = suggest(number, known) or "it was forgotten; `stagedoor replay --against` runs another one"
        raise Missing(f"{application} has no version {number}", hint=hint)
    return found


async def side(platform: Platform, version: Version, stack: str) -> Side:
    manifest = build_manifest(version.manifest)
    configuration: Configuration = await effective.of_version(platform, version, stack)
    sandbox = await platform.artefacts.sandbox(version.source, version.layer, version.python, manifest)
    boot = deployments.boot(platform, version, manifest, configuration)
    named = {name: f"[secret {name}]" for name in configuration.secrets}
    redaction = Redaction()
    redaction.learn(manifest.telemetry.personal)
    return Side(version, sandbox, {**boot, "instance": "replay", "secrets": named}, redaction)


async def run(
    platform: Platform, one: Side, recordings: Sequence[Recording], *, fresh: bool = True
) -> dict[str, Outcome]:
    """By id. Raises Unavailable."""
    found = await run_jobs(platform, one, [Job(recording) for recording in recordings], fresh=fresh)
    return {outcome.id: outcome for outcome in found}


async def run_jobs(platform: Platform, one: Side, jobs: Sequence[Job], *, fresh: bool = True) -> list[Outcome]:
    """In their order within each instance. `fresh`: each as the first request of its instance."""
    found: list[Outcome] = []
    for those in _together(jobs):
        timeout = float(one.boot["request_timeout"]) + 10
        wanted = Replay(one.sandbox, one.boot, those[0].recording.birth, tuple(those), timeout=timeout, fresh=fresh)
        async for outcome in platform.engine.replay(wanted):
            found.append(outcome)
    return await modest.work(lambda: [one.redaction.outcome(each) for each in found])


def _together(jobs: Sequence[Job]) -> list[list[Job]]:
    """Of one birth in each, and not too many, nor too much."""
    by_instance: dict[tuple[str, int], list[list[Job]]] = {}
    sizes: dict[tuple[str, int], int] = {}
    for job in jobs:
        one = job.recording
        key, size = (one.instance, one.birth.seed), sum(len(call.answer) for call in one.calls)
        groups = by_instance.setdefault(key, [[]])
        if len(groups[-1]) == _AT_ONCE or (groups[-1] and sizes[key] + size > _BYTES_AT_ONCE):
            groups.append([])
        sizes[key] = (sizes[key] if groups[-1] else 0) + size
        groups[-1].append(job)
    return [those for groups in by_instance.values() for those in groups]
