"""Who a member is, and what they were watching."""

from collections.abc import Sequence
from zlib import crc32

from films import Film, work
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

MEDIAN_MS = 6
_NAMES = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Frances", "Ken", "Radia", "Tim")
_GENRES = ("Drama", "Comedy", "Action", "Adventure", "Thriller/Suspense", "Horror", "Romantic Comedy", "Documentary")


def build(films: Sequence[Film]) -> Starlette:
    async def member(request: Request) -> JSONResponse:
        await work(MEDIAN_MS)
        name = request.path_params["member"]
        seed = crc32(name.encode())
        favourites = [_GENRES[(seed >> shift) % len(_GENRES)] for shift in (0, 5, 10)]
        return JSONResponse(
            {"id": name, "name": _NAMES[seed % len(_NAMES)], "plan": "standard", "favourites": sorted(set(favourites))}
        )

    async def watching(request: Request) -> JSONResponse:
        await work(MEDIAN_MS)
        seed = crc32(request.path_params["member"].encode())
        chosen = [films[(seed * (n + 1)) % len(films)] for n in range(6)]
        return JSONResponse({"films": [{"id": film.id, "minute": seed % max(1, film.minutes)} for film in chosen]})

    return Starlette(
        routes=[Route("/members/{member}", member), Route("/members/{member}/watching", watching)],
    )
