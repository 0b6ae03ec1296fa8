"""Each program of the platform has a memory limit, and all scripts together leave the platform its reserve."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from stagedoor.main.paths import Paths
from stagedoor.oci import cgroups, machine
from tests.harness.containers import engine, run_inside
from tests.harness.running import Running, platform, wait_until
from tests.integration.applications import script

_CGROUPS = Path("/sys/fs/cgroup")

INSIDE = """
from stagedoor import Request, endpoint

held = []


@endpoint("GET", "/take")
async def take(request: Request) -> dict:
    block = bytearray(int(request.query["bytes"]))
    for place in range(0, len(block), 4096):
        block[place] = 1
    held.append(block)
    return {"bytes": sum(map(len, held))}


@endpoint("GET", "/hello")
async def hello(request: Request) -> dict:
    return {"hello": True}
"""


@pytest.fixture(scope="module")
def limited() -> Iterator[Running]:
    """A platform whose limits the tests change while it runs."""
    with platform() as running:
        yield running


def group_of(pid: int) -> str:
    """The group whose memory limit is the process's."""
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "memory" or (cgroups.is_unified() and not controllers):
            return path
    return ""


def test_each_program_and_each_container_is_in_a_group_with_a_limit(stagedoor: Running, tmp_path: Path) -> None:
    stagedoor.cli("deploy", folder=script(tmp_path, "grouped", INSIDE, "\n[scaling]\nmin = 1\n"))
    run = Paths.of(stagedoor.data)
    programs = stagedoor.json("status")["programs"]
    assert {program["name"] for program in programs} >= {"telemetry", "control", "edge", "node"}
    for program in programs:
        assert group_of(program["pid"]) == f"{run.cgroup}/programs/{program['name']}"
        assert 500_000_000 < program["memory_limit"] < machine.total_memory() // 2
        assert 0 < program["memory_bytes"] < program["memory_limit"]
    for helper in ("builder", "queries"):
        assert cgroups.memory_limit(run.program_cgroup(helper)) > 700_000_000
    instance = next(one for one in stagedoor.json("instances", "grouped") if one["state"] == "ready")
    assert group_of(instance["pid"]) == f"{run.cgroup}/scripts/{instance['id']}"
    reserve = machine.total_memory() - cgroups.memory_limit(run.scripts_cgroup)
    assert 0.9e9 < reserve < 1.2e9 or reserve >= machine.total_memory() // 4
    assert "telemetry" in (text := stagedoor.cli("status").stdout) and " of " in text


def test_a_query_has_memory_of_its_own(limited: Running) -> None:
    group = Paths.of(limited.data).program_cgroup("queries")
    assert limited.json("query", "SELECT 1 AS x")["rows"] == [[1]]
    cgroups.limit_memory(group, 20_000_000)
    refused = limited.cli("query", "SELECT 1 AS x", check=False)
    assert refused.returncode != 0 and "more memory than it may have" in refused.stderr
    assert limited.program("telemetry")["restarts"] == 0
    cgroups.limit_memory(group, 800_000_000)
    assert limited.json("query", "SELECT 1 AS x")["rows"] == [[1]]


def test_scripts_die_before_the_platform_when_they_fill_their_part(limited: Running, tmp_path: Path) -> None:
    """Their part is made small for the test; an instance below its own limit is then ended with the true reason."""
    limited.cli(
        "deploy", folder=script(tmp_path, "greedy", INSIDE, '\n[resources]\nmemory = "600MB"\n[scaling]\nmin = 1\n')
    )
    assert limited.get("/greedy/take?bytes=50000000").status == 200
    pids = {program["name"]: program["pid"] for program in limited.json("status")["programs"]}
    group = Paths.of(limited.data).scripts_cgroup
    cgroups.limit_memory(group, cgroups.memory_in_use(group) + 100_000_000)
    assert limited.get("/greedy/take?bytes=300000000", timeout=30).status in (502, 503)
    cgroups.limit_memory(group, 2_000_000_000)

    def causes() -> list[str]:
        return [one["after"]["cause"] for one in limited.json("activity", "greedy") if one["action"] == "death"]

    wait_until(causes, what="the death")
    assert any("the memory of all scripts was full" in cause for cause in causes())
    wait_until(lambda: limited.get("/greedy/hello").status == 200, what="the next instance")
    after = {program["name"]: program["pid"] for program in limited.json("status")["programs"]}
    assert after == pids


SPARED = """
import errno
outcomes = []
for path in ("/proc/self/oom_score_adj", "/proc/self/oom_adj", "/proc/thread-self/../../oom_score_adj",
             "/proc/self/timerslack_ns", "/proc/self/coredump_filter"):
    try:
        with open(path, "w") as file:
            file.write("0")
        outcomes.append("written")
    except OSError as error:
        outcomes.append(errno.errorcode[error.errno])
report([outcomes, open("/proc/self/oom_score_adj").read().strip()])
"""


def test_a_script_cannot_have_its_neighbors_die_before_it() -> None:
    with engine() as made:
        outcomes, score = run_inside(made, SPARED)
    assert set(outcomes) <= {"EROFS", "ENOENT"} and outcomes[0] == "EROFS"
    assert score == "500"
    # The same write where /proc is not read-only: raising needs no right, and so the probe is a true one.
    child = os.fork()
    if child == 0:
        try:
            Path("/proc/self/oom_score_adj").write_text("600")
        finally:
            os._exit(0 if Path("/proc/self/oom_score_adj").read_text().strip() == "600" else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("name", ["OOMScoreAdjust=-500", "CAP_SYS_RESOURCE", "Delegate=yes"])
def test_the_service_lets_the_kernel_end_scripts_first(stagedoor: Running, name: str) -> None:
    assert name in stagedoor.cli("install", "--print").stdout


def answers(running: Running) -> bool:
    since = running.program("telemetry")["since"]
    return time.time() - since > 2 and running.program("telemetry")["pid"] > 0


def test_a_program_above_its_limit_is_started_again_and_status_says_why(limited: Running) -> None:
    group = Paths.of(limited.data).program_cgroup("telemetry")
    pids = {program["name"]: program["pid"] for program in limited.json("status")["programs"]}

    def is_limited() -> bool:
        """Between the end of one telemetry and the growth of the next its group takes a limit that is too small."""
        with suppress(ProcessLookupError):
            os.kill(limited.program("telemetry")["pid"], signal.SIGKILL)
        try:
            cgroups.limit_memory(group, 40_000_000)
        except OSError:
            return False
        return True

    wait_until(is_limited, what="the limit")
    reason = "killed: above its memory limit of 40 MB"
    wait_until(lambda: limited.program("telemetry")["last_end"] == reason, what="the reason")
    assert reason in limited.cli("status").stdout
    cgroups.limit_memory(group, 800_000_000)
    wait_until(lambda: answers(limited), 30, "another telemetry")
    after = {program["name"]: program["pid"] for program in limited.json("status")["programs"]}
    assert {name for name in pids if after[name] != pids[name]} == {"telemetry"}
