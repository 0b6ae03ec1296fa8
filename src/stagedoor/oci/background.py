"""Tasks that go on beside whoever began them; one that fails is told."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger("stagedoor.background")


class Background:
    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("what ran beside failed", exc_info=error)

    async def wait(self) -> None:
        """Until all that goes on now has ended."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
