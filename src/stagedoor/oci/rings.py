"""The memory in which instances note what their last requests saw: a file for each, which outlives it by seconds."""

import logging
import os
import time
from pathlib import Path

from stagedoor.model.ring import ring_bytes

log = logging.getLogger("stagedoor.rings")

_SPARE = 4  # Rings that must have room before another one is made.
_OUTLIVES = 10.0  # Seconds in which whoever keeps recordings may still read it.


class Rings:
    """`size` in bytes for one instance; 0: nothing is recorded."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self.size = ring_bytes(size)
        self._retired: dict[str, float] = {}
        if self.size:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def open(self, instance: str) -> int | None:
        """A descriptor of an empty one. None where there is no room for it: an instance goes without, and serves."""
        if not self.size:
            return None
        try:
            room = os.statvfs(self._folder)
            if room.f_bavail * room.f_frsize < _SPARE * self.size:
                raise OSError("too little memory is left there")
            descriptor = os.open(self._folder / instance, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            os.ftruncate(descriptor, self.size)
        except OSError as error:
            log.warning("%s is not recorded: %s", instance, error)
            return None
        return descriptor

    def retire(self, instance: str) -> None:
        """Its instance is gone."""
        self._retired[instance] = time.monotonic() + _OUTLIVES

    def tidy(self, *, known: frozenset[str] | None = None) -> None:
        """Removes what has outlived its instance for long enough; with `known`, all that are of none of those."""
        now = time.monotonic()
        due = [name for name, at in self._retired.items() if at <= now]
        if known is not None:
            due += [path.name for path in self._folder.glob("*") if path.name not in known]
        for name in due:
            self._retired.pop(name, None)
            (self._folder / name).unlink(missing_ok=True)
