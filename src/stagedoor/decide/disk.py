"""What may still be written to a disk that fills up: logs stop first, so that operators can delete and roll back."""

from dataclasses import dataclass

_SHARE = 0.05
_LEAST_BYTES, _MOST_BYTES = 64_000_000, 1_000_000_000
_RESUME = 1.25  # Of the reserve: what stopped goes on only with some room, not at each byte.


@dataclass(frozen=True, slots=True)
class Disk:
    """Whether logs are written, and why not."""

    writes_logs: bool
    reason: str = ""


def reserve(total: int) -> int:
    """Bytes of a disk of `total` bytes that logs leave to the changes of operators."""
    return min(_MOST_BYTES, max(_LEAST_BYTES, int(total * _SHARE)))


def decide(total: int, free: int, *, writes_logs: bool) -> Disk:
    """`writes_logs`: whether logs are written so far."""
    needed = reserve(total) * (1.0 if writes_logs else _RESUME)
    if free >= needed:
        return Disk(True)
    return Disk(
        False, f"{free} bytes are free on the disk of the data folder, and {reserve(total)} are kept in reserve"
    )
