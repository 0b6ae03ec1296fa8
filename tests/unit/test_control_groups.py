"""What is written into control groups, in either version of the hierarchy; the folders are of the test's own."""

import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from stagedoor import groups
from stagedoor.main.paths import Paths
from stagedoor.main.program_groups import ProgramGroups
from stagedoor.model.errors import Unavailable
from stagedoor.model.settings import Platform
from stagedoor.oci import cgroups


@pytest.fixture
def mount(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(cgroups, "_MOUNT", tmp_path)
    monkeypatch.setattr(groups, "_MOUNT", tmp_path)
    cgroups.is_unified.cache_clear()
    cgroups.controllers.cache_clear()
    yield tmp_path
    cgroups.is_unified.cache_clear()
    cgroups.controllers.cache_clear()


def test_version_2_hands_the_controllers_on_down_to_the_group(mount: Path) -> None:
    (mount / "cgroup.controllers").write_text("cpuset cpu io memory hugetlb pids\n")
    cgroups.make("/stagedoor-x/programs/telemetry", 1000)
    for folder in (mount, mount / "stagedoor-x", mount / "stagedoor-x" / "programs"):
        assert (folder / "cgroup.subtree_control").read_text() == "+cpu +memory +pids"
    leaf = mount / "stagedoor-x" / "programs" / "telemetry"
    # A group with processes hands nothing on.
    assert not (leaf / "cgroup.subtree_control").exists()
    assert (leaf / "memory.max").read_text() == "1000"
    # The kernel of this folder counts no swap.
    assert not (leaf / "memory.swap.max").exists()
    (leaf / "memory.swap.max").touch()
    cgroups.limit("/stagedoor-x/programs/telemetry", 2000, 0.5, 7)
    written = {path.name: path.read_text() for path in leaf.iterdir()}
    assert written == {
        "memory.max": "2000", "memory.swap.max": "0", "pids.max": "7", "cpu.max": "50000 100000", "cpu.weight": "20",
    }  # fmt: skip


def test_version_1_takes_the_limit_with_swap_first_when_it_grows(mount: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("memory", "pids", "cpu", "unified"):
        (mount / name).mkdir()
        (mount / name / "cgroup.procs").touch()
    cgroups.make("/stagedoor-x/scripts", 1000)
    group = mount / "memory" / "stagedoor-x" / "scripts"
    assert (mount / "pids" / "stagedoor-x" / "scripts").is_dir()
    assert not (mount / "unified" / "stagedoor-x").exists()
    for name in ("memory.memsw.limit_in_bytes", "memory.kmem.tcp.limit_in_bytes"):
        (group / name).touch()
    written: list[str] = []
    write = Path.write_text
    monkeypatch.setattr(Path, "write_text", lambda path, text: written.append(path.name) or write(path, text))
    cgroups.limit_memory("/stagedoor-x/scripts", 2000)
    cgroups.limit_memory("/stagedoor-x/scripts", 500)
    buffers, swap, plain = (f"memory.{name}limit_in_bytes" for name in ("kmem.tcp.", "memsw.", ""))
    assert written == [buffers, swap, plain, buffers, plain, swap]
    assert (group / swap).read_text() == (group / plain).read_text() == "500"


def test_a_program_joins_every_group_of_its_name_before_it_begins(mount: Path) -> None:
    (mount / "cgroup.controllers").write_text("memory\n")
    cgroups.make("/x/programs/a", 1000)
    command = groups.enter("/x/programs/a", ["printf", "%s", "$HOME; rm"])
    assert command[-3:] == ["printf", "%s", "$HOME; rm"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "$HOME; rm"
    assert (mount / "x" / "programs" / "a" / "cgroup.procs").read_text().strip().isdigit()


def test_a_machine_without_a_controller_has_the_other_limits(mount: Path) -> None:
    (mount / "cgroup.controllers").write_text("pids\n")
    cgroups.make("/x", 1000)
    cgroups.limit("/x", 1000, 1.0, 5)
    cgroups.weigh("/x", 1.0)
    assert {path.name for path in (mount / "x").iterdir()} == {"pids.max"}


def test_one_limit_that_cannot_be_set_is_named_and_keeps_no_other_from_being_set(
    mount: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mount / "cgroup.controllers").write_text("memory\n")
    make = cgroups.make

    def refuse(group: str, limit: int) -> None:
        if group.endswith("/scripts"):
            raise OSError(errno.EBUSY, "Device or resource busy")
        make(group, limit)

    monkeypatch.setattr(cgroups, "make", refuse)
    paths = Paths(mount / "data", Path("/run/stagedoor/x"))
    with pytest.raises(Unavailable, match=r"/stagedoor-x/scripts cannot be given .*: Device or resource busy"):
        ProgramGroups(paths, Platform()).make()
    assert int((mount / "stagedoor-x" / "programs" / "telemetry" / "memory.max").read_text()) > 700_000_000
