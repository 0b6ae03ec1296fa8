"""Another Stagedoor takes over while this one serves; one that does not start changes nothing; there is a way back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.running import Running, platform
from tests.harness.steady import Steady
from tests.harness.upgrades import Installation, installed, upgrade
from tests.integration.applications import hello
from tests.integration.conftest import leftovers

pytestmark = pytest.mark.database

NEXT_TABLES = """
import sqlalchemy as sa
from alembic import op

revision = "0099"
down_revision = "{former}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("next_thing", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade() -> None:
    op.drop_table("next_thing")
"""


@pytest.fixture
def copied(tmp_path: Path) -> Iterator[tuple[Installation, Running]]:
    with installed(tmp_path / "installed") as installation, platform() as running:
        yield installation, running
    assert leftovers(running) == []


def newest(installation: Installation) -> str:
    versions = installation.package / "sql" / "migrations" / "versions"
    return sorted(file.name for file in versions.glob("0*.py"))[-1][:4]


def test_an_upgrade_loses_no_request_and_moves_the_tables(copied: tuple[Installation, Running], tmp_path: Path) -> None:
    installation, running = copied
    folder = hello(tmp_path, "steady", "one")
    running.json("deploy", folder=folder)
    instances = {one["id"] for one in running.json("instances")}
    former = newest(installation)
    with Steady(running.port("test"), "/steady/hello") as load:
        upgrade(running, installation.number(1))
        tables = installation.package / "sql" / "migrations" / "versions" / "0099_next.py"
        tables.write_text(NEXT_TABLES.format(former=former))
        upgrade(running, installation.number(2))
        (folder / "main.py").write_text((folder / "main.py").read_text().replace('"one"', '"two"'))
        running.json("deploy", folder=folder)
    assert load.failed == [] and len(load.seconds) > 500
    assert instances <= {one["id"] for one in running.json("instances")}
    assert running.get("/steady/hello").json()["word"] == "two"

    # The way back: the newer Stagedoor takes its tables away, then the older one starts on what it knows.
    running.stop()
    moved = running.json("migrate", "--to", former, "--data", str(running.data))
    assert moved == {"revision": former, "newest": "0099"}
    tables.unlink()
    installation.number(1)
    running.start()
    assert running.json("status")["version"] == "9.0.1"
    assert running.get("/steady/hello").json()["word"] == "two"
    assert running.json("rollback", "steady")["version"] == "1.0.0"


def started(running: Running) -> list[tuple[object, ...]]:
    """Which processes the programs are, and since when."""
    names = ("name", "pid", "restarts", "since", "last_end", "crash_loop")
    return [tuple(program[name] for name in names) for program in running.json("status")["programs"]]


def test_an_installation_that_does_not_start_changes_nothing(
    copied: tuple[Installation, Running], tmp_path: Path
) -> None:
    installation, running = copied
    running.json("deploy", folder=hello(tmp_path, "steady", "one"))
    before = started(running)
    module = installation.package / "main" / "node.py"
    good = module.read_text()
    module.write_text("import nothing_like_this\n" + good)
    refused = running.cli("upgrade", "--data", str(running.data), check=False)
    assert refused.returncode == 1
    assert "does not start: ModuleNotFoundError: No module named 'nothing_like_this'" in refused.stderr
    module.write_text(good)
    assert started(running) == before
    assert running.get("/steady/hello").json()["word"] == "one"


def test_tables_are_not_moved_under_a_running_platform(stagedoor: Running) -> None:
    refused = stagedoor.cli("migrate", "--to", "0001", "--data", str(stagedoor.data), check=False)
    assert refused.returncode == 1 and "a platform runs on" in refused.stderr


def test_a_database_of_a_newer_stagedoor_is_left_alone(tmp_path: Path) -> None:
    with installed(tmp_path / "installed") as installation, platform() as running:
        running.stop()
        tables = installation.package / "sql" / "migrations" / "versions" / "0099_next.py"
        tables.write_text(NEXT_TABLES.format(former=newest(installation)))
        assert running.json("migrate", "--to", "0099", "--data", str(running.data))["revision"] == "0099"
        tables.unlink()
        refused = running.cli("migrate", "--to", "0001", "--data", str(running.data), check=False)
        assert refused.returncode == 1 and "another version of Stagedoor" in refused.stderr
