"""How films are rated."""

from collections.abc import Sequence

from films import Film, work
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

MEDIAN_MS = 9


def build(films: Sequence[Film]) -> Starlette:
    by_id = {film.id: film for film in films}

    async def ratings(request: Request) -> JSONResponse:
        await work(MEDIAN_MS)
        wanted = [int(one) for one in request.query_params.get("films", "").split(",") if one.isdigit()]
        found = {number: by_id[number] for number in wanted if number in by_id}
        return JSONResponse(
            {"ratings": {str(one.id): {"imdb": one.imdb, "critics": one.tomatoes} for one in found.values()}}
        )

    return Starlette(routes=[Route("/ratings", ratings)])
