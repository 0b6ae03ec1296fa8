"""Tables move forward and back on both databases, and what both versions can hold stays."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from stagedoor.control.ports.store import Change
from stagedoor.model.access import Identity, Token, hash_token
from stagedoor.model.activity import Search
from stagedoor.sql import migrate, tables
from stagedoor.sql.store import SqlStore
from tests.harness.postgresql import server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/tables.db"
        return
    with server() as one:
        yield one.database()


def columns(url: str) -> dict[str, set[str]]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    found = inspect(engine)
    known = {name: {one["name"] for one in found.get_columns(name)} for name in found.get_table_names()}
    engine.dispose()
    known.pop("alembic_version")
    return known


def test_forward_back_and_forward_again_keeps_what_both_hold(url: str) -> None:
    async def work() -> None:
        store = SqlStore(url, time.time)
        await store.open()
        assert columns(url) == {
            table.name: {one.name for one in table.columns} for table in tables.metadata.sorted_tables
        }
        for name, expires in (("stays", 0.0), ("ends", time.time() + 1000)):
            token = Token(f"t-{name}", name, "viewer", "", "ada", 1.0, expires)
            await store.add_token(hash_token(name), token, Change("ada", "token", "", name))
        assert await store.move_to("0001") == "0001"
        assert "users" not in columns(url) and "expires_at" not in columns(url)["tokens"]
        assert await store.move_to(migrate.newest()) == migrate.newest()
        known = {one.name: one for one in await store.tokens()}
        now = time.time()
        assert known["stays"].holds(now) and known["stays"].identity == Identity("stays", "viewer")
        # The older tables know no end, so what had one was revoked: nothing lives longer than it was given.
        assert not known["ends"].holds(now)
        assert [one.target for one in await store.activities(Search(), 10)] == ["ends", "stays"]
        await store.close()

    asyncio.run(work())


def test_a_url_that_cannot_be_used_is_refused_without_repeating_it() -> None:
    from stagedoor.model.errors import Invalid

    for wrong in ("not a url with hunter2", "mysql://root:hunter2@host/name"):
        with pytest.raises(Invalid) as refused:
            SqlStore(wrong, time.time)
        assert "hunter2" not in f"{refused.value} {refused.value.hint}"
