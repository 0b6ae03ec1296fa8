"""What comes first."""

import asyncio
import time

from stagedoor import Request, api, endpoint

GENRES = ("popular", "comedy", "horror", "acclaimed", "short", "western", "action", "thriller-suspense")


async def _row(name: str) -> tuple[str, int]:
    found = (await api.discovery.get(f"/rows/{name}?limit=4")).json()
    return name, len(found["films"])


@endpoint("GET", "/sets")
async def sets(request: Request) -> dict:
    row = (await api.discovery.get("/rows/popular?limit=12")).json()
    words = {word for film in row["films"] for word in film["title"].split()}
    return {"words": list(words), "pairs": [list(one) for one in {(word, len(word)) for word in words}]}


@endpoint("GET", "/hashes")
async def hashes(request: Request) -> dict:
    row = (await api.discovery.get("/rows/comedy?limit=8")).json()
    titles = sorted((film["title"] for film in row["films"]), key=hash)
    return {"titles": titles, "bucket": hash(titles[0]) % 100, "frozen": list(frozenset(titles))}


@endpoint("GET", "/race")
async def race(request: Request) -> dict:
    tasks = {asyncio.create_task(_row(name), name=name) for name in GENRES}
    done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    first = sorted(one.get_name() for one in done)
    rest = await asyncio.gather(*waiting)
    return {"first": first, "rest": sorted(name for name, _ in rest), "left": len(waiting)}


@endpoint("GET", "/as-completed")
async def as_completed(request: Request) -> dict:
    order = [await each for each in asyncio.as_completed([_row(name) for name in GENRES])]
    return {"order": [name for name, _ in order]}


@endpoint("GET", "/appended")
async def appended(request: Request) -> dict:
    seen: list[tuple[str, float]] = []

    async def one(name: str) -> None:
        await _row(name)
        seen.append((name, time.time()))
        await api.ratings.get(f"/ratings?films={len(seen)}")
        seen.append((f"{name} rated", time.time()))

    async with asyncio.TaskGroup() as group:
        for name in GENRES:
            group.create_task(one(name))
    return {"seen": seen}


@endpoint("GET", "/queue")
async def queue(request: Request) -> dict:
    names: asyncio.Queue[str] = asyncio.Queue()
    for name in GENRES:
        names.put_nowait(name)
    taken: dict[str, list[str]] = {}

    async def worker(number: int) -> None:
        while not names.empty():
            name = names.get_nowait()
            await _row(name)
            taken.setdefault(f"worker {number}", []).append(name)

    await asyncio.gather(*(worker(number) for number in range(3)))
    return {"taken": taken}
