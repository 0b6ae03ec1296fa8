"""A licence and stream addresses for a film."""

from collections.abc import Sequence
from hashlib import sha256

from films import Film, work
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

MEDIAN_MS = 12


def build(films: Sequence[Film]) -> Starlette:
    known = {film.id for film in films}

    async def licence(request: Request) -> JSONResponse:
        await work(MEDIAN_MS)
        film = request.path_params["film"]
        if film not in known:
            return JSONResponse({"error": "no such film"}, 404)
        member = request.query_params.get("member", "")
        key = sha256(f"{film}:{member}".encode()).hexdigest()[:32]
        streams = {quality: f"/streams/{film}/{quality}.m3u8" for quality in ("2160p", "1080p", "480p")}
        return JSONResponse({"film": film, "licence": key, "streams": streams})

    return Starlette(routes=[Route("/licences/{film:int}", licence)])
