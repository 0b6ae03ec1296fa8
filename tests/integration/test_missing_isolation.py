"""A machine that lacks a part of the isolation runs no script, unless its operator named the part."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stagedoor.bundle.artefacts import Artefacts
from stagedoor.model.deployment import Sandbox
from stagedoor.oci import abilities, launch, spec
from stagedoor.oci.runc import Engine, EngineError
from tests.harness.containers import engine
from tests.harness.running import COMMAND, Running, platform
from tests.integration.applications import script

INSIDE = """
import ctypes
import os

from stagedoor import Request, endpoint


@endpoint("GET", "/state")
async def state(request: Request) -> dict:
    lines = open("/proc/self/status").read().splitlines()
    refused = ctypes.CDLL(None).syscall(425, 1, 0)
    return {"filter": next(one.split()[1] for one in lines if one.startswith("Seccomp:")), "io_uring": refused}
"""


@pytest.fixture
def old_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A runc first on the PATH that was built without seccomp, as far as it says, and cannot set a filter."""
    runtime = tmp_path / "old" / "runc"
    runtime.parent.mkdir()
    real = shutil.which("runc", path="/usr/sbin:/usr/bin:/sbin:/bin")
    answer = f'[ "$1" = --version ] && {{ {real} --version | grep -v seccomp; exit; }}'
    runtime.write_text(f'#!/bin/sh\n{answer}\nexec {real} "$@"\n')
    runtime.chmod(0o755)
    monkeypatch.setenv("PATH", f"{runtime.parent}:{os.environ['PATH']}")
    abilities.of.cache_clear()
    yield runtime
    abilities.of.cache_clear()


def up(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    ports = ["--prod-port", "0", "--test-port", "0", "--control-port", "0"]
    return subprocess.run(
        [*COMMAND, "up", "--data", str(folder), *ports, *options], capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip


def test_a_start_without_a_filter_of_system_calls_is_refused(old_runtime: Path, tmp_path: Path) -> None:
    refused = up(tmp_path / "data")
    assert refused.returncode != 0
    assert "seccomp: missing; without it a script makes every system call of the kernel" in refused.stderr
    assert "install a runc" in refused.stderr and "--accept-missing seccomp" in refused.stderr
    assert not (tmp_path / "data" / "control.db").exists()
    # What is accepted is one part, not all of them; and it must be one that there is.
    assert up(tmp_path / "data", "--accept-missing", "user-namespaces").returncode != 0
    assert "invalid choice: 'everything'" in up(tmp_path / "data", "--accept-missing", "everything").stderr
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "platform.toml").write_text('[isolation]\naccept = ["everything"]\n')
    assert "names no part of the isolation" in up(tmp_path / "data").stderr


def check_accepted(running: Running, folder: Path) -> None:
    running.cli("deploy", folder=script(folder, "bare", INSIDE))
    state = running.get("/bare/state").json()
    assert state["filter"] == "0"
    status = running.json("status")["missing_isolation"]
    assert len(status) == 1 and status[0].startswith("seccomp: a script makes every system call")
    environment = {name: value for name, value in running.environment.items() if name != "NO_COLOR"}
    text = subprocess.run(
        [*COMMAND, "status"], env=environment | {"FORCE_COLOR": "1"}, capture_output=True, text=True, check=True
    ).stdout
    assert "isolation is missing, as accepted: seccomp" in text


def test_an_operator_accepts_it_by_an_option_and_everybody_sees_it(old_runtime: Path, tmp_path: Path) -> None:
    with platform(options=("--accept-missing", "seccomp")) as running:
        check_accepted(running, tmp_path)


def test_doctor_names_what_is_missing_and_what_was_accepted(old_runtime: Path, tmp_path: Path) -> None:
    def look() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*COMMAND, "doctor", "--data", str(tmp_path)], capture_output=True, text=True, check=False
        )

    before = look()
    assert before.returncode == 1 and "seccomp        missing" in before.stdout
    (tmp_path / "platform.toml").write_text('[isolation]\naccept = ["seccomp"]\n')
    after = look()
    assert "seccomp        missing, as accepted" in after.stdout
    # The proof is honest all the same.
    assert "a hostile script could" in after.stdout


def test_a_whole_machine_starts_and_filters(stagedoor: Running, tmp_path: Path) -> None:
    """The same probe where nothing is missing."""
    stagedoor.cli("deploy", folder=script(tmp_path, "bare", INSIDE))
    assert stagedoor.get("/bare/state").json() == {"filter": "2", "io_uring": -1}
    assert stagedoor.json("status")["missing_isolation"] == []


def test_a_runtime_that_claims_a_filter_and_sets_none_gets_no_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What counts is what the kernel says of the container's process, not what the runtime says of itself."""

    def unfiltered(container: spec.Container) -> dict[str, Any]:
        configuration = configure(container)
        configuration["linux"].pop("seccomp")
        return configuration

    configure = spec.configure
    with engine() as made:
        assert start(made)
        monkeypatch.setattr(spec, "configure", unfiltered)
        with pytest.raises(EngineError, match="made a container without a filter of system calls"):
            start(made)
        assert made.containers() == []


def start(made: Engine) -> bool:
    """Starts a container that waits for an order, as node does, and ends it."""

    async def work() -> bool:
        ground = await Artefacts(made.state.parent / "data", 1_000_000).ground("")
        sandbox = Sandbox(ground.python, (), 64_000_000, 1.0, 32, 1_000_000, shared=ground.mounts)
        running = await launch.launch(made, launch.name(), sandbox)
        running.channel.close()
        await made.delete(running.id)
        return True

    return asyncio.run(work())
