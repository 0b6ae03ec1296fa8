"""An upgrade while it runs: the supervisor becomes the new Stagedoor, and its programs follow one after the other.

What must not be lost are the sockets and the processes behind them; both outlive an exec. The new supervisor is told
their numbers by the environment, takes them up as its own, and starts each program anew: connections wait meanwhile.
"""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from stagedoor.model.errors import Invalid

_VARIABLE = "STAGEDOOR_RENEWAL"
# Everything that a start looks at before it serves, in the new code and with the same data folder.
_TRY = (
    "import sys, pathlib; from stagedoor.cli import up; from stagedoor.main import control, node, telemetry; "
    "up.rehearse(pathlib.Path(sys.argv[1]))"
)
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A program that goes on: `started` is its process's own start, by which the pid is known to be still the same."""

    name: str
    pid: int
    started: int
    starts: int
    started_at: float
    last_end: str


@dataclass(frozen=True, slots=True)
class Legacy:
    """What the supervisor before leaves: descriptors of its sockets and of the data folder's lock, and its programs."""

    lock: int
    sockets: dict[str, int] = field(default_factory=dict)
    programs: list[Kept] = field(default_factory=list)
    receivers: dict[str, str] = field(default_factory=dict)  # Of listeners; a version before this one names none.
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)  # Pipes of instances, with what is known of them.


def check(data: Path) -> None:
    """Tries the new code in a process of its own. Raises Invalid with its last words; nothing was touched then."""
    tried = subprocess.run(
        [sys.executable, "-c", _TRY, str(data)], capture_output=True, text=True, check=False, timeout=60
    )
    if tried.returncode != 0:
        words = tried.stderr.strip().splitlines() or ["no words"]
        raise Invalid(
            f"the installed Stagedoor does not start: {words[-1]}", hint="mend the installation; this one runs on"
        )


def become(legacy: Legacy) -> None:
    """Replaces this process by the installed Stagedoor, with the same command. Returns only by an OSError."""
    pipes = [output["pipe"] for output in legacy.outputs.values()]
    for descriptor in (legacy.lock, *legacy.sockets.values(), *pipes):
        os.set_inheritable(descriptor, True)
    environment = dict(os.environ) | {_VARIABLE: json.dumps(asdict(legacy))}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606


def inherited() -> Legacy | None:
    """What a supervisor before left to this process; None for a fresh start."""
    content = os.environ.pop(_VARIABLE, "")
    if not content:
        return None
    told: dict[str, Any] = json.loads(content)
    programs = [Kept(**program) for program in told["programs"]]
    return Legacy(told["lock"], told["sockets"], programs, told.get("receivers", {}), told.get("outputs", {}))


async def answers(address: str) -> bool:
    """Whether control answers, within a bound."""
    host, _, port = address.rpartition("//")[2].rpartition(":")
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"GET /v1/health HTTP/1.1\r\nhost: control\r\nconnection: close\r\n\r\n")
            line = await reader.readline()
            writer.close()
    except (OSError, TimeoutError):
        return False
    return b" 200 " in line
