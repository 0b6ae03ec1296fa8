"""Each token has so many streams open at once, and some are kept for operators."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from stagedoor.http import live
from stagedoor.http.stream import MAX_STREAMS, MAX_STREAMS_PER_TOKEN, OPERATOR_PLACES, Places
from stagedoor.model.access import OPERATOR, VIEWER, Identity
from stagedoor.model.errors import TooMany


def test_a_token_that_fills_its_places_takes_none_of_others() -> None:
    places, viewer, operator = Places(), Identity("viewer", VIEWER), Identity("operator", OPERATOR)
    for _ in range(MAX_STREAMS_PER_TOKEN):
        places.take(viewer)
    with pytest.raises(TooMany, match="50 at once are allowed"):
        places.take(viewer)
    for number in range(MAX_STREAMS - OPERATOR_PLACES - MAX_STREAMS_PER_TOKEN):
        places.take(Identity(f"t{number % 10}", VIEWER))
    with pytest.raises(TooMany, match="50 of 400 are kept for operators"):
        places.take(Identity("one-more", VIEWER))
    places.take(operator)
    places.leave(operator)
    places.leave(viewer)
    places.take(viewer)


def test_rates_are_looked_at_once_for_all_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Any] = []

    async def look(platform: Any) -> list[Any]:
        looks.append(platform)
        return []

    monkeypatch.setattr(live.status, "rates", look)

    async def run() -> None:
        rates = live._Rates(SimpleNamespace())  # type: ignore[arg-type]
        await asyncio.gather(*(rates.read() for _ in range(50)))

    asyncio.run(run())
    assert len(looks) == 1
