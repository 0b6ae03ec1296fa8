"""Rows of films for a member, one film, search, posters."""

from collections.abc import Sequence
from html import escape
from zlib import crc32

from films import Film, work
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

MEDIAN_MS = 15


def _rows(films: Sequence[Film]) -> dict[str, tuple[str, list[Film]]]:
    """Rows by id: title and films, the best first."""
    known = sorted(films, key=lambda film: film.votes, reverse=True)
    rows = {
        "popular": ("Popular now", known[:200]),
        "acclaimed": ("Critics' choice", sorted(known, key=lambda film: film.tomatoes, reverse=True)[:200]),
        "blockbusters": ("Blockbusters", sorted(known, key=lambda film: film.gross, reverse=True)[:200]),
        "short": ("Under 90 minutes", [film for film in known if 0 < film.minutes < 90][:200]),
    }
    for genre in sorted({film.genre for film in films}):
        key = "".join(letter if letter.isalnum() else "-" for letter in genre.lower())
        rows[key] = (genre, [film for film in known if film.genre == genre][:200])
    # A row that does not fill a screen is none.
    return {name: row for name, row in rows.items() if len(row[1]) >= 20}


def build(films: Sequence[Film]) -> Starlette:
    rows = _rows(films)
    by_id = {film.id: film for film in films}

    async def list_rows(request: Request) -> JSONResponse:
        await work(MEDIAN_MS)
        seed = crc32(request.query_params.get("member", "").encode())
        mixed = sorted(rows, key=lambda name: (name != "popular", crc32(f"{seed}{name}".encode())))
        return JSONResponse({"rows": [{"id": name, "title": rows[name][0]} for name in mixed]})

    async def row(request: Request) -> JSONResponse:
        await work(MEDIAN_MS)
        found = rows.get(request.path_params["row"])
        if found is None:
            return JSONResponse({"error": "no such row"}, 404)
        limit = min(int(request.query_params.get("limit", "20")), 100)
        return JSONResponse({"title": found[0], "films": [film.card() for film in found[1][:limit]]})

    async def film(request: Request) -> JSONResponse:
        await work(MEDIAN_MS)
        found = by_id.get(request.path_params["film"])
        if found is None:
            return JSONResponse({"error": "no such film"}, 404)
        return JSONResponse({**found.card(), "director": found.director})

    async def search(request: Request) -> JSONResponse:
        await work(MEDIAN_MS)
        words = request.query_params.get("q", "").lower().split()
        found = [one for one in rows["popular"][1] + list(films) if all(word in one.title.lower() for word in words)]
        return JSONResponse({"films": [one.card() for one in list(dict.fromkeys(found))[:20]] if words else []})

    async def poster(request: Request) -> Response:
        found = by_id.get(request.path_params["film"])
        width, _, height = request.path_params["size"].partition("x")
        if found is None or not (width.isdigit() and height.isdigit()):
            return Response(status_code=404)
        hue = crc32(found.title.encode()) % 360
        picture = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 320 180">'
            f'<rect width="320" height="180" fill="hsl({hue} 45% 28%)"/>'
            f'<text x="16" y="150" font-family="sans-serif" font-size="22" fill="#fff">'
            f"{escape(found.title[:28])}</text>"
            "</svg>"
        )
        return Response(picture, media_type="image/svg+xml", headers={"cache-control": "public, max-age=86400"})

    return Starlette(
        routes=[
            Route("/rows", list_rows),
            Route("/rows/{row}", row),
            Route("/films/{film:int}", film),
            Route("/search", search),
            Route("/posters/{film:int}/{size}", poster),
        ]
    )
