"""Telemetry as control sees it. While it is away there are no records, and nothing else fails for that."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx


class RemoteRecords:
    """Implements the port `Records`."""

    def __init__(self, socket: Path) -> None:
        self._client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=str(socket)),
            base_url="http://telemetry",
            timeout=httpx.Timeout(10, read=None),
        )

    async def read(self, filters: dict[str, str], limit: int, *, follow: bool) -> AsyncIterator[dict[str, Any]]:
        query = {**filters, "limit": str(limit)} | ({"follow": "1"} if follow else {})
        try:
            async with self._client.stream("GET", "/records", params=query) as answer:
                async for line in answer.aiter_lines():
                    yield json.loads(line)
        except httpx.TransportError:
            return

    async def close(self) -> None:
        await self._client.aclose()
