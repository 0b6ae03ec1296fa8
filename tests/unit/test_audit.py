"""The chain of activities: every kind of tampering shows, in a store made of SQLite's file and another's hands."""

import asyncio
import itertools
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from stagedoor.control import audit
from stagedoor.control.ports.store import Change
from stagedoor.model.activity import Search, Verification
from stagedoor.sql.store import SqlStore


class World:
    """Five activities by two people, a minute apart."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "tables.db"
        self.ticks = itertools.count(1000.0, 60.0)

    def store(self) -> SqlStore:
        return SqlStore(f"sqlite:///{self.file}", lambda: next(self.ticks))

    def run(self, work: Callable[[SqlStore], object]) -> object:
        async def inside() -> object:
            store = self.store()
            await store.open()
            try:
                return await work(store)  # type: ignore[misc]
            finally:
                await store.close()

        return asyncio.run(inside())

    def begin(self) -> None:
        async def work(store: SqlStore) -> None:
            for number in range(5):
                by, after = ("ada", "bob")[number % 2], {"version": f"1.0.{number}", "word": "Äpfel"}
                await store.note(Change(by, "release", "tv-home", f"^{number} in prod", None, after))

        self.run(work)

    def verify(self, head: str = "") -> Verification:
        found = self.run(lambda store: audit.verify(store, head))
        assert isinstance(found, Verification)
        return found

    def search(self, **wanted: object) -> list[int]:
        found = self.run(lambda store: store.activities(Search(**wanted), 10))  # type: ignore[arg-type]
        assert isinstance(found, list)
        return [one.id for one in found]

    def tamper(self, statement: str) -> None:
        with sqlite3.connect(self.file) as connection:
            connection.executescript(statement)
        connection.close()


@pytest.fixture
def world(tmp_path: Path) -> World:
    one = World(tmp_path)
    one.begin()
    return one


def test_what_nobody_touched_holds_and_says_its_extent_and_head(world: World) -> None:
    found = world.verify()
    assert (found.verified, found.first_at, found.last_at, found.problem) == (5, 1000.0, 1240.0, "")
    assert world.verify(found.head).problem == ""


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE activities SET by = 'eve' WHERE id = 3", 3),
        ("UPDATE activities SET after = '{}' WHERE id = 1", 1),
        ("UPDATE activities SET at = at + 1 WHERE id = 2", 2),
        ("DELETE FROM activities WHERE id = 2", 3),
        ("UPDATE activities SET id = id + 100 WHERE id > 3; UPDATE activities SET id = id - 99 WHERE id > 3", 5),
        (
            "UPDATE activities SET id = 99 WHERE id = 2; UPDATE activities SET id = 2 WHERE id = 3;"
            "UPDATE activities SET id = 3 WHERE id = 99",
            2,
        ),
        (
            "INSERT INTO activities (id, at, by, action, application, target, hash) "
            "SELECT 6, at, by, action, application, target, hash FROM activities WHERE id = 5",
            6,
        ),
    ],
    ids=["change", "content", "time", "delete", "gap", "swap", "insert"],
)
def test_tampering_in_the_database_shows(world: World, statement: str, broken: int) -> None:
    world.tamper(statement)
    found = world.verify()
    assert found.broken == broken and f"activity {broken} does not fit" in found.problem


def test_an_end_that_was_cut_off_shows(world: World) -> None:
    head = world.verify().head
    world.tamper("DELETE FROM activities WHERE id > 3")
    assert "the last activities are missing" in world.verify().problem
    kept = world.verify().head
    world.tamper(f"UPDATE chains SET id = 3, hash = '{kept}'")
    assert world.verify().problem == "", "whoever writes the end anew as well is not seen from inside"
    assert "is not part of the chain" in world.verify(head).problem


def test_a_chain_that_was_written_anew_does_not_hold_the_head_that_was_noted(world: World, tmp_path: Path) -> None:
    head = world.verify().head
    (tmp_path / "other").mkdir()
    other = World(tmp_path / "other")
    other.ticks = itertools.count(2000.0)
    other.begin()
    assert other.verify().problem == ""
    assert "is not part of the chain" in other.verify(head).problem


def test_writers_beside_each_other_make_one_chain(world: World) -> None:
    async def work() -> None:
        stores = [world.store() for _ in range(4)]
        for one in stores:
            await one.open()
        changes = [Change(f"writer {number % 4}", "note", "", "x") for number in range(80)]
        await asyncio.gather(*(stores[number % 4].note(one) for number, one in enumerate(changes)))
        for one in stores:
            await one.close()

    asyncio.run(work())
    found = world.verify()
    assert (found.verified, found.problem) == (85, "")


def test_a_database_of_the_version_before_is_chained_as_it_is_moved(world: World) -> None:
    head = world.verify().head
    world.run(lambda store: store.move_to("0004"))
    found = world.verify()
    assert (found.verified, found.problem, found.head) == (5, "", head)


def test_activities_are_found_by_who_what_when_and_words(world: World) -> None:
    assert world.search(by="bob") == [4, 2]
    assert world.search(since=1120.0, until=1240.0) == [4, 3]
    assert world.search(text="1.0.3") == [4]
    assert world.search(text="Äpfel", below=3) == [2, 1]
    assert world.search(target="^2 IN") == [3]
    assert world.search(text="%") == [] == world.search(action="rollback")
