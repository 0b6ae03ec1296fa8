"""Devices of which every request is kept for a while, because a developer looks into them."""

from dataclasses import dataclass, field

from stagedoor.model.errors import Invalid, TooLarge

LONGEST = 86_400.0
_MOST, _LONGEST_NAME = 100, 200


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
