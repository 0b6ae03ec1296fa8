"""An unchanged Starlette application: a mounted part, a redirect, a stream, a body."""

import asyncio
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from starlette.routing import Mount, Route


async def home(request: Request) -> JSONResponse:
    return JSONResponse({"url": request.url.path, "mounted": request.url_for("inner:item", number=3).path})


async def item(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"item {request.path_params['number']}")


async def away(request: Request) -> RedirectResponse:
    return RedirectResponse(request.url_for("home"))


async def count(request: Request) -> StreamingResponse:
    async def numbers() -> AsyncIterator[str]:
        for number in range(5):
            yield f"{number}\n"
            await asyncio.sleep(0)

    return StreamingResponse(numbers(), media_type="text/plain")


async def echo(request: Request) -> JSONResponse:
    return JSONResponse({"size": len(await request.body())})


app = Starlette(
    routes=[
        Route("/", home, name="home"),
        Route("/away", away),
        Route("/count", count),
        Route("/echo", echo, methods=["POST"]),
        Mount("/inner", routes=[Route("/items/{number:int}", item, name="item")], name="inner"),
    ]
)
