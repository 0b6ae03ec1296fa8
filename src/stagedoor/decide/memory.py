"""Divides a machine's memory: what each program of the platform may hold, and what all scripts together may."""

from collections.abc import Mapping

_MB = 1 << 20
_RESERVE_BYTES = 1024 * _MB
_MAX_STORE_BYTES = 1024 * _MB
# Two buffers of 8 KB and the state of a connection; with TLS buffers of 16 KB, and the state of OpenSSL.
_CONNECTION_BYTES, _ENCRYPTED_CONNECTION_BYTES = 24 << 10, 64 << 10
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


def limit_store(limit: int) -> int:
    """Returns what the tables of telemetry may hold, so that they are refused more before the kernel ends telemetry."""
    return min(_MAX_STORE_BYTES, limit // 2)


def count_connections(limit: int, *, encrypted: bool) -> int:
    """Returns how many connections a proxy can hold in so many bytes, with its buffers full."""
    return limit // (_ENCRYPTED_CONNECTION_BYTES if encrypted else _CONNECTION_BYTES)


def limit_scripts(total: int, configured_reserve: int) -> int:
    """Returns how many bytes all containers together may hold, so that the platform keeps its reserve."""
    reserve = configured_reserve or min(_RESERVE_BYTES, total // 4)
    return max(total // 4, total - reserve)
