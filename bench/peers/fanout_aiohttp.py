"""aiohttp as server and client, on uvloop: python fanout_aiohttp.py SERVICE SOCKET"""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import uvloop
from aiohttp import web
from shaping import CALLS, shape

CLIENT = web.AppKey("client", aiohttp.ClientSession)


async def client(app: web.Application) -> AsyncIterator[None]:
    async with aiohttp.ClientSession(sys.argv[1]) as app[CLIENT]:
        yield


async def get(session: aiohttp.ClientSession, path: str) -> dict[str, Any]:
    async with session.get(path) as answer:
        return await answer.json()


async def home(request: web.Request) -> web.Response:
    session = request.app[CLIENT]
    return web.json_response(shape(await asyncio.gather(*(get(session, f"/item/{n}") for n in range(CALLS)))))


app = web.Application()
app.cleanup_ctx.append(client)
app.router.add_get("/home", home)
web.run_app(app, path=sys.argv[2], access_log=None, print=None, loop=uvloop.new_event_loop())
