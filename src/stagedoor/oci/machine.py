"""The machine's memory, as the kernel tells it."""

from pathlib import Path

_RESERVE = 1_500_000_000


def total_memory() -> int:
    return _read("MemTotal")


def free_memory() -> int:
    """Bytes that can be had without ending anything."""
    return _read("MemAvailable")


def for_instances() -> int:
    """What may be promised to instances: all but what the platform and the system need."""
    total = total_memory()
    return max(total // 2, total - _RESERVE)


def _read(name: str) -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return int(value.split()[0]) * 1024
    return 0
