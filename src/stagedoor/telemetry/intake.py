"""Takes records from the edge's ring: whole lines go to disk, gaps in the edge's own numbers are counted."""

import asyncio

from stagedoor.telemetry.segments import Segments


class Intake(asyncio.Protocol):
    """One connection of the edge's ring; a worker opens one and keeps it."""

    def __init__(self, segments: Segments) -> None:
        self._segments = segments
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        content = self._rest + data
        end = content.rfind(b"\n") + 1
        self._rest = content[end:]
        if end:
            self._segments.append(content[:end])
