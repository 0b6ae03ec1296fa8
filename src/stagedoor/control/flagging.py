"""Who flags a device, and that a restart of control forgets none: the activities tell what was flagged."""

from stagedoor.control.flags import LONGEST
from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.model.access import Identity
from stagedoor.model.activity import Search

_MOST = 10_000


async def put(platform: Platform, by: Identity, device: str, seconds: float) -> dict[str, float]:
    """Flags it for so many seconds; all that are flagged. Raises Forbidden for a viewer, Invalid, TooLarge."""
    by.require_developer()
    until = platform.flags.set(device, platform.clock(), seconds)
    await platform.store.note(Change(by.name, "flag", "", device, None, {"until": until}))
    return platform.flags.live(platform.clock())


async def clear(platform: Platform, by: Identity, device: str) -> dict[str, float]:
    """All that are flagged still. Raises Forbidden for a viewer."""
    by.require_developer()
    platform.flags.clear(device)
    await platform.store.note(Change(by.name, "flag", "", device, None, {"until": None}))
    return platform.flags.live(platform.clock())


async def recall(platform: Platform) -> None:
    """What the program before this one had flagged, as the activities tell it."""
    now = platform.clock()
    noted = await platform.store.activities(Search(action="flag", since=now - LONGEST), _MOST)
    for one in reversed(noted):
        platform.flags.until[one.target] = float((one.after or {}).get("until") or 0.0)
    platform.flags.live(now)
