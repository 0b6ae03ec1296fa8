"""The sampling profiler, from outside: py-spy reads the process's memory and never stops it.

Its commands are values; they run at low priority, for a bounded time and with a bounded output.
"""

import asyncio
import re
import shutil
import sysconfig
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from stagedoor.model.profile import RATE
from stagedoor.untrusted import decode_json

_PATIENCE = 10.0
_LARGEST = 32_000_000  # Bytes of folded lines, or of a dump.
_MISSES = re.compile(r"Samples: (\d+) Errors: (\d+)")


class ProfilerError(Exception):
    """It could not be made: the message says why."""


def find() -> str:
    """py-spy of this environment, else the machine's; empty when there is none."""
    own = Path(sysconfig.get_path("scripts")) / "py-spy"
    return str(own) if own.exists() else shutil.which("py-spy") or ""


def record_command(program: str, pid: int, seconds: int, output: Path, rate: int = RATE) -> Sequence[str]:
    """Samples of all its threads that run, as folded lines with whole file names."""
    return [
        *_quietly(program), "record", "--nonblocking", "--pid", str(pid), "--duration", str(seconds),
        "--rate", str(rate), "--format", "raw", "--function", "--full-filenames", "--output", str(output),
    ]  # fmt: skip


def dump_command(program: str, pid: int) -> Sequence[str]:
    """Where each thread stands now, as JSON. Values of variables are not asked for: they may be secrets."""
    return [*_quietly(program), "dump", "--nonblocking", "--json", "--pid", str(pid)]


def _quietly(program: str) -> Sequence[str]:
    """Whatever serves goes first, and no process image makes it take all memory or the disk."""
    return ["nice", "-n", "10", "prlimit", "--as=4000000000", f"--fsize={_LARGEST}", "--core=0", program]


async def record(program: str, pid: int, seconds: int) -> tuple[str, int, int]:
    """Folded lines, how many samples were taken, how many of them could not be read. Raises ProfilerError.

    Who gives up waiting ends it.
    """
    with tempfile.TemporaryDirectory(prefix="profile-") as folder:
        file = Path(folder) / "stacks"
        said = await _run(record_command(program, pid, seconds, file), seconds + _PATIENCE)
        try:
            with file.open("rb") as stream:
                text = stream.read(_LARGEST).decode(errors="replace")
        except OSError:
            raise ProfilerError(_last_line(said)) from None
    match = _MISSES.search(said)
    return text, *((int(match[1]), int(match[2])) if match else (0, 0))


async def dump(program: str, pid: int) -> Any:
    """What py-spy says of each thread. Raises ProfilerError."""
    said = await _run(dump_command(program, pid), _PATIENCE)
    try:
        return decode_json(said)
    except ValueError:
        raise ProfilerError(_last_line(said)) from None


async def _run(command: Sequence[str], patience: float) -> str:
    """What it printed, on either output. Raises ProfilerError when it does not end in time."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        )  # fmt: skip
    except OSError as error:
        raise ProfilerError(f"the profiler does not start: {error}") from None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(patience):
            said = await _read(process.stdout)
            await process.wait()
    except TimeoutError:
        raise ProfilerError(f"the profiler did not end within {patience:g} s") from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            # A process is over for asyncio only once its output was read to the end.
            while await process.stdout.read(65536):
                pass
            await process.wait()
    return said.decode(errors="replace")


async def _read(stream: asyncio.StreamReader) -> bytes:
    said = b""
    while part := await stream.read(65536):
        said += part
        if len(said) > _LARGEST:
            raise ProfilerError("the profiler says too much")
    return said


def _last_line(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return f"the profiler saw nothing: {lines[-1][:300] if lines else 'it said nothing'}"
