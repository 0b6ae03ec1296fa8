"""The same films for a phone: a small answer, since every byte is paid for."""

from typing import Any

from stagedoor import Request, Response, api, config, endpoint


@endpoint("GET", "/home")
async def home(request: Request) -> Response:
    """The home screen of a member, in a few kilobytes."""
    member = request.member or "guest"
    profile, listed = await api.gather(api.members.profile(member=member), api.discovery.rows(member=member))
    chosen = listed["rows"][: config["rows"]]
    rows = await api.gather(*(api.discovery.row(row=one["id"], limit=config["row_length"]) for one in chosen))
    shaped = [{"t": row["title"], "f": [small(film) for film in row["films"]]} for row in rows]
    return Response({"name": profile["name"], "rows": shaped}, headers={"api-calls": str(api.made())})


@endpoint("GET", "/search")
async def search(request: Request) -> dict[str, Any]:
    """Titles that hold all words of `q`."""
    found = await api.discovery.search(q=request.query.get("q", ""))
    return {"films": [small(film) for film in found["films"]]}


def small(film: Any) -> dict[str, Any]:
    return {"id": film["id"], "t": film["title"], "i": film["image"].format(width=160, height=90)}
