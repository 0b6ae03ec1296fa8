"""Asks an instance at its door whether its event loop still turns."""

import asyncio
import time
from pathlib import Path

_REQUEST = b"GET /.stagedoor/alive HTTP/1.1\r\nhost: probe\r\nconnection: close\r\n\r\n"


async def alive(door: Path, patience: float) -> bool:
    """Whether the script's own loop answers within `patience` seconds."""
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_unix_connection(str(door))
            try:
                writer.write(_REQUEST)
                return (await reader.readline()).startswith(b"HTTP/1.1 200")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


async def until_hung(door: Path, patience: float) -> None:
    """Returns when there was no answer for `patience` seconds."""
    while True:
        await asyncio.sleep(min(1.0, patience / 4))
        asked = time.monotonic()
        # Each question has the whole time, so that a pause of our own is not taken for one of the script's. An answer
        # that fails at once is no hang: the end of a process is seen elsewhere.
        if not await alive(door, patience) and time.monotonic() - asked >= patience * 0.9:
            return
