"""A database that says nothing keeps nobody waiting without a bound."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from stagedoor.model.errors import Unavailable
from stagedoor.sql import database
from stagedoor.sql.database import Database, at_leisure


class Silent:
    """Stands for the engine of a database that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.dialect = type("Dialect", (), {"name": "sqlite"})

    @contextmanager
    def begin(self) -> Iterator[Any]:
        self.answers.wait(20)
        yield self


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Database, Silent]]:
    monkeypatch.setattr(database, "ANSWER_TIMEOUT_S", 0.05)
    made, engine = Database("postgresql://db.example/x", lambda: 0.0), Silent()
    monkeypatch.setattr(made, "_engine", engine)
    yield made, engine
    engine.answers.set()
    made._thread.shutdown()


def test_a_call_fails_clearly_and_what_waits_behind_it_is_taken_back(silent: tuple[Database, Silent]) -> None:
    made, engine = silent
    done: list[str] = []

    async def ask() -> str:
        for name in ("first", "second"):
            with pytest.raises(Unavailable, match=r"db\.example does not answer within"):
                await made._run(lambda _, name=name: done.append(name))  # type: ignore[misc]
        engine.answers.set()
        return await made._run(lambda _: "well")

    assert asyncio.run(ask()) == "well"
    assert done == ["first"]  # The database had it already.


def test_what_may_take_long_is_waited_for(silent: tuple[Database, Silent]) -> None:
    made, engine = silent

    async def ask() -> str:
        asyncio.get_running_loop().call_later(0.2, engine.answers.set)
        return await made._run(at_leisure(lambda _: "moved"))

    assert asyncio.run(ask()) == "moved"
