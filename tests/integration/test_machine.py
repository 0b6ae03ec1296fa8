"""A machine that lacks something says so at once, in words, with what to do; and what runs on it runs on."""

import os
import subprocess
from pathlib import Path

from tests.harness import disks
from tests.harness.running import COMMAND, Running
from tests.integration.applications import hello


def test_a_port_that_is_taken_is_said_at_once(stagedoor: Running, tmp_path: Path) -> None:
    port = str(stagedoor.port("prod"))
    result = _up(tmp_path / "data", "--prod-port", port, "--test-port", "0", "--control-port", "0")
    assert result.returncode == 1
    assert f"127.0.0.1:{port}, the address for prod, cannot be used: Address already in use" in result.stderr
    assert "ports.prod" in result.stderr


def test_a_second_platform_on_the_same_data_is_refused(stagedoor: Running) -> None:
    result = _up(stagedoor.data, "--prod-port", "0", "--test-port", "0", "--control-port", "0")
    assert "a platform runs on" in result.stderr and "already" in result.stderr


def test_a_folder_that_cannot_be_written_and_a_full_disk_are_said_at_once(tmp_path: Path) -> None:
    for name, option, words in (
        ("read-only", "ro", "not writable"),
        ("full", "size=1m", "0.0 GB free"),
    ):
        with disks.mounted(tmp_path / name, *disks.tmpfs(option)) as data:
            result = _up(data, "--prod-port", "0", "--test-port", "0", "--control-port", "0")
        assert result.returncode == 1
        assert words in result.stderr


def test_a_disk_that_fills_while_running_refuses_the_upload_and_serves_on(tmp_path: Path) -> None:
    with disks.mounted(tmp_path / "disk", *disks.tmpfs("size=400m")) as disk, disks.platform_on(disk) as running:
        running.cli("deploy", folder=hello(tmp_path, "small"))
        filler = disk / "filler"
        disks.fill(filler)
        result = running.cli("deploy", folder=hello(tmp_path, "small", "two"), check=False)
        assert result.returncode == 1
        assert "disk" in result.stderr
        assert running.get("/small/hello").json()["word"] == "one"
        filler.unlink()
        running.cli("deploy", folder=hello(tmp_path, "small", "three"))
        assert running.get("/small/hello").json()["word"] == "three"


def _up(data: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    environment = dict(os.environ) | {"XDG_CONFIG_HOME": str(data.parent / "config")}
    return subprocess.run(
        [*COMMAND, "up", "--data", str(data), *options],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )
