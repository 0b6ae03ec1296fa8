"""A disk that is full to its last byte takes in nothing new, and lets operators delete, go back and configure."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from stagedoor.sql.reserve import NAME
from tests.harness import disks
from tests.harness.running import Running, wait_until
from tests.integration.applications import hello


@pytest.fixture(params=["tmpfs", pytest.param("ext4", marks=pytest.mark.full)])
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    """A platform whose data folder is a disk of 500 MB of its own."""
    arguments = disks.tmpfs("size=500m")
    if request.param == "ext4":
        image = tmp_path / "image"
        with image.open("wb") as file:
            file.truncate(500_000_000)
        made = subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], capture_output=True, check=False)
        if made.returncode != 0:
            pytest.skip("this machine makes no file system of ext4")
        arguments = ("-o", "loop", str(image))
    with ExitStack() as stack:
        try:
            disk = stack.enter_context(disks.mounted(tmp_path / "disk", *arguments))
        except subprocess.CalledProcessError:
            pytest.skip("this machine mounts no such disk")
        yield stack.enter_context(disks.platform_on(disk))


def word(running: Running, name: str) -> str:
    return str(running.get(f"/{name}/hello").json()["word"])


def test_a_full_disk_is_left_by_deleting_and_going_back(small: Running, tmp_path: Path) -> None:
    reserve = small.data / NAME
    wait_until(lambda: reserve.exists() and reserve.stat().st_blocks * 512 >= 30_000_000, what="the reserve")
    for name, text in (("kept", "one"), ("kept", "two"), ("gone", "one")):
        small.cli("deploy", folder=hello(tmp_path, name, text))
    token = small.json("token", "create", "robot", "--role", "viewer")
    filler = small.folder / "filler"
    disks.fill(filler)
    refused = small.cli("deploy", folder=hello(tmp_path, "kept", "three"), check=False)
    assert refused.returncode == 1
    assert "nothing new is taken in" in refused.stderr and "are kept for deleting, rolling back" in refused.stderr
    assert "rollback, delete and configuration work" in refused.stderr
    assert "the disk is nearly full" in small.cli("status").stdout
    assert word(small, "kept") == "two"
    small.cli("rollback", "kept")
    assert word(small, "kept") == "one"
    small.cli("scale", "set", "kept", "2", "--stack", "test")
    small.cli("config", "set", "greeting", "hello", "--application", "kept", "--stack", "test")
    small.cli("token", "revoke", token["id"])
    # Also after a restart.
    small.stop()
    disks.fill(small.folder / "others")
    small.start()
    assert word(small, "kept") == "one"
    for number in range(3):
        small.cli("config", "set", "greeting", f"hello-{number}", "--application", "kept", "--stack", "test")
    small.cli("delete", "gone", "--line", "1", "--stack", "test", "--confirm", "gone/v1")
    assert small.get("/gone/hello").status == 404
    assert reserve.stat().st_size > 0
    # Without the reserve the same change is refused: the disk is full indeed.
    reserve.unlink()
    disks.fill(small.folder / "more")
    refused = small.cli(
        "config", "set", "greeting", "x" * 5000, "--application", "kept", "--stack", "test", check=False
    )
    assert refused.returncode == 1 and "disk is full" in refused.stderr
    filler.unlink()
    (small.folder / "more").unlink()
    (small.folder / "others").unlink()
    small.cli("deploy", folder=hello(tmp_path, "kept", "four"))
    assert word(small, "kept") == "four"
    wait_until(lambda: reserve.exists() and reserve.stat().st_size >= 30_000_000, what="the reserve again")
    assert "the disk is nearly full" not in small.cli("status").stdout
