"""Gates: what must hold before a version goes on. Each says what it found, or raises what is in the way."""

import asyncio
from dataclasses import dataclass

from stagedoor.control import rehearsal, traffic
from stagedoor.control.operations import Progress
from stagedoor.control.platform import Platform
from stagedoor.control.replaying import comparing
from stagedoor.decide.replay import gate
from stagedoor.model.access import OPERATOR, Identity
from stagedoor.model.activity import Activity, Search
from stagedoor.model.errors import Aborted, Conflict, Invalid, Unavailable
from stagedoor.model.manifest import Manifest
from stagedoor.model.manifest import build as build_manifest
from stagedoor.model.names import PROD, TEST
from stagedoor.model.operation import RUNNING
from stagedoor.model.pipeline import ANY, opens
from stagedoor.model.quantity import say_time
from stagedoor.model.release import Line
from stagedoor.model.version import Version

APPROVE, REJECT = "approve", "reject"
_LOOK = 1.0
_REPLAYED, _MOST_REPLAYED = 86_400.0, 60  # Seconds and recordings that a gate looks at.


@dataclass(frozen=True, slots=True)
class Passage:
    """A version on its way: of which operation, and what its manifest says."""

    platform: Platform
    progress: Progress
    version: Version

    @property
    def manifest(self) -> Manifest:
        return build_manifest(self.version.manifest)


async def checks(passage: Passage) -> str:
    """They passed, or there was no version."""
    version = passage.version
    return f"passed at publish: {version.tests or 'no tests'}, {version.start.describe()}"


async def smoke(passage: Passage) -> str:
    """Raises Invalid for a path that answers 500 and above in test, through the edge; Conflict when nobody can say."""
    platform, version = passage.platform, passage.version
    line = Line(version.application, version.major, TEST)
    deployment = traffic.serving(await platform.store.world(), line)
    if deployment is None or deployment.version != version.number:
        raise Conflict(f"{line.name} does not run {version.number} any more", hint="deploy again")
    paths = asked_paths(version)
    found = []
    for path in paths:
        answer = await platform.edge.ask(deployment.spec.backend, path, {}, passage.manifest.limits.request)
        if answer.status >= 500 or not answer.status:
            raise Invalid(f"GET {path} answers {answer.status or 'nothing'} in test", step="smoke")
        found.append(f"{path} {answer.status}")
    return ", ".join(found)


def asked_paths(version: Version) -> list[str]:
    """What the manifest names; without that the runtime itself answers."""
    manifest = build_manifest(version.manifest)
    return list(manifest.pipeline.smoke) or [manifest.checks.path or "/.stagedoor/alive"]


async def replay(passage: Passage) -> str:
    """Raises Invalid when requests that prod recorded fail with it, or as strict as its manifest says."""
    platform, version = passage.platform, passage.version
    serving = traffic.serving(await platform.store.world(), Line(version.application, version.major, PROD))
    if serving is None or serving.version == version.number:
        return "nothing else serves in prod"
    wish = comparing.Wish(version.number, serving.version, PROD, _REPLAYED, "", _MOST_REPLAYED)
    try:
        chosen, skipped = await comparing.choose(platform, version.application, wish)
        if not chosen:
            return f"no recording of {serving.version} in prod that could be replayed"
        told = await comparing.of_recordings(platform, "pipeline", version.application, wish, chosen, skipped)
    except Unavailable as error:
        return f"could not be done, and holds nobody up: {error}"
    refused, words = gate.judge(told.comparison, strict=passage.manifest.pipeline.refuses == ANY)
    words = f"{words}; `stagedoor replay --report {told.id}`"
    if refused:
        raise Invalid(f"replay: {words}", step="replay")
    return words


async def rehearse(passage: Passage) -> str:
    """Raises Invalid when an endpoint does not stand a call's failure."""
    version = passage.version
    wish = rehearsal.Wish(version.number)
    told = await rehearsal.rehearse(passage.platform, Identity("pipeline", OPERATOR), version.application, wish)
    fallen = [one for one in told.trials if not one.stands]
    if fallen:
        named = "; ".join(f"{one.endpoint} without {one.method}: {one.found}" for one in fallen[:5])
        raise Invalid(f"{len(fallen)} of {len(told.trials)} failures are not stood: {named}", step="rehearsal")
    return f"{len(told.trials)} failures, all stood" if told.trials else "nothing to let fail"


async def command(passage: Passage) -> str:
    """Raises Invalid when it does not end with 0."""
    platform, version, manifest = passage.platform, passage.version, passage.manifest
    sandbox = await platform.artefacts.sandbox(version.source, version.layer, version.python, manifest, tool="checks")
    paths = platform.artefacts.import_paths(version.layer, tool="checks")
    wanted = manifest.pipeline
    told = await platform.engine.check(sandbox, paths, "", dict(manifest.config), wanted.timeout, wanted.command)
    if not told["passed"]:
        raise Invalid(f"{' '.join(wanted.command)}: {told['summary']}", step="command", log=str(told["output"]))
    return f"{' '.join(wanted.command)}: {told['summary']}"


async def approval(passage: Passage) -> str:
    """Waits. Raises Aborted when somebody rejects it, or nobody came."""
    platform, operation, manifest = passage.platform, passage.progress.operation, passage.manifest
    who = manifest.pipeline.approvers or manifest.team
    waits = f"waits for somebody of {who}: `stagedoor pipeline approve {operation.id}`"
    await passage.progress.say("approval", RUNNING, waits)
    deadline = operation.began_at + manifest.pipeline.patience
    while platform.clock() < deadline:
        answer = await answered(platform, operation.id)
        if answer is not None and answer.action == REJECT:
            raise Aborted(f"{answer.by} rejected it: {(answer.after or {}).get('why') or 'without a word'}")
        if answer is not None:
            return f"{answer.by} approved"
        await asyncio.sleep(_LOOK)
    raise Aborted(f"nobody of {who} approved within {say_time(manifest.pipeline.patience)}")


async def answered(platform: Platform, operation: int) -> Activity | None:
    """The audit log is where answers are kept."""
    for action in (REJECT, APPROVE):
        found = await platform.store.activities(Search(action=action, target=target_of(operation)), 20)
        exact = [one for one in found if one.target == target_of(operation)]
        if exact:
            return exact[0]
    return None


def target_of(operation: int) -> str:
    return f"pipeline {operation}"


async def hours(passage: Passage) -> str:
    """Waits until prod may change. Raises Aborted when that takes longer than its patience."""
    platform, operation, pipeline = passage.platform, passage.progress.operation, passage.manifest.pipeline
    at, reason = opens(pipeline, platform.clock())
    if reason:
        wait = at - platform.clock()
        if at < 0 or platform.clock() + wait > operation.began_at + pipeline.patience:
            raise Aborted(f"{reason}, for longer than it waits ({say_time(pipeline.patience)})")
        await passage.progress.say("hours", RUNNING, f"{reason}; goes on in {say_time(wait)}")
    while opens(pipeline, platform.clock())[1]:
        answer = await answered(platform, operation.id)
        if answer is not None and answer.action == REJECT:
            raise Aborted(f"{answer.by} rejected it: {(answer.after or {}).get('why') or 'without a word'}")
        await asyncio.sleep(_LOOK)
    return "prod may change now"
