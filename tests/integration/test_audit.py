"""The audit log with the real parts: filtered, exported, verified; what another hand did in the database is found."""

import asyncio
import csv
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from stagedoor.control import audit
from stagedoor.control.ports.store import Change
from stagedoor.model.activity import Search, Verification
from stagedoor.sql.store import SqlStore
from tests.harness.postgresql import server
from tests.harness.running import Running
from tests.integration.applications import hello

pytestmark = pytest.mark.database


@pytest.fixture
def url() -> Iterator[str]:
    with server() as one:
        yield one.database()


def verify(url: str, head: str = "", write: int = 0) -> Verification:
    async def work() -> Verification:
        store = SqlStore(url, time.time)
        await store.open()
        for number in range(write):
            await store.note(Change("ada", "release", "tv-home", f"{number}", None, {"number": number, "word": "Ä"}))
        assert len(await store.activities(Search(text="Ä"), 100)) >= write
        found = await audit.verify(store, head)
        await store.close()
        return found

    return asyncio.run(work())


def tamper(url: str, statement: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE activities SET after = '{\"number\": 7}' WHERE id = 3", "activity 3 does not fit"),
        ("DELETE FROM activities WHERE id = 2", "activity 3 does not fit"),
        ("UPDATE activities SET id = -id WHERE id IN (2, 3)", "activity -3 does not fit"),
        ("INSERT INTO activities SELECT 6, at, by, action, application, target, before, after, hash "
         "FROM activities WHERE id = 5", "activity 6 does not fit"),
        ("DELETE FROM activities WHERE id > 3", "the last activities are missing"),
    ],
    ids=["change", "delete", "reorder", "insert", "cut"],
)  # fmt: skip
def test_tampering_in_postgresql_shows(url: str, statement: str, said: str) -> None:
    found = verify(url, write=5)
    assert (found.verified, found.problem) == (5, "")
    assert verify(url, found.head).problem == ""
    tamper(url, statement)
    assert said in verify(url, found.head).problem


def test_rows_of_the_version_before_are_chained_and_go_on_after_a_way_back(url: str) -> None:
    async def move(revision: str) -> None:
        store = SqlStore(url, time.time)
        await store.open()
        assert await store.move_to(revision) == revision
        await store.close()

    head = verify(url, write=3).head
    asyncio.run(move("0004"))
    tamper(url, "INSERT INTO activities (at, by, action, application, target) VALUES (1, 'b', 'a', '', 't')")
    found = verify(url, head)
    assert (found.verified, found.problem) == (4, "")


def test_the_log_of_a_platform_is_filtered_exported_and_verified(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.json("deploy", folder=hello(tmp_path, "audited", "one"))
    all_of = stagedoor.json("activity", "audited", "--since", "1h")
    assert all_of and all(one["application"] == "audited" for one in all_of)
    assert stagedoor.json("activity", "audited", "--until", "1h") == []
    exported = stagedoor.cli("activity", "audited", "--export", "jsonl").stdout
    assert [json.loads(line) for line in exported.splitlines()] == all_of
    rows = list(csv.DictReader(io.StringIO(stagedoor.cli("activity", "audited", "--export", "csv").stdout)))
    assert [int(row["id"]) for row in rows] == [one["id"] for one in all_of]
    told = stagedoor.json("activity", "verify")
    assert told["problem"] == "" and told["verified"] >= len(all_of)
    assert stagedoor.cli("activity", "verify", "--head", told["head"]).returncode == 0
    refused = stagedoor.cli("activity", "verify", "--head", "f" * 64, check=False)
    assert refused.returncode == 1 and "not part of the chain" in refused.stderr
