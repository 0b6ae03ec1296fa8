"""A backup taken under load, and what comes of it on a new platform; files that are no whole backup."""

import base64
import gzip
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from stagedoor.bundle import backup
from tests.harness import running
from tests.harness.running import COMMAND, Running, platform, wait_until
from tests.harness.steady import Steady
from tests.integration.applications import script

pytestmark = pytest.mark.database

SCRIPT = """
import aiofiles
from stagedoor import config, endpoint, secrets


@endpoint("GET", "/hello")
async def hello(request):
    return {"word": "WORD", "rows": config.get("rows", 1), "key": len(secrets.get("key", "")), "lib": bool(aiofiles)}
"""


def contents(file: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """(rows by table, every other member) of a backup."""
    tables: dict[str, Any] = {}
    members: dict[str, bytes] = {}
    with tarfile.open(file, "r:gz") as archive:
        for entry in archive:
            opened = archive.extractfile(entry)
            content = opened.read() if opened else b""
            if entry.name.startswith("database/"):
                tables[Path(entry.name).stem] = [json.loads(line) for line in content.splitlines()]
            elif "/" in entry.name:
                members[entry.name] = content
    return tables, members


@pytest.fixture(scope="module")
def saved(stagedoor: Running, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(a backup, the keys that its secrets need), of a platform that serves meanwhile."""
    folder = tmp_path_factory.mktemp("backup")
    app = script(folder, "saved", SCRIPT.replace("WORD", "one"))
    (app / "requirements.txt").write_text("aiofiles\n")
    stagedoor.json("deploy", folder=app)
    stagedoor.json("config", "set", "rows", "12", folder=app)
    put_secret(stagedoor, app, "first")
    (app / "main.py").write_text(SCRIPT.replace("WORD", "two"))
    stagedoor.json("deploy", folder=app)
    put_secret(stagedoor, app, "second secret")
    with Steady(stagedoor.port("test"), "/saved/hello", rate=200) as load:
        told = stagedoor.json("backup", str(folder / "a.backup"))
    assert load.failed == [] and told["bytes"] == (folder / "a.backup").stat().st_size
    return folder / "a.backup", stagedoor.data / "keys" / "secrets"


def put_secret(one: Running, app: Path, value: str) -> None:
    subprocess.run(
        [*COMMAND, "secret", "set", "key", "--json"], input=value, cwd=app, env=one.environment, text=True,
        check=True, capture_output=True,
    )  # fmt: skip


def test_a_restored_platform_serves_the_same(saved: tuple[Path, Path], tmp_path: Path) -> None:
    file, keys = saved
    with platform() as other:
        other.stop()
        # Into what a platform once began on, with its own token and audit log, as well as into nothing.
        into = ("restore", str(file), "--data", str(other.data), "--keys", str(keys))
        assert "holds other keys already" in other.cli(*into, check=False).stderr
        shutil.rmtree(other.data / "keys")
        assert other.json(*into)["applications"] >= 1
        assert "already" in other.cli(*into, check=False).stderr
        shutil.rmtree(other.data)
        if running.new_database is not None:
            other.database = running.new_database()
        told = other.json("restore", str(file), "--data", str(other.data), "--keys", str(keys))
        before, files = contents(file)
        assert told["versions"] == len(before["versions"])
        other.start()
        wanted = {"word": "two", "rows": 12, "key": len("second secret"), "lib": True}
        wait_until(lambda: other.get("/saved/hello").status == 200, 180, "the restored application")
        assert other.get("/saved/hello").json() == wanted
        again = tmp_path / "again.backup"
        other.json("backup", str(again))
        after, same = contents(again)
        for table in before:
            if table not in ("activities", "chains", "tokens", "counters", "scale_steps"):
                assert after[table] == before[table], table
        for table in ("activities", "tokens", "scale_steps"):
            assert [one for one in after[table] if one in before[table]] == before[table]
        assert same == files
        back = other.json("rollback", "saved")
        assert back["version"] == "1.0.1"
        assert other.get("/saved/hello").json() == {**wanted, "key": len("first")}


def test_a_restored_token_still_opens_and_a_session_does_not(saved: tuple[Path, Path]) -> None:
    tables, _ = contents(saved[0])
    assert "sessions" not in tables and "deployments" not in tables
    assert tables["tokens"]
    raw = gzip.decompress(saved[0].read_bytes())
    assert b"second secret" not in raw and saved[1].read_bytes().split()[0] not in raw


def restore(stagedoor: Running, file: Path, data: Path, *more: str) -> str:
    refused = stagedoor.cli("restore", str(file), "--data", str(data), *more, check=False)
    assert refused.returncode == 1, refused.stdout
    assert not (data / "control.db").exists() and not (data / "sources").exists()
    assert [one.name for one in data.iterdir() if one.name not in ("lock", "log", "platform.toml")] == []
    return refused.stderr


@pytest.mark.parametrize("share", [0.1, 0.5, 0.999])
def test_a_backup_that_was_cut_is_refused_whole(
    stagedoor: Running, saved: tuple[Path, Path], tmp_path: Path, share: float
) -> None:
    content = saved[0].read_bytes()
    (tmp_path / "cut").write_bytes(content[: int(len(content) * share)])
    assert "cut" in restore(stagedoor, tmp_path / "cut", tmp_path / "data", "--keys", str(saved[1]))


def test_a_backup_that_was_changed_is_refused(stagedoor: Running, saved: tuple[Path, Path], tmp_path: Path) -> None:
    raw = gzip.decompress(saved[0].read_bytes()).replace(b'"word": "two"', b'"word": "bad"')
    (tmp_path / "changed").write_bytes(gzip.compress(raw))
    assert "damaged" in restore(stagedoor, tmp_path / "changed", tmp_path / "data", "--keys", str(saved[1]))


def test_a_backup_of_a_newer_stagedoor_is_refused(stagedoor: Running, tmp_path: Path) -> None:
    for number, head in enumerate((backup.Head("99.0", "9999", 0.0), backup.Head("99.0", "0001", 0.0, 2))):
        file = tmp_path / f"newer-{number}"
        with file.open("wb") as stream:
            backup.write(stream, head, {"applications": []}, {})
        assert "newer Stagedoor, 99.0" in restore(stagedoor, file, tmp_path / f"data-{number}")


def test_other_files_and_missing_keys_are_refused(stagedoor: Running, saved: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    assert "cut or damaged" in restore(stagedoor, tmp_path / "text", tmp_path / "a")
    with tarfile.open(tmp_path / "other.tgz", "w:gz") as archive:
        archive.add(__file__, "x.py")
    assert "no backup of Stagedoor" in restore(stagedoor, tmp_path / "other.tgz", tmp_path / "b")
    assert "need their keys" in restore(stagedoor, saved[0], tmp_path / "c")
    assert "No such file" in restore(stagedoor, tmp_path / "none", tmp_path / "d")
    other = tmp_path / "other-keys"
    other.write_bytes(base64.b64encode(b"k" * 32) + b"\n")
    assert "is not in other-keys" in restore(stagedoor, saved[0], tmp_path / "e", "--keys", str(other))
    assert "cannot be read" in restore(stagedoor, saved[0], tmp_path / "f", "--keys", str(tmp_path / "no-keys"))


def test_nothing_is_restored_over_a_platform(stagedoor: Running, saved: tuple[Path, Path]) -> None:
    refused = stagedoor.cli("restore", str(saved[0]), "--data", str(stagedoor.data), check=False)
    assert refused.returncode == 1 and "a platform runs on" in refused.stderr
    assert os.path.exists(stagedoor.data / "sources")
