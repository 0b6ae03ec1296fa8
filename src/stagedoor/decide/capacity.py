"""Whether another instance fits into the machine's memory: known before it starts, not found out by the kernel."""

from dataclasses import dataclass

from stagedoor.model.quantity import say_size


@dataclass(frozen=True, slots=True)
class Fit:
    fits: bool
    reason: str


def fits(total: int, promised: int, wanted: int) -> Fit:
    """`total` bytes are for instances, `promised` are the limits of those that run, `wanted` the limit of one more."""
    room = total - promised
    reason = (
        f"{say_size(wanted)} are wanted, {say_size(max(0, room))} are left: of the {say_size(total)} for instances "
        f"{say_size(promised)} are promised"
    )
    return Fit(wanted <= room, reason)
