"""A TV's home screen in one round trip: twelve calls to four services, shaped for a screen three metres away."""

from typing import Any

from stagedoor import Request, Response, api, config, endpoint

CARD = (640, 360)
HERO = (1920, 1080)


@endpoint("GET", "/home")
async def home(request: Request) -> Response:
    """The home screen of a member: a hero film ready to play, and rows of twenty."""
    screen = await shape(request.member or "guest")
    return Response(screen, headers={"api-calls": str(api.made())})


async def shape(member: str) -> dict[str, Any]:
    profile, watching, listed = await api.gather(
        api.members.profile(member=member),
        api.members.watching(member=member),
        api.discovery.rows(member=member),
    )
    chosen = listed["rows"][: config["rows"]]
    rows = await api.gather(*(api.discovery.row(row=one["id"], limit=config["row_length"]) for one in chosen))
    hero = rows[0]["films"][0]
    # A screen without scores (the catalogue has a fallback for them), or that cannot play at once, is still one.
    scored, licence = await api.gather(
        api.ratings.scores(films=",".join(str(film["id"]) for row in rows for film in row["films"])),
        api.playback.licence(film=hero["id"], member=member, fallback=None),
    )
    return {
        "greeting": f"Good evening, {profile['name']}",
        "hero": {**hero, "image": sized(hero, HERO), "playback": licence},
        "continue": watching["films"],
        "rows": [
            {"title": row["title"], "films": [card(film, scored["ratings"]) for film in row["films"]]} for row in rows
        ],
        "degraded": api.degraded(),
    }


@endpoint("GET", "/posters/{film}/{size}")
async def poster(request: Request) -> Response:
    """A film's picture in the size asked for."""
    answer = await api.discovery.get(f"/posters/{request.params['film']}/{request.params['size']}")
    return Response(answer.body, headers={"cache-control": "public, max-age=86400"}, media_type="image/svg+xml")


def card(film: Any, scores: Any) -> dict[str, Any]:
    return {
        "id": film["id"],
        "title": film["title"],
        "year": film["year"],
        "genre": film["genre"],
        "maturity": film["maturity"],
        "minutes": film["minutes"],
        "score": scores.get(str(film["id"]), {}).get("imdb"),
        "image": sized(film, CARD),
    }


def sized(film: Any, size: tuple[int, int]) -> str:
    return str(film["image"].format(width=size[0], height=size[1]))
