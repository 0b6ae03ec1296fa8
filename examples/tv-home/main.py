"""A TV's home screen in one round trip: twelve calls to four services, shaped for a screen three metres away."""

import asyncio
from typing import Any

from stagedoor import ApiError, Request, Response, api, config, endpoint, log

CARD = (640, 360)
HERO = (1920, 1080)


@endpoint("GET", "/home")
async def home(request: Request) -> dict[str, Any]:
    """The home screen of a member: a hero film ready to play, and rows of twenty."""
    member = request.member or "guest"
    profile, watching, listed = await asyncio.gather(
        api.members.get(f"/members/{member}"),
        api.members.get(f"/members/{member}/watching"),
        api.discovery.get("/rows", params={"member": member}),
    )
    chosen = listed.json()["rows"][: config["rows"]]
    rows = await asyncio.gather(*(row(one["id"]) for one in chosen))
    hero = rows[0]["films"][0]
    scores, licence = await asyncio.gather(ratings(rows), playback(hero["id"], member))
    for films in (one["films"] for one in rows):
        for film in films:
            film["score"] = scores.get(str(film["id"]), {}).get("imdb")
    return {
        "greeting": f"Good evening, {profile.json()['name']}",
        "hero": {**hero, "image": sized(hero, HERO), "playback": licence},
        "continue": watching.json()["films"],
        "rows": [{"title": one["title"], "films": [card(film) for film in one["films"]]} for one in rows],
    }


@endpoint("GET", "/posters/{film}/{size}")
async def poster(request: Request) -> Response:
    """A film's picture in the size asked for."""
    answer = await api.discovery.get(f"/posters/{request.params['film']}/{request.params['size']}")
    return Response(answer.body, headers={"cache-control": "public, max-age=86400"}, media_type="image/svg+xml")


async def row(name: str) -> dict[str, Any]:
    answer = await api.discovery.get(f"/rows/{name}", params={"limit": config["row_length"]})
    return answer.json()


async def ratings(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Scores by film; a home screen without them is better than none."""
    films = ",".join(str(film["id"]) for one in rows for film in one["films"])
    try:
        return (await api.ratings.get("/ratings", params={"films": films})).json()["ratings"]
    except ApiError as error:
        log.warning("no ratings", reason=error.reason)
        return {}


async def playback(film: int, member: str) -> dict[str, Any] | None:
    try:
        return (await api.playback.get(f"/licences/{film}", params={"member": member})).json()
    except ApiError as error:
        log.warning("no licence", film=film, reason=error.reason)
        return None


def card(film: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": film["id"],
        "title": film["title"],
        "year": film["year"],
        "maturity": film["maturity"],
        "minutes": film["minutes"],
        "score": film["score"],
        "image": sized(film, CARD),
    }


def sized(film: dict[str, Any], size: tuple[int, int]) -> str:
    return film["image"].format(width=size[0], height=size[1])
