"""The same films for a phone: a small answer, since every byte is paid for."""

import asyncio
from typing import Any

from stagedoor import Request, api, config, endpoint


@endpoint("GET", "/home")
async def home(request: Request) -> dict[str, Any]:
    """The home screen of a member, in a few kilobytes."""
    member = request.member or "guest"
    profile, listed = await asyncio.gather(
        api.members.get(f"/members/{member}"),
        api.discovery.get("/rows", params={"member": member}),
    )
    chosen = listed.json()["rows"][: config["rows"]]
    rows = await asyncio.gather(*(row(one["id"]) for one in chosen))
    return {"name": profile.json()["name"], "rows": rows}


@endpoint("GET", "/search")
async def search(request: Request) -> dict[str, Any]:
    """Titles that hold all words of `q`."""
    answer = await api.discovery.get("/search", params={"q": request.query.get("q", "")})
    return {"films": [small(film) for film in answer.json()["films"]]}


async def row(name: str) -> dict[str, Any]:
    found = (await api.discovery.get(f"/rows/{name}", params={"limit": config["row_length"]})).json()
    return {"t": found["title"], "f": [small(film) for film in found["films"]]}


def small(film: dict[str, Any]) -> dict[str, Any]:
    return {"id": film["id"], "t": film["title"], "i": film["image"].format(width=160, height=90)}
