"""From everything the database knows to what the edge must do: a pure function."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from stagedoor.control.ports.store import World
from stagedoor.model.access import DEVELOPER, OPERATOR
from stagedoor.model.deployment import ARM, PREVIEW, RELEASE, Deployment
from stagedoor.model.experiment import Experiment
from stagedoor.model.grant import grants
from stagedoor.model.manifest import build as build_manifest
from stagedoor.model.names import STACKS, TEST
from stagedoor.model.release import Line
from stagedoor.model.rollout import Rollout
from stagedoor.model.route import RouteRule, line_key
from stagedoor.model.service import Service, credential_owner
from stagedoor.model.split import Part
from stagedoor.model.traffic import Arm, Egress, Grant, StackTraffic, Target, Traffic, Upstream

Tried = TypeVar("Tried", Rollout, Experiment)


def build(
    world: World,
    now: float,
    ending: Sequence[Deployment] = (),
    open_sealed: Callable[[str, str], str] | None = None,
    beside: Mapping[str, Target] = MappingProxyType({}),
) -> Traffic:
    """`ending` keep their servers until they have drained. `open_sealed` opens the credentials of services. `beside`
    are lines of test that no address leads to.
    """
    stacks = {stack: _stack(world, stack) for stack in STACKS}
    stacks[TEST].lines.update(beside)
    return Traffic(
        stacks=stacks,
        upstreams=tuple(
            Upstream(one.spec.backend, one.spec.doors, one.spec.concurrency) for one in (*world.deployments, *ending)
        ),
        services=tuple(Egress(one, _credential(one, open_sealed)) for one in world.services),
        grants=tuple(
            Grant(one.id, service, methods)
            for one in (*world.deployments, *ending)
            for service, methods in grants(one.spec.services).items()
        ),
        previews=_previews(world),
        tokens={digest: _team(token.role, token.team) for digest, token in world.tokens.items() if token.holds(now)},
        now=now,
    )


def _credential(service: Service, open_sealed: Callable[[str, str], str] | None) -> str:
    if not service.credential or open_sealed is None:
        return ""
    return open_sealed(credential_owner(service.name), service.credential)


def _team(role: str, team: str) -> str:
    return "*" if role == OPERATOR else team if role == DEVELOPER else "-"


def _stack(world: World, stack: str) -> StackTraffic:
    lines: dict[str, Target] = {}
    routes: dict[str, str] = {}
    rules: list[tuple[RouteRule, str]] = []
    splits: dict[str, tuple[Arm, ...]] = {}
    defaults = {one.name: one.default_major for one in world.applications}
    for line in world.lines:
        target = _target(world, line)
        if line.stack != stack or target is None:
            continue
        key = line_key(line.application, line.major)
        those = _splits(world, line, target)
        splits |= those
        lines[key] = replace(target, splits=tuple(those))
        routes[key] = key
        if defaults.get(line.application) == line.major:
            routes[line.application] = key
        release = world.current[line.application, line.major, stack]
        rules += [(rule, key) for rule in parse_rules(release.routes)]
    return StackTraffic(lines, routes, tuple(rules), splits)


def _splits(world: World, line: Line, target: Target) -> dict[str, tuple[Arm, ...]]:
    """Of experiments, then of rollouts, which take from the rest; the older first. An arm whose deployment is gone
    has nobody: they go where the rest goes.
    """
    known = {one.id: one for one in world.deployments_of.get(line.application, ())}
    found: dict[str, tuple[Arm, ...]] = {}
    for one in _tried(world.experiments, line):
        cells = {one.cohort(cell.name): cell for cell in one.cells}
        for part in one.parts():
            cell = cells[part.cohort]
            arm = _arm(part, known.get(one.deployments.get(cell.name, "")), target)
            if not cell.version:
                arm = Arm(part, replace(target, cohort=part.cohort))  # What the line runs.
            if arm is not None:
                found[one.split] = (*found.get(one.split, ()), arm)
    for moving in _tried(world.rollouts, line):
        for part in moving.parts():
            arm = _arm(part, known.get(moving.arm_of(part)), target)
            if arm is not None:
                found[moving.split] = (*found.get(moving.split, ()), arm)
    return found


def _tried(those: Iterable[Tried], line: Line) -> list[Tried]:
    here = (line.application, line.major, line.stack)
    return [one for one in those if (one.application, one.major, one.stack) == here]


def _arm(part: Part, deployment: Deployment | None, target: Target) -> Arm | None:
    if deployment is None:
        return None
    return Arm(part, Target(deployment.spec.backend, deployment.spec.label, target.release, cohort=part.cohort))


def parse_rules(routes: Sequence[Mapping[str, Any]]) -> tuple[RouteRule, ...]:
    """Returns the rules that a manifest or a release has."""
    return build_manifest({"name": "any", "team": "any", "routes": list(routes)}).routes if routes else ()


def _target(world: World, line: Line) -> Target | None:
    one = serving(world, line)
    release = world.current.get((line.application, line.major, line.stack))
    return Target(one.spec.backend, one.spec.label, release.number) if one and release else None


def serving(world: World, line: Line) -> Deployment | None:
    """The deployment that a line's traffic goes to: what its release says, one made for releases before any other."""
    release = world.current.get((line.application, line.major, line.stack))
    if release is None:
        return None
    for one in sorted(world.deployments_of.get(line.application, ()), key=lambda one: one.purpose != RELEASE):
        if one.purpose not in (PREVIEW, ARM) and one.runs(
            line.application, release.version, line.stack, release.configuration
        ):
            return one
    return None


def serving_ids(world: World) -> set[str]:
    """The deployments that some line's traffic goes to, or a part of it."""
    arms = {name for one in world.rollouts for name in one.arms.values()}
    arms |= {name for one in world.experiments for name in one.deployments.values()}
    return arms | {one.id for line in world.lines if (one := serving(world, line)) is not None}


def floors(world: World) -> dict[str, int]:
    """What a line runs keeps the instances that it had while a rollout lives: all may come back at any instant."""
    found = {}
    for moving in world.rollouts:
        one = serving(world, Line(moving.application, moving.major, moving.stack))
        if one is not None and moving.proves:
            found[one.id] = moving.present
    return found


def _previews(world: World) -> dict[str, Target]:
    teams = {one.name: one.team for one in world.applications}
    found: dict[str, Target] = {}
    for one in world.deployments:
        if one.stack == "test" and one.purpose != ARM:
            found[one.spec.label] = Target(one.spec.backend, one.spec.label, 0, teams.get(one.application, "-"))
    return found
