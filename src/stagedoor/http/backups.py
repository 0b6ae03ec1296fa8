"""The backup as a download: written while it is sent, so that it needs no room of its own."""

import asyncio
import queue
import threading
from collections.abc import AsyncIterator
from typing import IO, Annotated, Any, cast

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from stagedoor.control import backup, retention
from stagedoor.control.platform import Platform
from stagedoor.decide.retain import Forgotten
from stagedoor.model.access import Identity

_BLOCK = 1 << 18
_AHEAD = 16


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter()
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/backup", tags=["platform"], response_class=StreamingResponse)
    async def get_backup(by: Who) -> StreamingResponse:
        """Everything a platform needs to serve the same elsewhere, but for the keys of its secrets."""
        snapshot = await backup.take(platform, by)

        async def whole() -> AsyncIterator[bytes]:
            platform.backups += 1  # What it names is not removed meanwhile.
            try:
                async for block in _blocks(platform, snapshot):
                    yield block
            finally:
                platform.backups -= 1

        return StreamingResponse(whole(), media_type="application/gzip")

    @router.get("/v1/retention", tags=["platform"])
    async def get_retention(by: Who) -> list[Forgotten]:
        """What the rule would forget now, and why."""
        by.require_operator()
        return await retention.plan(platform)

    @router.post("/v1/retention", tags=["platform"])
    async def apply_retention(by: Who) -> list[Forgotten]:
        """Forgets it. The platform does so by itself every hour."""
        return await retention.apply(platform, by)

    return router


async def _blocks(platform: Platform, snapshot: backup.Snapshot) -> AsyncIterator[bytes]:
    pipe = _Pipe()

    def write() -> None:
        try:
            platform.artefacts.write_backup(cast(IO[bytes], pipe), platform.release, platform.clock(), snapshot)
        except BaseException as error:
            pipe.failed = error
        finally:
            pipe.end()

    threading.Thread(target=write, daemon=True).start()
    try:
        while block := await asyncio.to_thread(pipe.blocks.get):
            yield block
    finally:
        pipe.closed_by_reader = True
    if pipe.failed is not None:
        raise pipe.failed  # The connection ends without its end, so that the reader knows.


class _Pipe:
    """A file for the thread that writes; blocks for the loop that sends."""

    def __init__(self) -> None:
        self.blocks: queue.Queue[bytes] = queue.Queue(_AHEAD)
        self.failed: BaseException | None = None
        self.closed_by_reader = False
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        if len(self._held) >= _BLOCK:
            self._put(bytes(self._held))
            self._held.clear()
        return len(data)

    def flush(self) -> None:
        pass

    def end(self) -> None:
        if self._held and self.failed is None:
            self._put(bytes(self._held))
        self._put(b"")

    def _put(self, block: bytes) -> None:
        while True:
            try:
                self.blocks.put(block, timeout=1)
                return
            except queue.Full:
                if self.closed_by_reader:
                    raise BrokenPipeError("the reader of the backup went away") from None
