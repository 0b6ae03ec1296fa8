"""Runs a piece of Python in a container of this machine, as a script's own would run, without a platform around it."""

import asyncio
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stagedoor.bundle import interpreters
from stagedoor.model.deployment import Mount, Sandbox
from stagedoor.oci import abilities, cgroups, launch, runc, spawn, spec
from stagedoor.oci.runc import Engine

_TIMEOUT_S = 60.0


class OutOfMemory(Exception):
    """The kernel ended a process of the container at its memory limit. Holds what was reported before."""


@contextmanager
def engine() -> Iterator[Engine]:
    """Makes containers in a group and folder of their own, of which nothing is left."""
    with tempfile.TemporaryDirectory(prefix="stagedoor-test-", dir="/run") as run:
        Path(run).chmod(0o711)
        made = Engine(
            abilities.find_runtime(), Path(run) / "oci", f"/stagedoor-test-{os.getpid()}", Path(run) / "rootfs"
        )
        made.prepare()
        try:
            yield made
        finally:
            cgroups.remove(made.cgroup)


def run_inside(
    made: Engine, code: str, *, memory: int = 128_000_000, processes: int = 64, tmp: int = 8_000_000,
    mounts: Mapping[str, str] | None = None,
) -> Any:  # fmt: skip
    """Returns what `code` passes to `report`, as JSON holds it. Raises OutOfMemory, AssertionError with its output."""
    return asyncio.run(_run(made, code, memory, processes, tmp, mounts or {}))


async def _run(made: Engine, code: str, memory: int, processes: int, tmp: int, mounts: Mapping[str, str]) -> Any:
    interpreter = interpreters.choose("")
    binds = (*interpreter.mounts, *(Mount(source, target) for target, source in mounts.items()))
    sandbox = Sandbox(interpreter.path, binds, memory, 1.0, processes, tmp)
    name = launch.name()
    able = abilities.of(made.program)
    value = spec.Container(
        [interpreter.path, "-P", "-s", "-S", "-c", _PRELUDE + code], sandbox, runc.base_mounts(), made.rootfs,
        made.cgroup_of(name), spec.any_place() if able.user_namespaces else None, None, able.seccomp,
        able.controllers,
    )  # fmt: skip
    result, output = (os.memfd_create(kind, os.MFD_CLOEXEC) for kind in ("result", "output"))
    begin, ready = os.pipe()
    try:
        pid = await made.run(name, value, {3: result, 4: begin}, output)
        started = spawn.started_at(pid)
        cgroups.limit(made.cgroup_of(name), memory, 1.0, processes)
        os.write(ready, b"x")
        if started and not await spawn.ended(pid, started, _TIMEOUT_S):
            raise AssertionError(f"it did not end within {_TIMEOUT_S} s: {_read(output)}")
        text = _read(result)
        if made.memory_kills(name):
            raise OutOfMemory(text)
        if not text:
            raise AssertionError(f"it reported nothing; its output: {_read(output)}")
        return json.loads(text)
    finally:
        await made.delete(name)
        for descriptor in (result, output, begin, ready):
            os.close(descriptor)


def _read(descriptor: int) -> str:
    return os.pread(descriptor, 1_000_000, 0).decode(errors="replace")


_PRELUDE = """
import json, os


def report(value):
    os.pwrite(3, json.dumps(value).encode(), 0)


os.read(4, 1)

"""
