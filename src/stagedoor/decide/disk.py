"""What may still be written to a disk that fills up: logs and what is new stop first, so that operators can go back."""

from dataclasses import dataclass

from stagedoor.model.quantity import say_size

_SHARE = 0.05
_LEAST_BYTES, _MOST_BYTES = 64_000_000, 1_000_000_000
_RESUME = 1.25  # Of the reserve: what stopped goes on only with some room, not at each byte.
# What writes: uploads and all that makes the data grow; changes that free space, go back or configure.
GROWTH, CHANGE = "growth", "change"
# What a change may need, and what it is given of the reserve at a time: so that many changes are possible.
CHANGE_BYTES = STEP_BYTES = 4_000_000
_MAX_HELD_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class LogVerdict:
    """Whether logs are written, and why not."""

    writes_logs: bool
    reason: str = ""


def reserve(total: int) -> int:
    """Bytes of a disk of `total` bytes that logs leave to the changes of operators."""
    return min(_MOST_BYTES, max(_LEAST_BYTES, int(total * _SHARE)))


def judge_logs(total: int, free: int, *, writes_logs: bool) -> LogVerdict:
    """Decides whether logs are written; `writes_logs`: whether they are so far."""
    needed = reserve(total) * (1.0 if writes_logs else _RESUME)
    if free >= needed:
        return LogVerdict(True)
    return LogVerdict(
        False, f"{free} bytes are free on the disk of the data folder, and {reserve(total)} are kept in reserve"
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """`release_bytes` is the part of the reserve that is given away first."""

    allowed: bool
    reason: str = ""
    release_bytes: int = 0


def judge(total: int, free: int, held: int, purpose: str) -> Verdict:
    """Decides whether something may be written to a disk of which `held` bytes are set aside."""
    if purpose == CHANGE:
        return Verdict(True, release_bytes=0 if free >= CHANGE_BYTES else min(held, STEP_BYTES))
    if free >= reserve(total):
        return Verdict(True)
    return Verdict(
        False,
        f"{say_size(free)} of {say_size(total)} are free on the disk of the data folder, and the last "
        f"{say_size(reserve(total))} are kept for deleting, rolling back and configuring",
    )


def held_bytes(total: int, free: int, held: int) -> int:
    """Returns how many bytes should be set aside; no more than before while the disk is nearly full."""
    wanted = min(_MAX_HELD_BYTES, reserve(total) // 2)
    return wanted if free - (wanted - held) >= reserve(total) else held
