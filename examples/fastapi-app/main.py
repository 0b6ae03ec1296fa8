"""An unchanged FastAPI application: parameters, validation, lifespan, an OpenAPI document under its own address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

FILMS = {1: "Metropolis", 2: "M"}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, str]]:
    yield {"started": "yes"}


app = FastAPI(lifespan=lifespan)


@app.get("/films/{number}")
async def film(number: int, request: Request) -> dict[str, str]:
    return {"title": FILMS.get(number, "unknown"), "started": request.state.started, "root": request.scope["root_path"]}
