"""Looking into a live instance: who may, and that each look is written down before it begins."""

from typing import Any

from stagedoor.control import sight
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.model.access import Identity
from stagedoor.model.errors import Missing
from stagedoor.model.profile import Memory, Profile, Waiting


async def profile(platform: Platform, by: Identity, instance: str, seconds: int) -> Profile:
    await _begin(platform, by, instance, "profile", {"seconds": seconds})
    return await platform.engine.profile(instance, seconds)


async def memory(platform: Platform, by: Identity, instance: str, apart: int) -> Memory:
    await _begin(platform, by, instance, "memory", {"apart": apart} if apart else {})
    return await platform.engine.memory(instance, apart)


async def waiting(platform: Platform, by: Identity, instance: str) -> Waiting:
    await _begin(platform, by, instance, "waiting", {})
    return await platform.engine.waiting(instance)


async def _begin(platform: Platform, by: Identity, instance: str, action: str, with_what: dict[str, Any]) -> None:
    """Raises Forbidden for who may not change what the application's team owns, Missing."""
    by.require_developer()
    one = (await sight.instance(platform, instance)).instance
    known = await platform.store.application(one.application)
    if known is None:
        raise Missing(f"there is no application {one.application!r}")
    by.require_change(known.team)
    after = {"version": one.version, "stack": one.stack, **with_what}
    await platform.store.note(Change(by.name, action, one.application, instance, None, after))
