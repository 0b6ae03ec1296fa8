"""Takes records from the edge's ring: whole lines go to disk, cleaned of secrets, and to whoever looks on."""

import asyncio
from collections.abc import Callable

MAX_LINE_BYTES = 64 << 10
_BACKSLASH_PAIR, _STAND_IN = b"\\\\", b"\xff\xfe\xff"  # No text holds the latter.
# After a read of little, and of so much that more may wait.
_PAUSE, _SHORT_PAUSE, _MUCH = 0.02, 0.005, 96 << 10


class Intake(asyncio.Protocol):
    """One connection of the edge's ring; a worker opens one and keeps it.

    It reads, then looks away for some milliseconds: the ring holds what comes meanwhile, and one read of many records
    costs both sides a fraction of many reads of a few.
    """

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
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
            self._take(undo_escapes(content[:end]))
        if len(self._rest) > MAX_LINE_BYTES:
            self._rest = b""  # No line of the edge is so long.
        if self._transport is not None:
            self._transport.pause_reading()
            self._loop.call_later(_PAUSE if len(data) < _MUCH else _SHORT_PAUSE, self._look_again)

    def _look_again(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()


def undo_escapes(lines: bytes) -> bytes:
    """Undoes what the edge escapes as syslog wants it and JSON does not know: a closing bracket in a path.

    A backslash that is escaped itself is left alone, so a bracket behind it is one that somebody wrote.
    """
    if b"\\]" not in lines:
        return lines
    return lines.replace(_BACKSLASH_PAIR, _STAND_IN).replace(b"\\]", b"]").replace(_STAND_IN, _BACKSLASH_PAIR)
