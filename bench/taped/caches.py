"""What is kept from one request to the next."""

import functools
import time

from stagedoor import Request, api, endpoint

_kept: dict[str, tuple[float, dict]] = {}


@functools.lru_cache(maxsize=64)
def _shaped(title: str) -> str:
    return title.upper().replace(" ", "-")


@endpoint("GET", "/shaped")
async def shaped(request: Request) -> dict:
    row = (await api.discovery.get("/rows/popular?limit=10")).json()
    return {"titles": [_shaped(one["title"]) for one in row["films"]]}


@endpoint("GET", "/kept")
async def kept(request: Request) -> dict:
    at, row = _kept.get("row", (0.0, {}))
    if time.time() - at > 0.05:
        row = (await api.discovery.get("/rows/popular?limit=5")).json()
        _kept["row"] = (time.time(), row)
    return row
