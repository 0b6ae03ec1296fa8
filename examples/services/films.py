"""The films, read once; and how long a service takes to answer."""

import asyncio
import json
import math
import random
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Film:
    id: int
    title: str
    year: int
    genre: str
    rating: str
    minutes: int
    imdb: float
    votes: int
    tomatoes: int
    gross: int
    director: str

    def card(self) -> dict[str, object]:
        return {
            "id": self.id,
            "title": self.title,
            "year": self.year,
            "genre": self.genre,
            "maturity": self.rating,
            "minutes": self.minutes,
            "image": f"/posters/{self.id}/{{width}}x{{height}}",
        }


def _year(text: object) -> int:
    last = str(text or "").split(" ")[-1]
    return int(last) if last.isdigit() else 0


def read(file: Path) -> list[Film]:
    """Every film with a title, in the order of the file; its id is its place."""
    raw = json.loads(file.read_text())
    return [
        Film(
            number, str(one["Title"]), _year(one["Release Date"]), one["Major Genre"] or "Other",
            one["MPAA Rating"] or "Not Rated", int(one["Running Time min"] or 0), float(one["IMDB Rating"] or 0),
            int(one["IMDB Votes"] or 0), int(one["Rotten Tomatoes Rating"] or 0), int(one["Worldwide Gross"] or 0),
            one["Director"] or "",
        )
        for number, one in enumerate(raw)
        if one["Title"] is not None
    ]  # fmt: skip


async def work(median_ms: float) -> None:
    """What a service does before it answers: a log-normal time around `median_ms`."""
    await asyncio.sleep(random.lognormvariate(math.log(median_ms / 1000), 0.35))
