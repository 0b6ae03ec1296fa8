"""A TV's home screen in one round trip: twelve calls to four services, shaped for a screen three metres away."""

import asyncio
from contextvars import ContextVar
from typing import Any

from stagedoor import ApiError, Request, Response, api, config, endpoint, log

CARD = (640, 360)
HERO = (1920, 1080)

_calls: ContextVar[list[str]] = ContextVar("calls")


async def call(service: str, path: str, **params: Any) -> Any:
    """A call to a service, written down: the answer says how many round trips it spares the device."""
    _calls.get().append(service)
    return (await api[service].get(path, params=params or None)).json()


@endpoint("GET", "/home")
async def home(request: Request) -> Response:
    """The home screen of a member: a hero film ready to play, and rows of twenty."""
    made: list[str] = []
    _calls.set(made)
    screen = await shape(request.member or "guest")
    return Response(screen, headers={"api-calls": str(len(made))})


async def shape(member: str) -> dict[str, Any]:
    profile, watching, listed = await asyncio.gather(
        call("members", f"/members/{member}"),
        call("members", f"/members/{member}/watching"),
        call("discovery", "/rows", member=member),
    )
    chosen = listed["rows"][: config["rows"]]
    rows = await asyncio.gather(*(row(one["id"]) for one in chosen))
    hero = rows[0]["films"][0]
    scores, licence = await asyncio.gather(ratings(rows), playback(hero["id"], member))
    for films in (one["films"] for one in rows):
        for film in films:
            film["score"] = scores.get(str(film["id"]), {}).get("imdb")
    return {
        "greeting": f"Good evening, {profile['name']}",
        "hero": {**hero, "image": sized(hero, HERO), "playback": licence},
        "continue": watching["films"],
        "rows": [{"title": one["title"], "films": [card(film) for film in one["films"]]} for one in rows],
    }


@endpoint("GET", "/posters/{film}/{size}")
async def poster(request: Request) -> Response:
    """A film's picture in the size asked for."""
    answer = await api.discovery.get(f"/posters/{request.params['film']}/{request.params['size']}")
    return Response(answer.body, headers={"cache-control": "public, max-age=86400"}, media_type="image/svg+xml")


async def row(name: str) -> dict[str, Any]:
    found: dict[str, Any] = await call("discovery", f"/rows/{name}", limit=config["row_length"])
    return found


async def ratings(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Scores by film; a home screen without them is better than none."""
    films = ",".join(str(film["id"]) for one in rows for film in one["films"])
    try:
        scores: dict[str, Any] = (await call("ratings", "/ratings", films=films))["ratings"]
    except ApiError as error:
        log.warning("no ratings", reason=error.reason)
        return {}
    return scores


async def playback(film: int, member: str) -> dict[str, Any] | None:
    try:
        licence: dict[str, Any] = await call("playback", f"/licences/{film}", member=member)
    except ApiError as error:
        log.warning("no licence", film=film, reason=error.reason)
        return None
    return licence


def card(film: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": film["id"],
        "title": film["title"],
        "year": film["year"],
        "genre": film["genre"],
        "maturity": film["maturity"],
        "minutes": film["minutes"],
        "score": film["score"],
        "image": sized(film, CARD),
    }


def sized(film: dict[str, Any], size: tuple[int, int]) -> str:
    return film["image"].format(width=size[0], height=size[1])
