"""A user of the machine without rights reads nothing of the platform, and reaches none of its sockets."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stagedoor.main.paths import Paths
from tests.harness.running import Running
from tests.integration.applications import hello

NOBODY = 65534
# Reads paths from standard input; prints those of which it can read a byte, list the folder, or reach the socket.
PROBE = """
import os, socket, stat, sys
for line in sys.stdin:
    path = line.rstrip("\\n")
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            os.listdir(path)
        elif stat.S_ISSOCK(mode):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(path)
        else:
            with open(path, "rb") as file:
                file.read(1)
    except OSError:
        continue
    print(path)
"""


@pytest.fixture(scope="module")
def reachable(stagedoor: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The platform, in a folder that itself keeps nobody away, with something in each part of its data."""
    stagedoor.cli("deploy", folder=hello(tmp_path_factory.mktemp("files"), "files"))
    assert stagedoor.get("/files/hello").status == 200
    stagedoor.folder.chmod(0o755)
    yield stagedoor
    stagedoor.folder.chmod(0o700)


def paths_below(*folders: Path) -> list[str]:
    found = []
    for folder in folders:
        for here, folders_here, names in os.walk(folder):
            found += [os.path.join(here, name) for name in (*folders_here, *names)]
    return found


def read_as(user: int, paths: list[str]) -> set[str]:
    text = "".join(f"{path}\n" for path in paths)
    done = subprocess.run(
        [sys.executable, "-c", PROBE], input=text, capture_output=True, text=True, check=True, user=user, group=user,
        extra_groups=[], cwd="/",
    )  # fmt: skip
    return set(done.stdout.splitlines())


def test_nobody_reads_a_file_or_reaches_a_socket_of_the_platform(reachable: Running) -> None:
    run = Paths.of(reachable.data).run
    paths = [str(reachable.data), *paths_below(reachable.data), *paths_below(run, Paths.of(reachable.data).rings)]
    # The same probe, by who may: it finds the database, sealed values, the edge's maps and the sockets of programs.
    known = read_as(0, paths)
    assert {str(reachable.data / name) for name in ("control.db", "operator-token", "telemetry")} <= known
    assert {str(run / name) for name in ("edge/tokens.map", "edge/haproxy.cfg", "node.sock", "records.sock")} <= known
    assert len(known) > 100
    # Places in containers' root, which hold nothing of anybody.
    placeholders = {path for path in read_as(NOBODY, paths) if is_placeholder(run, Path(path))}
    assert read_as(NOBODY, paths) - placeholders == set()


def is_placeholder(run: Path, path: Path) -> bool:
    """Whether it is a folder, or an empty file, of the root that all containers share: others mount over it."""
    below = path.is_relative_to(run / "rootfs")
    return below and (path.is_dir() or not path.is_file() or path.stat().st_size == 0)


def test_containers_still_read_their_code_and_the_catalog(reachable: Running) -> None:
    """The other side: what is shared with containers stays readable for their users, below closed folders."""
    assert stat.S_IMODE(reachable.data.stat().st_mode) == 0o700
    assert reachable.get("/files/hello").status == 200
    source = next(path for path in (reachable.data / "sources").glob("*/main.py"))
    assert stat.S_IMODE(source.stat().st_mode) == 0o644


def test_programs_write_for_themselves_alone(reachable: Running) -> None:
    for program in reachable.json("status")["programs"]:
        status = Path(f"/proc/{program['pid']}/status").read_text()
        assert "\nUmask:\t0077\n" in status, program["name"]
