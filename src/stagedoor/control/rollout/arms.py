"""The arms of a rollout: small deployments that come up together, and end with it."""

import asyncio
import math
from dataclasses import dataclass, replace

from stagedoor.control import deployments, doors, traffic
from stagedoor.control.platform import Platform
from stagedoor.model.configuration import Configuration
from stagedoor.model.deployment import ARM, RELEASE, Deployment
from stagedoor.model.errors import Missing
from stagedoor.model.judgement import BASELINE, CANARY
from stagedoor.model.manifest import build as build_manifest
from stagedoor.model.release import Line, Release
from stagedoor.model.rollout import CANARIED, NEW, Rollout
from stagedoor.model.version import Number, Version


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rollout moves to, and from."""

    version: Version
    configuration: Configuration
    former: Release | None


async def measured(platform: Platform, one: Rollout) -> Rollout:
    """With the instances that the line has for all of its traffic: neither side gets less before it ended."""
    serving = traffic.serving(await platform.store.world(), Line(one.application, one.major, one.stack))
    present = await doors.present(platform, serving.id) if serving else 0
    one = replace(one, present=max(1, present), size=max(1, math.ceil(present * one.strategy.share / 100)))
    await platform.store.save_rollout(one)
    return one


async def bring_up(platform: Platform, one: Rollout, subject: Subject) -> Rollout:
    """With its arms ready; those from before a restart of control are found again. Raises Invalid, Unavailable."""
    if one.strategy.kind != CANARIED:
        return await grow(platform, one, subject, 1 / one.strategy.steps)
    arms = await _adopt(platform, one)
    sides = {BASELINE: await _former(platform, subject), CANARY: (subject.version, subject.configuration)}
    for name, (version, configuration) in sides.items():
        if name not in arms:
            made = await deployments.ensure(platform, version, one.stack, configuration, ARM, one.size)
            arms[name] = made.id
        # At once: whoever takes over after us finds it, or ends it.
        one = replace(one, arms=dict(arms))
        await platform.store.save_rollout(one)
    found = {each.id: each for each in await platform.store.deployments()}
    await asyncio.gather(*(deployments.settle(platform, found[name]) for name in arms.values()))
    await deployments.probe(platform, found[arms[CANARY]], build_manifest(subject.version.manifest))
    return one


async def _adopt(platform: Platform, one: Rollout) -> dict[str, str]:
    """Returns the arms that are there already, by name, and ends those that control lost as it died.

    An arm that was made, but not yet written into its rollout, would hold its instances until the rollout ended.
    """
    present = await _of_line(platform, one)
    claimed = set(one.arms.values())
    await asyncio.gather(*(deployments.end(platform, arm) for arm in present if arm.id not in claimed))
    ids = {arm.id for arm in present}
    return {name: deployment for name, deployment in one.arms.items() if deployment in ids}


async def _of_line(platform: Platform, one: Rollout) -> list[Deployment]:
    """Returns the arms of this rollout's line that no other rollout may be about to claim, and that are not ending."""
    world = await platform.store.world()
    line = (one.application, one.major, one.stack)
    alone = not any(
        (other.application, other.major, other.stack) == line and other.id != one.id for other in world.rollouts
    )
    mine = set(one.arms.values())
    return [
        arm
        for arm in world.deployments
        if arm.purpose == ARM
        and arm.id not in platform.ending
        and (arm.id in mine or (alone and (arm.application, Number.parse(arm.version).major, arm.stack) == line))
    ]


async def _former(platform: Platform, subject: Subject) -> tuple[Version, Configuration]:
    former = subject.former
    assert former is not None
    found = await platform.store.version(former.application, former.version)
    if found is None:
        raise Missing(f"version {former.version} of {former.application} is gone: nothing can be compared with it")
    return found, former.configuration


async def grow(platform: Platform, one: Rollout, subject: Subject, share: float) -> Rollout:
    """A linear rollout's new version is ready for so much of the traffic. Raises Invalid, Unavailable."""
    serving = traffic.serving(await platform.store.world(), Line(one.application, one.major, one.stack))
    count = max(1, math.ceil(one.present * share))
    target = await deployments.ensure(platform, subject.version, one.stack, subject.configuration, RELEASE, count)
    await deployments.settle(platform, target)
    await deployments.probe(platform, target, build_manifest(subject.version.manifest))
    return replace(one, arms={NEW: target.id} | ({BASELINE: serving.id} if serving else {}))


async def end(platform: Platform, one: Rollout) -> None:
    """What was made for it alone ends, after its last answer."""
    await asyncio.gather(*(deployments.end(platform, arm) for arm in await _of_line(platform, one)))
