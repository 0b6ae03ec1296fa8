"""Nothing in the data folder is for other users of the machine."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from stagedoor import files
from stagedoor.main import lock, private, sockets
from stagedoor.main.paths import Paths


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    """The test's process keeps its own umask."""
    former = os.umask(0o022)
    yield
    os.umask(former)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_start_closes_what_an_older_platform_left_open(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for name in ("telemetry/store/minutes", "sources/abc", "layers/deps-1"):
        (data / name).mkdir(parents=True)
    for name in ("control.db", "telemetry/store/minutes/1.bin", "sources/abc/main.py", "layers/deps-1/six.py"):
        (data / name).write_text("content")
    outside = tmp_path / "outside"
    outside.write_text("not the platform's")
    (data / "link").symlink_to(outside)
    assert mode(data / "control.db") == 0o644  # Else the test would prove nothing.

    lock.prepare(Paths.of(data)).close()

    assert mode(data) == 0o700
    assert mode(data / "control.db") == mode(data / "telemetry/store/minutes/1.bin") == 0o600
    assert mode(data / "telemetry") == mode(data / "telemetry/store/minutes") == 0o700
    # Users of containers read them, through mounts of their own.
    assert mode(data / "sources/abc/main.py") == mode(data / "layers/deps-1/six.py") == 0o644
    assert mode(outside) == 0o644


def test_what_is_written_after_a_start_is_private(tmp_path: Path) -> None:
    data = tmp_path / "data"
    lock.prepare(Paths.of(data)).close()
    (data / "new").mkdir()
    (data / "new" / "file").write_text("content")
    assert (mode(data / "new"), mode(data / "new" / "file")) == (0o700, 0o600)


def test_what_containers_read_is_open_whatever_the_umask_is(tmp_path: Path) -> None:
    private.set_umask()
    tree = tmp_path / "tree"
    (tree / "package").mkdir(parents=True)
    (tree / "package" / "module.py").write_text("pass")
    (tree / "run.sh").write_text("true")
    (tree / "run.sh").chmod(0o700)
    files.share_tree(tree)
    modes = [mode(tree / name) for name in ("", "package", "package/module.py", "run.sh")]
    assert modes == [0o755, 0o755, 0o644, 0o755]

    files.make_shared_folder(tmp_path / "rootfs" / "usr" / "lib")
    assert [mode(tmp_path / name) for name in ("rootfs", "rootfs/usr", "rootfs/usr/lib")] == [0o755] * 3


def test_a_file_that_says_the_same_with_another_mode_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "tokens.map"
    file.write_text("same")
    file.chmod(0o644)
    files.update_file(file, "same")
    assert mode(file) == 0o600


def test_users_of_containers_pass_through_folders_that_a_start_makes(tmp_path: Path) -> None:
    private.set_umask()
    sockets._make_folder(tmp_path / "run" / "0a1b2c3d", 0o711)
    assert mode(tmp_path / "run") == mode(tmp_path / "run" / "0a1b2c3d") == 0o711
