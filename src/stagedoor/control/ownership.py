"""Checks that what a release would take belongs to nobody else: before anything changes, and again as it is written."""

from collections.abc import Mapping, Sequence
from typing import Any

from stagedoor.control import traffic
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change, World
from stagedoor.decide import ownership
from stagedoor.decide.ownership import Claim, Taken
from stagedoor.model.errors import Conflict

Routes = Sequence[Mapping[str, Any]]


async def check(platform: Platform, by: str, application: str, team: str, stack: str, routes: Routes) -> None:
    """Raises Conflict with the owner's name; that somebody tried is an activity."""
    taken = find_taken(await platform.store.world(), application, team, stack, routes)
    if taken is None:
        return
    after = {"wanted": taken.wanted, "owner": taken.team, "stack": stack}
    await platform.store.note(Change(by, "route-refused", application, taken.application, None, after))
    raise _conflict(application, taken)


async def check_release(platform: Platform, by: str, application: str, stack: str, routes: Routes) -> None:
    """Of an application that is there already. Raises Conflict."""
    known = await platform.store.application(application)
    await check(platform, by, application, known.team if known else "", stack, routes)


def require(world: World, application: str, stack: str, routes: Routes) -> None:
    """For a release that is about to be written, in its transaction. Raises Conflict."""
    team = next((known.team for known in world.applications if known.name == application), "")
    if (taken := find_taken(world, application, team, stack, routes)) is not None:
        raise _conflict(application, taken)


def find_taken(world: World, application: str, team: str, stack: str, routes: Routes) -> Taken | None:
    """Returns what of a release's routes belongs to another team. Rules that its application has there stay."""
    rules: dict[str, list[Any]] = {}
    own: list[Any] = []
    for (name, _, where), release in world.current.items():
        rules.setdefault(name, []).extend(traffic.parse_rules(release.routes))
        if (name, where) == (application, stack):
            own += traffic.parse_rules(release.routes)
    claims = [Claim(known.name, known.team, tuple(rules.get(known.name, ()))) for known in world.applications]
    new = tuple(rule for rule in traffic.parse_rules(routes) if rule not in own)
    is_new = not any((line.application, line.stack) == (application, stack) and line.release for line in world.lines)
    return ownership.decide(Claim(application, team, new), claims, is_new=is_new)


def _conflict(application: str, taken: Taken) -> Conflict:
    return Conflict(
        f"{application} cannot have {taken.wanted}: it belongs to team {taken.team}, {taken.reason}",
        hint=f"use a host or a path of your own, or ask team {taken.team}; nothing was changed",
        owner=taken.team,
    )
