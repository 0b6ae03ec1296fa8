"""Proves the isolation of this machine: a container tries to get out, and says what it got."""

import asyncio
import json
import os
import socket
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stagedoor.model.deployment import Ground, Mount, Sandbox
from stagedoor.oci import launch, spec
from stagedoor.oci.runc import Engine, EngineError

_LIMITS = {"memory": 64_000_000, "processes": 32, "tmp": 8_000_000, "files": 256}
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """`held`: it was refused; `got` says how."""

    attempt: str
    held: bool
    got: str


async def prove(engine: Engine, ground: Ground, hidden: Sequence[str]) -> list[Attempt]:
    """What each attempt got. `hidden` are paths of the platform. Raises EngineError."""
    app = Path(tempfile.mkdtemp(prefix="stagedoor-escape-"))
    app.chmod(0o755)
    sandbox = Sandbox(
        ground.python, (Mount(str(app), "/app"),), _LIMITS["memory"], 1.0, _LIMITS["processes"], _LIMITS["tmp"],
        _LIMITS["files"], ground.mounts,
    )  # fmt: skip
    # Something that answers on the machine: a connection that is refused proves nothing where nobody listens.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sockets = [path for path in hidden if path.endswith(".sock")]
        wanted = {
            **_LIMITS,
            "shared": spec.SHARED_MEMORY_BYTES,
            "hidden": list(hidden),
            "port": listener.getsockname()[1],
            "sockets": sockets or ["/run/x"],
        }
        try:
            return await _run(engine, sandbox, json.dumps(wanted).encode())
        finally:
            app.rmdir()


async def _run(engine: Engine, sandbox: Sandbox, content: bytes) -> list[Attempt]:
    name = launch.name()
    running = await launch.launch(engine, name, sandbox)
    output = os.memfd_create("output", os.MFD_CLOEXEC)
    try:
        running.become(engine, sandbox)
        running.channel.order("escape", content, [output], sandbox)
        async with asyncio.timeout(_PATIENCE):
            told = await running.channel.line()
        if told is None:
            said = os.pread(output, 2000, 0).decode(errors="replace")
            raise EngineError(f"the container that tries to get out ended: {said}")
        return [Attempt(str(one["attempt"]), bool(one["held"]), str(one["got"])) for one in told["attempts"]]
    finally:
        os.close(output)
        running.channel.close()
        await engine.delete(name)
