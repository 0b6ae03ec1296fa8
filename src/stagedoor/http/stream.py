"""Answers that go on: JSON lines and server-sent events, with a sign of life so that a dead peer is noticed.

Each holds a place from its beginning to its end: so many for each token, so many for all, some kept for operators.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from stagedoor.model.access import OPERATOR, Identity
from stagedoor.model.errors import Failure, TooMany, Unavailable

MAX_STREAMS, OPERATOR_PLACES, MAX_STREAMS_PER_TOKEN = 400, 50, 50
_SIGN_OF_LIFE = 10.0

Who = Callable[[Request], Awaitable[Identity]]


class Places:
    """How many streams each token has open."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def take(self, by: Identity) -> None:
        """Raises TooMany with the bound that is reached."""
        if self._taken[by.name] >= MAX_STREAMS_PER_TOKEN:
            raise TooMany(
                f"{by.name} has {self._taken[by.name]} streams open, and {MAX_STREAMS_PER_TOKEN} at once are allowed",
                hint="close another one",
            )
        places = MAX_STREAMS if by.role == OPERATOR else MAX_STREAMS - OPERATOR_PLACES
        if self._taken.total() >= places:
            raise TooMany(
                f"all {places} places for streams are taken; {OPERATOR_PLACES} of {MAX_STREAMS} are kept for operators",
                hint="try again later",
            )
        self._taken[by.name] += 1

    def leave(self, by: Identity) -> None:
        self._taken[by.name] -= 1
        if self._taken[by.name] <= 0:
            del self._taken[by.name]


class _Stream(StreamingResponse):
    """Leaves its place however it ends, also when its reader goes before the first byte."""

    def __init__(self, content: AsyncIterator[bytes], places: Places, by: Identity, **options: Any) -> None:
        super().__init__(content, **options)
        self._places, self._by = places, by

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._places.leave(self._by)


def json_lines(items: AsyncIterator[dict[str, Any]], request: Request, who: Who, by: Identity) -> StreamingResponse:
    """`who` is asked again and again: the stream ends once `by` may ask no more. Raises TooMany."""

    async def lines() -> AsyncIterator[bytes]:
        async for item in _alive(items, lambda: who(request)):
            yield b"\n" if item is None else json.dumps(item).encode() + b"\n"

    return _Stream(lines(), _take_place(request, by), by, media_type="application/x-ndjson")


def events(
    items: AsyncIterator[tuple[str, dict[str, Any]]], request: Request, who: Who, by: Identity
) -> StreamingResponse:
    """`who` is asked again and again: the stream ends once `by` may ask no more. Raises TooMany."""

    async def lines() -> AsyncIterator[bytes]:
        async for item in _alive(items, lambda: who(request)):
            if item is None:
                yield b": alive\n\n"
            else:
                yield f"event: {item[0]}\nid: {item[1].get('seq', 0)}\ndata: {json.dumps(item[1])}\n\n".encode()

    headers = {"cache-control": "no-store"}
    return _Stream(lines(), _take_place(request, by), by, media_type="text/event-stream", headers=headers)


def _take_place(request: Request, by: Identity) -> Places:
    state = request.app.state
    if not hasattr(state, "stream_places"):
        state.stream_places = Places()
    places: Places = state.stream_places
    places.take(by)
    return places


async def _alive(items: AsyncIterator[Any], check: Callable[[], Awaitable[object]]) -> AsyncIterator[Any]:
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
