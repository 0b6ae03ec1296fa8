"""What a version's instances use in a stack: as of the last look, and added up since control began."""

from dataclasses import dataclass


@dataclass(slots=True)
class Used:
    """`busy` is a share, `memory` bytes, `cpu` seconds."""

    application: str
    version: str
    stack: str
    instances: int = 0
    busy: float = 0.0
    memory: int = 0
    cpu: float = 0.0
    starts: int = 0
    deaths: int = 0

    def see(self, instances: int, busy: float, cpu_us: int, memory: int, starts: int, deaths: int) -> None:
        """What was looked at, and what was added since the look before."""
        self.instances, self.busy, self.memory = instances, busy, memory
        self.cpu += cpu_us / 1e6
        self.starts += starts
        self.deaths += deaths
