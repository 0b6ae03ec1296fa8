"""PostgreSQL that goes away: requests are served on, changes are refused with the reason, and it recovers."""

import os
import signal
from pathlib import Path

import pytest

from tests.harness.postgresql import server
from tests.harness.running import platform, wait_until
from tests.integration.applications import hello


def test_a_database_that_goes_away_costs_no_request(tmp_path: Path) -> None:
    with server() as database, platform(database=database.database()) as running:
        folder = hello(tmp_path, "steady", "one")
        running.json("deploy", folder=folder)
        database.stop()
        refused = running.cli("rollback", "steady", check=False)
        assert refused.returncode == 1
        assert "the database" in refused.stderr and "nothing was changed" in refused.stderr
        assert "requests are served on" in refused.stderr
        for _ in range(20):
            assert running.get("/steady/hello").json()["word"] == "one"
        database.start()
        wait_until(lambda: running.cli("status", check=False).returncode == 0, 20, "the database again")
        (folder / "main.py").write_text((folder / "main.py").read_text().replace('"one"', '"two"'))
        running.json("deploy", folder=folder)
        assert running.get("/steady/hello").json()["word"] == "two"
        running.json("rollback", "steady")
        assert running.get("/steady/hello").json()["word"] == "one"


def test_a_platform_without_its_database_says_so_and_starts_nothing(tmp_path: Path) -> None:
    url = f"postgresql://someone:hunter2@/none?host={tmp_path}"
    with pytest.raises(RuntimeError) as refused, platform(database=url):
        pass
    assert "does not answer" in str(refused.value) and "hunter2" not in str(refused.value)


def test_control_that_starts_without_its_database_waits_for_it(tmp_path: Path) -> None:
    with server() as database, platform(database=database.database()) as running:
        running.json("deploy", folder=hello(tmp_path, "patient", "one"))
        control = running.program("control")["pid"]
        database.stop()
        os.kill(control, signal.SIGKILL)
        assert running.get("/patient/hello").json()["word"] == "one"
        database.start()
        wait_until(lambda: running.cli("status", check=False).returncode == 0, 30, "control again")
        assert running.get("/patient/hello").json()["word"] == "one"
        assert running.json("versions", "patient")[0]["number"] == "1.0.0"
