"""What people see of pipelines, and what they answer: approvals, and hooks that start one."""

import secrets
from dataclasses import dataclass, replace
from typing import Any

from stagedoor.control.pipelines import gates, running
from stagedoor.control.pipelines.gates import APPROVE, REJECT
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.control.releases import Wish
from stagedoor.decide import pipeline as decide
from stagedoor.decide.pipeline import Stage
from stagedoor.model.access import DEVELOPER, Identity, hash_token
from stagedoor.model.application import Application
from stagedoor.model.errors import Conflict, Forbidden, Missing
from stagedoor.model.manifest import build as build_manifest
from stagedoor.model.operation import RUNNING, Operation
from stagedoor.model.pipeline import APPROVAL, HOURS
from stagedoor.model.release import Line
from stagedoor.model.rollout import choose
from stagedoor.model.version import Version


@dataclass(frozen=True, slots=True)
class Explained:
    """What will happen with a version on its way to a stack."""

    application: str
    version: str
    stack: str
    stages: list[Stage]


async def explain(platform: Platform, application: str, number: str, stack: str) -> Explained:
    """Raises Missing."""
    version = await _version(platform, application, number)
    manifest = build_manifest(version.manifest)
    line = await platform.store.line(application, version.major, stack)
    paths = gates.asked_paths(version)
    told = decide.explain(manifest, stack, platform.clock(), not line.release, paths)
    return Explained(application, version.number, stack, told)


async def begin(platform: Platform, by: Identity, application: str, wish: Wish, strategy: dict[str, Any]) -> Operation:
    """Carries a published version to a stack; `strategy` is what differs from its own.

    Raises Missing, Forbidden, Conflict, Invalid.
    """
    known = await _application(platform, application)
    by.require_change(known.team)
    version = await _version(platform, application, wish.version)
    manifest = build_manifest(version.manifest)
    running.require_open(manifest, wish.stack, platform.clock())
    chosen = choose(version.manifest.get("strategy", {}), strategy, wish.stack, wish.at)
    line = await platform.store.line(application, version.major, wish.stack)
    whole = replace(wish, version=version.number, strategy=chosen)
    return await platform.operations.begin(
        wish.cause, application, Line(application, version.major, wish.stack).name, by.name,
        running.goal_of(whole, line.release),
        lambda progress: running.carry_out(platform, progress, application, whole, line.release),
    )  # fmt: skip


async def _application(platform: Platform, name: str) -> Application:
    known = await platform.store.application(name)
    if known is None:
        raise Missing(f"there is no application {name!r}", hint="deploy or publish it first")
    return known


async def _version(platform: Platform, application: str, number: str) -> Version:
    """The newest when none is named."""
    await _application(platform, application)
    known = {one.number: one for one in await platform.store.versions(application)}
    wanted = number or (await platform.store.latest_versions()).get(application, "")
    if wanted not in known:
        raise Missing(f"{application} has no version {wanted}", hint=f"published are: {', '.join(known) or 'none'}")
    return known[wanted]


# Approvals


async def answer(platform: Platform, by: Identity, number: int, action: str, why: str) -> Operation:
    """`approve` or `reject` what waits for it. Raises Missing, Conflict, Forbidden."""
    by.require_developer()
    operation = await platform.store.operation(number)
    if operation is None or not operation.goal.get("pipeline"):
        raise Missing(f"there is no pipeline {number}", hint="`stagedoor pipeline list` shows them")
    known = await _application(platform, operation.application)
    version = await platform.store.version(operation.application, str(operation.goal["version"]))
    approvers = build_manifest(version.manifest).pipeline.approvers if version else ""
    if action == APPROVE:
        by.require_change(approvers or known.team)
        if by.name in (operation.by, version.published_by if version else ""):
            raise Forbidden(f"{by.name} began it and cannot approve it", hint="somebody else does")
    elif by.team != (approvers or known.team):
        by.require_change(known.team)
    if operation.state != RUNNING:
        raise Conflict(f"pipeline {number} has ended ({operation.state}); nothing was done")
    await _require_waiting(platform, number, action)
    change = Change(
        by.name, action, operation.application, gates.target_of(number), None, {"why": why} if why else None
    )
    await platform.store.note(change)
    return operation


async def _require_waiting(platform: Platform, number: int, action: str) -> None:
    """Nobody says yes to what is not known yet. Raises Conflict."""
    steps = await platform.store.steps(number, 0)
    waits = steps[-1] if steps and steps[-1].state == RUNNING else None
    name = waits.name if waits else ""
    if name == APPROVAL or (name == HOURS and action == REJECT):
        return
    raise Conflict(
        f"pipeline {number} does not wait for anybody now; nothing was done",
        hint="`stagedoor pipeline list` shows it; a rollout is ended by `stagedoor rollout abort`",
    )


# Hooks


async def make_hook(platform: Platform, by: Identity, application: str) -> str:
    """A secret address that starts the pipeline; the one before ends. Raises Missing, Forbidden."""
    known = await _application(platform, application)
    by.require_change(known.team)
    secret = f"hook_{secrets.token_urlsafe(24)}"
    await platform.store.save_hook(application, hash_token(secret), Change(by.name, "hook", application, "hook"))
    return secret


async def drop_hook(platform: Platform, by: Identity, application: str) -> None:
    """Raises Missing, Forbidden."""
    known = await _application(platform, application)
    by.require_change(known.team)
    change = Change(by.name, "hook", application, "hook", None, {"removed": True})
    await platform.store.save_hook(application, "", change)


async def pull(platform: Platform, secret: str, number: str, stack: str) -> Operation:
    """Starts the pipeline of the application whose hook it is. Raises Missing, and as `begin`."""
    application = await platform.store.hooked(hash_token(secret))
    if not application:
        raise Missing("there is no such hook", hint="`stagedoor pipeline hook` makes one")
    known = await _application(platform, application)
    by = Identity(f"hook of {application}", DEVELOPER, known.team)
    return await begin(platform, by, application, Wish(number, stack, by.name, "release"), {})
