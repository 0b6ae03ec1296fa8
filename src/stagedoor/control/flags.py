"""Devices of which every request is kept for a while, because a developer looks into them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stagedoor.control.ports import Change
from stagedoor.model.access import Identity
from stagedoor.model.activity import Search
from stagedoor.model.errors import Invalid, TooLarge

if TYPE_CHECKING:
    from stagedoor.control.platform import Platform

LONGEST = 86_400.0
_MOST, _LONGEST_NAME, _MOST_NOTED = 100, 200, 10_000


@dataclass(slots=True)
class Flags:
    """By device: until when, in seconds since the epoch."""

    until: dict[str, float] = field(default_factory=dict)

    def set(self, device: str, now: float, seconds: float) -> float:
        """Until when. Raises Invalid, TooLarge."""
        if not device or len(device) > _LONGEST_NAME:
            raise Invalid("a device has a name of 1 to 200 characters")
        if not 0 < seconds <= LONGEST:
            raise Invalid("a flag holds for a second up to a day")
        if len(self.live(now)) >= _MOST and device not in self.until:
            raise TooLarge(f"{_MOST} devices are flagged already", hint="wait for one to end")
        self.until[device] = now + seconds
        return self.until[device]

    def clear(self, device: str) -> None:
        self.until.pop(device, None)

    def live(self, now: float) -> dict[str, float]:
        self.until = {device: until for device, until in self.until.items() if until > now}
        return self.until


async def put(platform: "Platform", by: Identity, device: str, seconds: float) -> dict[str, float]:
    """Flags it for so many seconds; all that are flagged. Raises Forbidden for a viewer, Invalid, TooLarge."""
    by.require_developer()
    until = platform.flags.set(device, platform.clock(), seconds)
    await platform.store.note(Change(by.name, "flag", "", device, None, {"until": until}))
    return platform.flags.live(platform.clock())


async def clear(platform: "Platform", by: Identity, device: str) -> dict[str, float]:
    """All that are flagged still. Raises Forbidden for a viewer."""
    by.require_developer()
    platform.flags.clear(device)
    await platform.store.note(Change(by.name, "flag", "", device, None, {"until": None}))
    return platform.flags.live(platform.clock())


async def recall(platform: "Platform") -> None:
    """What the program before this one had flagged, as the activities tell it."""
    now = platform.clock()
    noted = await platform.store.activities(Search(action="flag", since=now - LONGEST), _MOST_NOTED)
    for one in reversed(noted):
        platform.flags.until[one.target] = float((one.after or {}).get("until") or 0.0)
    platform.flags.live(now)
