"""Starting a container and talking to it: orders go in on a socket with descriptors beside them, lines come out."""

import asyncio
import json
import os
import secrets
import socket
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stagedoor.model.deployment import Mount, Sandbox
from stagedoor.oci import abilities, cgroups, runc, spawn, spec
from stagedoor.untrusted import decode_json

_CODE = """\
import sys
sys.path.insert(0, {runtime!r})
from stagedoor.runtime import light
light.load()
from stagedoor.runtime import waiting
waiting.main({channel})
"""
_FILTERED = "2"
_LONGEST_LINE = 2_000_000
_CORPSE = 2.0
SEEDS = 2**32 - 1
_LOG = 256_000_000  # A log above it takes no more; node cuts logs long before.


class Channel:
    """Node's end of the socket to a container. What comes from inside is evidence, not truth."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._end = end
        self._rest = b""

    def order(
        self,
        do: str,
        content: bytes,
        descriptors: Sequence[int] = (),
        sandbox: Sandbox | None = None,
        folder: str = "/app",
    ) -> None:
        """With `sandbox`, it holds itself to that one's limits before anything of it runs. `folder` is its source's.

        Raises OSError.
        """
        memory = _message(content)
        files = {} if sandbox is None else {"files": sandbox.files, "file_size": max(sandbox.tmp, _LOG)}
        try:
            socket.send_fds(
                self._end, [json.dumps({"do": do, "folder": folder, **files}).encode() + b"\n"], [memory, *descriptors]
            )
        finally:
            os.close(memory)

    async def line(self) -> dict[str, Any] | None:
        """The next thing it says: an object of JSON; None when it is gone or says something else."""
        loop = asyncio.get_running_loop()
        while b"\n" not in self._rest:
            try:
                data = await loop.sock_recv(self._end, 65536)
            except OSError:
                return None
            if not data or len(self._rest) > _LONGEST_LINE:
                return None
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        try:
            told = decode_json(line)
        except ValueError:
            return None
        return told if isinstance(told, dict) else None

    def lives(self) -> bool:
        """Whether the other side is still there; what it may have said is not taken."""
        try:
            return self._end.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False

    def close(self) -> None:
        self._end.close()


@dataclass(slots=True)
class Running:
    """A container that waits for an order, or became something by one."""

    id: str
    pid: int
    started: int
    channel: Channel

    def become(self, engine: runc.Engine, wanted: Sandbox) -> None:
        """Sets the limits of its group: a container of the pool began with others. Raises OSError."""
        cgroups.limit(engine.cgroup_of(self.id), wanted.memory, wanted.cpu, wanted.processes)
        if os.getpriority(os.PRIO_PROCESS, self.pid):
            os.setpriority(os.PRIO_PROCESS, self.pid, 0)


def arguments(python: str, runtime: str = "/stagedoor", channel: int = 3) -> Sequence[str]:
    """Without site packages (-S), the user's (-s) and the present folder (-P): a script sees its own layers and nothing
    of the host's. The environment is the container's, so that it can name the seed of its hashes.
    """
    return [python, "-P", "-s", "-S", "-c", _CODE.format(runtime=runtime, channel=channel)]


async def launch(
    engine: runc.Engine, container: str, sandbox: Sandbox, *, extra: Sequence[Mount] = (), given: Path | None = None,
    place: int | None = None, nice: int = 0, network: str = "", seed: int = 0,
) -> Running:  # fmt: skip
    """A container of `sandbox` that waits for its order. Raises EngineError.

    With `given`, the sandbox's own mounts come later, below that folder. `place` numbers its users; any by default.
    `network` is the path of a namespace made ahead. `seed` is that of its hashes, 0: any.
    """
    able = abilities.of(engine.program)
    numbered = spec.any_place() if place is None else place
    value = spec.Container(
        arguments(sandbox.python), sandbox, (*runc.base_mounts(), *extra), engine.rootfs, engine.cgroup_of(container),
        numbered if able.user_namespaces else None, given, able.seccomp, able.controllers, network,
        seed or 1 + secrets.randbelow(SEEDS),
    )  # fmt: skip
    ours, theirs = socket.socketpair()
    channel = Channel(ours)
    output = os.memfd_create("output", os.MFD_CLOEXEC)
    running = None
    try:
        pid = await engine.run(container, value, {3: theirs.fileno()}, output, nice=nice)
        theirs.close()
        running = Running(container, pid, spawn.started_at(pid), channel)
        if await channel.line() is None:
            said = os.pread(output, 2000, 0).decode(errors="replace").strip()
            raise runc.EngineError(f"the container ended before it could be told anything: {said}")
        _verify(pid, able)
    except BaseException:
        channel.close()
        await engine.delete(container)
        if running is not None:
            await spawn.ended(running.pid, running.started, _CORPSE)
        raise
    finally:
        theirs.close()
        os.close(output)
    return running


def _verify(pid: int, able: abilities.Abilities) -> None:
    """Checks with the kernel what the runtime was asked for; a process that ended passes. Raises EngineError."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
        users = Path(f"/proc/{pid}/ns/user").readlink()
    except OSError:
        return
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    lacking = {
        "a filter of system calls": able.seccomp and fields.get("Seccomp", "").strip() != _FILTERED,
        "a user namespace": able.user_namespaces and users == Path("/proc/self/ns/user").readlink(),
        "a bound on its privileges": fields.get("NoNewPrivs", "").strip() != "1" or int(fields["CapBnd"], 16) != 0,
    }
    names = [name for name, lacks in lacking.items() if lacks]
    if names:
        raise runc.EngineError(f"the OCI runtime made a container without {' and '.join(names)}; it was ended")


def name() -> str:
    """For a container, and the instance that it becomes."""
    return f"i{secrets.token_hex(4)}"


def _nameless() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("order", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _message(content: bytes) -> int:
    """A descriptor from which `content` can be read; in memory where that can be: it holds secrets."""
    descriptor = _nameless()
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
