"""Sizes and times as people write them: "256MB", "1.5s"."""

import re

_SIZES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_TIMES = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*([a-zA-Z]+)")


def parse_size(text: str) -> int:
    """Bytes of "64KB", "256MB", "1.5GiB". Raises ValueError that says what is allowed."""
    match = _QUANTITY.fullmatch(text)
    if not match or match[2].upper() not in _SIZES:
        raise ValueError('a size, as in "256MB" (B, KB, MB, GB, KiB, MiB, GiB)')
    return int(float(match[1]) * _SIZES[match[2].upper()])


def parse_time(text: str) -> float:
    """Seconds of "250ms", "15s", "2m". Raises ValueError that says what is allowed."""
    match = _QUANTITY.fullmatch(text)
    if not match or match[2] not in _TIMES:
        raise ValueError('a time, as in "15s" (ms, s, m, h, d)')
    return float(match[1]) * _TIMES[match[2]]


def say_size(size: float) -> str:
    if not isinstance(size, int | float):
        return str(size)
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if size >= factor:
            return f"{size / factor:.3g} {unit}"
    return f"{size:.0f} B"


def say_time(seconds: float) -> str:
    if not isinstance(seconds, int | float):
        return str(seconds)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"{_short(seconds, 2)} s"
    return f"{_short(seconds / 60, 1)} min" if seconds < 7200 else f"{_short(seconds / 3600, 1)} h"


def _short(value: float, digits: int) -> str:
    """As `1.5`, and a whole number without what follows its point."""
    return f"{value:.{digits}f}".removesuffix("." + "0" * digits)
