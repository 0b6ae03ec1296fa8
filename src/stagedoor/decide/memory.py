"""Divides a machine's memory: what each program of the platform may hold, and what all scripts together may."""

from collections.abc import Mapping

_MB = 1 << 20
_RESERVE_BYTES = 1024 * _MB
# Each program's part of the machine, and what it has at the least.
_SHARES: Mapping[str, tuple[float, int]] = {
    "edge": (1 / 16, 512 * _MB),
    "egress": (1 / 16, 512 * _MB),
    "control": (1 / 32, 512 * _MB),
    "node": (1 / 32, 512 * _MB),
    "logs": (1 / 32, 512 * _MB),
    "telemetry": (1 / 16, 768 * _MB),
    "builder": (1 / 16, 768 * _MB),
    "queries": (1 / 32, 768 * _MB),
    "demo": (1 / 32, 512 * _MB),
}


def limit_program(name: str, total: int, configured: int) -> int:
    """Returns how many bytes a program may hold: what the operator set, else by the size of the machine."""
    if configured:
        return configured
    share, least = _SHARES[name]
    return max(least, int(total * share))


def limit_scripts(total: int, configured_reserve: int) -> int:
    """Returns how many bytes all containers together may hold, so that the platform keeps its reserve."""
    reserve = configured_reserve or min(_RESERVE_BYTES, total // 4)
    return max(total // 4, total - reserve)
