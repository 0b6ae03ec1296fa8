"""What changes, as it changes: topics for whoever looks on, and what every deployment does now."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse

from stagedoor.control import news, status
from stagedoor.control.platform import Platform
from stagedoor.http import stream
from stagedoor.model.access import Identity

_RATES = 1.0


def build(platform: Platform, who: Any) -> APIRouter:
    router = APIRouter()
    rates = _Rates(platform)
    Who = Annotated[Identity, Depends(who)]

    @router.get("/v1/events", tags=["live"], response_class=StreamingResponse)
    async def events(by: Who, request: Request) -> Response:
        """Server-sent events: `hello` with the platform's version, `changed` with topics, `rates` each second.

        Topics say what to ask for again: applications, deployments, instances, operations, activities, services,
        status, access, alerts, rollouts.
        """
        return stream.events(_events(platform, rates), request, who, by)

    return router


class _Rates:
    """What every deployment does now: looked at once a second, however many streams show it."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._lock = asyncio.Lock()
        self._found: list[dict[str, Any]] = []
        self._at = -_RATES

    async def read(self) -> list[dict[str, Any]]:
        async with self._lock:
            now = time.monotonic()
            if now - self._at >= _RATES * 0.9:
                self._at = now
                try:
                    self._found = [asdict(rate) for rate in await status.rates(self._platform)]
                except Exception:
                    self._found = []  # The database or the edge is away; the page says so by what it cannot load.
            return self._found


async def _events(platform: Platform, rates: _Rates) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    yield "hello", {"version": platform.release}
    told: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue(maxsize=100)
    tasks = [asyncio.ensure_future(_changes(platform, told)), asyncio.ensure_future(_tell_rates(platform, rates, told))]
    try:
        while True:
            yield await told.get()
    finally:
        for task in tasks:
            task.cancel()


async def _changes(platform: Platform, told: "asyncio.Queue[tuple[str, dict[str, Any]]]") -> None:
    async for topics in platform.news.watch():
        await told.put(("changed", {"topics": topics}))


async def _tell_rates(platform: Platform, rates: _Rates, told: "asyncio.Queue[tuple[str, dict[str, Any]]]") -> None:
    while True:
        await told.put(("rates", {"at": platform.clock(), "rates": await rates.read()}))
        await asyncio.sleep(_RATES)


async def keep_looking(platform: Platform) -> None:
    """While somebody watches: what has no news of its own, since it happens elsewhere (instances, programs)."""
    seen: dict[str, Any] = {}
    while True:
        await asyncio.sleep(0.25)
        if not platform.news.watched:
            seen = {}
            continue
        now = {news.INSTANCES: await _instances(platform), news.STATUS: await asyncio.to_thread(platform.programs)}
        changed = [topic for topic, value in now.items() if topic in seen and seen[topic] != value]
        seen = now
        if changed:
            platform.news.tell(*changed)


async def _instances(platform: Platform) -> Any:
    try:
        return [(one["id"], one["state"]) for one in await platform.engine.instances()]
    except Exception:
        return None
