"""Users and teams."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from stagedoor.control import people
from stagedoor.control.platform import Platform
from stagedoor.http import bodies
from stagedoor.model.access import Identity, Team, User


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter()
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/users", tags=["access"])
    async def list_users(by: Who) -> list[User]:
        """Who may sign in at the console."""
        by.require_operator()
        return await platform.store.users()

    @router.put("/v1/users/{name}", tags=["access"])
    async def save_user(by: Who, name: str, wish: bodies.UserWish) -> User:
        """Adds a user, or changes their role."""
        return await people.save_user(platform, by, Identity(name, wish.role, wish.team))

    @router.delete("/v1/users/{name}", status_code=204, tags=["access"])
    async def remove_user(by: Who, name: str) -> None:
        """Removes a user and ends their sessions."""
        await people.remove_user(platform, by, name)

    @router.get("/v1/teams", tags=["access"])
    async def list_teams(by: Who) -> list[Team]:
        """All teams."""
        return await platform.store.teams()

    @router.put("/v1/teams/{name}", tags=["access"])
    async def save_team(by: Who, name: str, wish: bodies.TeamWish) -> Team:
        """Adds a team, or changes how it is reached."""
        return await people.save_team(platform, by, name, wish.contact)

    @router.delete("/v1/teams/{name}", status_code=204, tags=["access"])
    async def remove_team(by: Who, name: str) -> None:
        """Removes a team that owns nothing and has no users."""
        await people.remove_team(platform, by, name)

    return router
