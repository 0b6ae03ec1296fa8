"""Teams, and the people who sign in at the console."""

from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.model.access import Identity, Team, User
from stagedoor.model.errors import Invalid, Missing
from stagedoor.model.names import check_name, suggest

_LONGEST_NAME = 80


async def save_user(platform: Platform, by: Identity, wanted: Identity) -> User:
    """Adds a user, or changes what they may do. Raises Forbidden, Invalid."""
    by.require_operator()
    wanted.check()
    if not wanted.name.strip() or len(wanted.name) > _LONGEST_NAME or any(one.isspace() for one in wanted.name):
        raise Invalid(
            f"{wanted.name!r} cannot name a user", hint="what the sign-in vouches for, as a rule a mail address"
        )
    former = next((one for one in await platform.store.users() if one.name == wanted.name), None)
    user = User(wanted.name, wanted.role, wanted.team, former.created_at if former else platform.clock())
    before = {"role": former.role, "team": former.team} if former else None
    change = Change(by.name, "user", "", user.name, before, {"role": user.role, "team": user.team})
    await platform.store.save_user(user, change)
    return user


async def remove_user(platform: Platform, by: Identity, name: str) -> None:
    """Takes a user away, with every session. Raises Forbidden, Missing."""
    by.require_operator()
    names = [one.name for one in await platform.store.users()]
    if name not in names:
        raise Missing(f"there is no user {name!r}", hint=suggest(name, names))
    await platform.store.drop_user(name, Change(by.name, "user", "", name, {"removed": False}, {"removed": True}))


async def save_team(platform: Platform, by: Identity, name: str, contact: str) -> Team:
    """Adds a team, or changes how it is reached. Raises Forbidden, Invalid."""
    by.require_operator()
    check_name("a team", name)
    former = next((one for one in await platform.store.teams() if one.name == name), None)
    team = Team(name, contact, former.created_at if former else platform.clock())
    before = {"contact": former.contact} if former else None
    await platform.store.save_team(team, Change(by.name, "team", "", name, before, {"contact": contact}))
    return team


async def remove_team(platform: Platform, by: Identity, name: str) -> None:
    """Raises Forbidden, Missing, and Conflict while something belongs to it."""
    by.require_operator()
    names = [one.name for one in await platform.store.teams()]
    if name not in names:
        raise Missing(f"there is no team {name!r}", hint=suggest(name, names))
    await platform.store.drop_team(name, Change(by.name, "team", "", name, {"removed": False}, {"removed": True}))
