"""What people write: FastAPI with httpx, or with aiohttp's client. The service's address is in the environment."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import httpx
from fastapi import FastAPI
from shaping import CALLS, shape

SERVICE = os.environ["BENCH_SERVICE"]


def with_httpx() -> FastAPI:
    clients: list[httpx.AsyncClient] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with httpx.AsyncClient(base_url=SERVICE, trust_env=False) as client:
            clients.append(client)
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/home")
    async def home() -> dict[str, Any]:
        answers = await asyncio.gather(*(clients[0].get(f"/item/{n}") for n in range(CALLS)))
        return shape([one.json() for one in answers])

    return app


def with_aiohttp() -> FastAPI:
    clients: list[aiohttp.ClientSession] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(SERVICE) as client:
            clients.append(client)
            yield

    app = FastAPI(lifespan=lifespan)

    async def get(path: str) -> dict[str, Any]:
        async with clients[0].get(path) as answer:
            return await answer.json()

    @app.get("/home")
    async def home() -> dict[str, Any]:
        return shape(await asyncio.gather(*(get(f"/item/{n}") for n in range(CALLS))))

    return app
