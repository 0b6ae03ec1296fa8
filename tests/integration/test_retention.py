"""What is forgotten leaves no file, and what can be rolled back to stays."""

import os
import time
from pathlib import Path

import pytest

from tests.harness.running import platform, wait_until
from tests.integration.applications import hello

pytestmark = pytest.mark.database


def test_old_versions_go_with_their_files_and_rollback_still_works(tmp_path: Path) -> None:
    with platform("[keep]\nreleases = 2\nversions = 0\nunused = '0s'\nwarm_versions = 0\nwarm = '0s'\n") as running:
        folder = hello(tmp_path, "aging", "w0")
        for number in range(1, 5):
            running.json("deploy", folder=folder)
            text = (folder / "main.py").read_text()
            (folder / "main.py").write_text(text.replace(f'"w{number - 1}"', f'"w{number}"'))
        wait_until(lambda: len(running.json("instances")) == 1, 30, "the end of what is cold")
        planned = running.json("retention")
        assert {one["version"] for one in planned if one["version"]} == {"1.0.0", "1.0.1"}
        for source in (running.data / "sources").iterdir():
            os.utime(source, (time.time() - 7200, time.time() - 7200))
        assert running.json("retention", "--apply") == planned
        assert [one["number"] for one in running.json("versions", "aging")] == ["1.0.2", "1.0.3"]
        assert len(list((running.data / "sources").iterdir())) == 2
        assert running.json("rollback", "aging")["version"] == "1.0.2"
        assert running.get("/aging/hello").json()["word"] == "w2"
        refused = running.cli("rollback", "aging", "--to", "1", check=False)
        assert refused.returncode == 1 and "there is no release 1" in refused.stderr
