"""Answers that go on: JSON lines and server-sent events, with a sign of life so that a dead peer is noticed."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from fastapi.responses import StreamingResponse

from stagedoor.model.errors import Failure, Unavailable

_SIGN_OF_LIFE = 10.0


Check = Callable[[], Awaitable[object]]


def json_lines(items: AsyncIterator[dict[str, Any]], check: Check) -> StreamingResponse:
    """`check` raises once who asked may ask no more; the stream ends then."""

    async def lines() -> AsyncIterator[bytes]:
        async for item in _alive(items, check):
            yield b"\n" if item is None else json.dumps(item).encode() + b"\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


def events(items: AsyncIterator[tuple[str, dict[str, Any]]], check: Check) -> StreamingResponse:
    """`check` raises once who asked may ask no more; the stream ends then."""

    async def lines() -> AsyncIterator[bytes]:
        async for item in _alive(items, check):
            if item is None:
                yield b": alive\n\n"
            else:
                yield f"event: {item[0]}\nid: {item[1].get('seq', 0)}\ndata: {json.dumps(item[1])}\n\n".encode()

    return StreamingResponse(lines(), media_type="text/event-stream", headers={"cache-control": "no-store"})


async def _alive(items: AsyncIterator[Any], check: Check) -> AsyncIterator[Any]:
    """The items, and None after every while without one."""
    pending: asyncio.Task[Any] | None = None
    checked = time.monotonic()
    try:
        while True:
            if time.monotonic() - checked > _SIGN_OF_LIFE:
                checked = time.monotonic()
                try:
                    await check()
                except Unavailable:
                    pass  # The database is away: who was let in stays until it can be asked.
                except Failure:
                    return
            pending = pending or asyncio.ensure_future(anext(items))
            done, _ = await asyncio.wait({pending}, timeout=_SIGN_OF_LIFE)
            if not done:
                yield None
                continue
            finished, pending = pending, None
            try:
                yield finished.result()
            except StopAsyncIteration:
                return
    finally:
        if pending is not None:
            pending.cancel()
