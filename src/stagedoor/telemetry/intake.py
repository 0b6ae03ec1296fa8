"""Takes records from the edge's ring: whole lines go to disk, gaps in the edge's own numbers are counted."""

import asyncio

from stagedoor.telemetry.figures import Figures
from stagedoor.telemetry.segments import Segments

_PAUSE = 0.005


class Intake(asyncio.Protocol):
    """One connection of the edge's ring; a worker opens one and keeps it.

    It reads, then looks away for some milliseconds: the ring holds what comes meanwhile, and one read of many records
    costs both sides a fraction of many reads of a few.
    """

    def __init__(self, segments: Segments, figures: Figures) -> None:
        self._segments = segments
        self._figures = figures
        self._rest = b""
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.ReadTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.ReadTransport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        content = self._rest + data
        end = content.rfind(b"\n") + 1
        self._rest = content[end:]
        if end:
            self._segments.append(content[:end])
            self._figures.take(content[:end])
        if self._transport is not None:
            self._transport.pause_reading()
            self._loop.call_later(_PAUSE, self._look_again)

    def _look_again(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
