"""Starting a container and hearing from it: the boot message goes in on a descriptor, one report comes out."""

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stagedoor.model.deployment import Mount, Sandbox
from stagedoor.oci import runc, spawn, spec

_CODE = "import sys; sys.path.insert(0, '/stagedoor'); from stagedoor.runtime import {0}; {0}.main()"


@dataclass(frozen=True, slots=True)
class Running:
    """A started container: `report` ends with what it said, None when it said nothing and is gone."""

    id: str
    pid: int
    started: int
    report: "asyncio.Task[dict[str, Any] | None]"


def arguments(python: str, module: str, *rest: str) -> Sequence[str]:
    """Isolated (-I) and without site packages (-S): a script sees its own layers and nothing of the host's."""
    return [python, "-I", "-S", "-c", _CODE.format(module), *rest]


async def launch(
    engine: runc.Engine, container: str, sandbox: Sandbox, module: str, boot: dict[str, Any], door: int | None,
    log: int, extra: Sequence[Mount] = (),
) -> Running:  # fmt: skip
    """Starts `module` of the runtime in `sandbox`. Descriptor 3 is the door, 4 the boot, 5 the report.

    Raises EngineError.
    """
    boot_reader = _message(json.dumps(boot).encode())
    report_reader, report_writer = os.pipe()
    value = spec.Container(
        arguments(sandbox.python, module),
        sandbox,
        (*runc.base_mounts(), *extra),
        engine.rootfs,
        engine.cgroup_of(container),
    )
    null = os.open(os.devnull, os.O_RDONLY)
    try:
        descriptors = {3: null if door is None else door, 4: boot_reader, 5: report_writer}
        pid = await engine.run(container, value, descriptors, log)
    except BaseException:
        os.close(report_reader)
        raise
    finally:
        for descriptor in (boot_reader, report_writer, null):
            os.close(descriptor)
    report = asyncio.get_running_loop().create_task(_read_report(report_reader))
    return Running(container, pid, spawn.started_at(pid), report)


def _message(content: bytes) -> int:
    """A descriptor from which `content` can be read; in memory, so that nothing of it reaches a disk."""
    descriptor = os.memfd_create("boot", os.MFD_CLOEXEC)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


async def _read_report(descriptor: int) -> dict[str, Any] | None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", buffering=0)
    )
    try:
        line = await reader.readline()
    finally:
        transport.close()
    try:
        report = json.loads(line)
    except ValueError:
        return None
    # What comes from inside a container is evidence, not truth: anything but an object is nothing.
    return report if isinstance(report, dict) else None
