"""Calls side by side: they begin at once, and who waits for all of them wakes once."""

import asyncio
from collections.abc import Iterable
from inspect import isawaitable
from typing import Any

from stagedoor.runtime.call import NONE, Call


class Group:
    """Counts calls down; its future is done when none is left, or when one has failed."""

    __slots__ = ("future", "left")

    def __init__(self, left: int) -> None:
        self.left = left
        self.future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def one_ended(self, done: "asyncio.Future[Any]") -> None:
        self.one_less(failed=done.cancelled() or bool(done.exception()))

    def one_less(self, *, failed: bool) -> None:
        self.left -= 1
        if (failed or not self.left) and not self.future.done():
            self.future.set_result(None)


async def gather(things: Iterable[Any]) -> list[Any]:
    """The values of calls and other awaitables, side by side. Raises the first error, and gives the others up."""
    those: list[Any] = [one if type(one) is Call else _as_future(one) for one in things]
    if not those:
        return []
    group = Group(len(those))
    try:
        for one in those:
            if type(one) is Call:
                one.join(group)
            else:
                one.add_done_callback(group.one_ended)
        await group.future
        return await _values(those)
    except BaseException:
        for one in those:
            if isinstance(one, Call):
                one.leave(group)
            else:
                one.cancel()
        raise


async def _values(those: list[Any]) -> list[Any]:
    """Of calls and futures of which all are over, or one has failed: that one is raised, whatever the others do."""
    for one in those:
        if type(one) is not Call and one.done():
            one.result()
    values = [one.value() if type(one) is Call and one.is_over else NONE for one in those]
    for at, one in enumerate(those):
        if type(one) is not Call:
            values[at] = await one
        elif one.stands_in and isawaitable(values[at]):
            values[at] = await values[at]
    return values


def _as_future(thing: Any) -> Any:
    return thing if isinstance(thing, Call) else asyncio.ensure_future(thing)
