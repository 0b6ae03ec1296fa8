"""From everything the database knows to what the edge must do: a pure function."""

from collections.abc import Callable, Sequence

from stagedoor.control.ports.store import World
from stagedoor.model.access import DEVELOPER, OPERATOR
from stagedoor.model.deployment import PREVIEW, RELEASE, Deployment
from stagedoor.model.grant import grants
from stagedoor.model.manifest import build as build_manifest
from stagedoor.model.names import STACKS
from stagedoor.model.release import Line
from stagedoor.model.route import RouteRule, line_key
from stagedoor.model.service import Service, credential_owner
from stagedoor.model.traffic import Egress, Grant, StackTraffic, Target, Traffic, Upstream


def build(
    world: World, now: float, ending: Sequence[Deployment] = (), open_sealed: Callable[[str, str], str] | None = None
) -> Traffic:
    """`ending` keep their servers until they have drained. `open_sealed` opens the credentials of services."""
    return Traffic(
        stacks={stack: _stack(world, stack) for stack in STACKS},
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
    defaults = {one.name: one.default_major for one in world.applications}
    for line in world.lines:
        target = _target(world, line)
        if line.stack != stack or target is None:
            continue
        key = line_key(line.application, line.major)
        lines[key] = target
        routes[key] = key
        if defaults.get(line.application) == line.major:
            routes[line.application] = key
        release = world.current[line.application, line.major, stack]
        rules += [(rule, key) for rule in _rules(release.routes)]
    return StackTraffic(lines, routes, tuple(rules))


def _rules(routes: list[dict[str, object]]) -> tuple[RouteRule, ...]:
    return build_manifest({"name": "any", "team": "any", "routes": routes}).routes if routes else ()


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
        if one.purpose != PREVIEW and one.runs(line.application, release.version, line.stack, release.configuration):
            return one
    return None


def serving_ids(world: World) -> set[str]:
    """The deployments that some line's traffic goes to."""
    return {one.id for line in world.lines if (one := serving(world, line)) is not None}


def _previews(world: World) -> dict[str, Target]:
    teams = {one.name: one.team for one in world.applications}
    found: dict[str, Target] = {}
    for one in world.deployments:
        if one.stack == "test":
            found[one.spec.label] = Target(one.spec.backend, one.spec.label, 0, teams.get(one.application, "-"))
    return found
