"""What takes its time, and what fails."""

import asyncio
import random
import uuid

from stagedoor import HTTPError, Request, api, endpoint


@endpoint("GET", "/sleeps")
async def sleeps(request: Request) -> dict:
    said: list[str] = []

    async def later(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        said.append(name)

    await asyncio.gather(later("long", 0.03), later("short", 0.002), later("middle", 0.015))
    await api.discovery.get("/rows/popular?limit=1")
    said.append("row")
    return {"said": said}


@endpoint("GET", "/in-time")
async def in_time(request: Request) -> dict:
    try:
        async with asyncio.timeout(random.choice((0.0005, 2.0))):
            row = (await api.discovery.get("/rows/popular?limit=2")).json()
    except TimeoutError:
        row = None
    slow = await api.discovery.get("/rows/horror?limit=1", timeout=2, fallback=None)
    return {"row": row, "slow": slow is not None}


@endpoint("GET", "/tried-again")
async def tried_again(request: Request) -> dict:
    pauses = []
    for number in range(3):
        answer = await api.discovery.get(f"/rows/no-such-{number}", check=False)
        if answer.status < 400:
            break
        pause = random.uniform(0, 0.004)
        pauses.append(pause)
        await asyncio.sleep(pause)
    return {"pauses": pauses, "status": answer.status}


@endpoint("GET", "/fails")
async def fails(request: Request) -> dict:
    incident = uuid.uuid4()
    answer = await api.members.get("/members/m1")
    raise HTTPError(503, "later", f"{incident} of {answer.json().get('name')}")
