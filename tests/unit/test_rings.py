"""Node's side of the memory for recordings."""

import fcntl
import os
import subprocess
from pathlib import Path

import pytest

from stagedoor.oci import rings
from stagedoor.oci.rings import Rings


def test_a_ring_has_one_size_for_good(tmp_path: Path) -> None:
    held = Rings(tmp_path / "rings", 100_000)
    descriptor = held.open("i1")
    assert descriptor is not None and os.fstat(descriptor).st_size == 100_000
    for size in (0, 99_999, 100_001):
        with pytest.raises(PermissionError):
            os.ftruncate(descriptor, size)
    os.pwrite(descriptor, b"hello", 0)
    assert (tmp_path / "rings" / "i1").read_bytes()[:5] == b"hello"
    os.close(descriptor)
    assert (tmp_path / "rings" / "i1").stat().st_size == 100_000


def test_the_next_node_takes_a_ring_from_its_instance_and_nothing_else(tmp_path: Path) -> None:
    first, second = Rings(tmp_path, 100_000), Rings(tmp_path, 100_000)
    descriptor = first.open("i1")
    gone = first.open("i2")
    assert descriptor is not None and gone is not None
    instance = subprocess.Popen(["sleep", "60"], pass_fds=[descriptor])
    try:
        second.recover({"i1": instance.pid})
    finally:
        instance.kill()
        instance.wait()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["i1"]
    os.pwrite(descriptor, b"x", 7)
    assert (tmp_path / "i1").read_bytes()[7] == ord("x")
    os.close(descriptor)
    os.close(gone)


@pytest.mark.parametrize("size", [99_999, 100_000])
def test_what_is_no_ring_is_not_taken(tmp_path: Path, size: int) -> None:
    """Of another size, or without its seals."""
    descriptor = os.memfd_create("other", os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, size)
    assert not rings._is_ring(descriptor, 100_000)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)
    assert rings._is_ring(descriptor, 100_000) is (size == 100_000)
    os.close(descriptor)


def test_without_a_size_nothing_is_recorded(tmp_path: Path) -> None:
    held = Rings(tmp_path / "rings", 0)
    assert held.open("i1") is None
    held.recover({"i1": os.getpid()})
    assert not (tmp_path / "rings").exists()
