"""Runs `telemetry.child` for a query, and ends it when it takes too long or answers too much."""

import asyncio
import json
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stagedoor import groups
from stagedoor.model.errors import Invalid, TooLarge, TooMany
from stagedoor.telemetry.child import MOST_BYTES, SECONDS

_LONGEST = 20_000
MAX_AT_ONCE, MAX_WAITING, MAX_PER_TOKEN = 2, 12, 3
MAX_OUTPUT_BYTES = MOST_BYTES + (1 << 20)
_AT_ONCE = asyncio.Semaphore(MAX_AT_ONCE)
_asking: Counter[str] = Counter()


@contextmanager
def place(owner: str) -> Iterator[None]:
    """Holds one of the places to wait for an answer. Raises TooMany with the bound that is reached."""
    if _asking[owner] >= MAX_PER_TOKEN:
        raise TooMany(f"{owner} asks {MAX_PER_TOKEN} queries already, which is the bound", hint="wait for one of them")
    if _asking.total() >= MAX_WAITING:
        raise TooMany(f"{MAX_WAITING} queries are asked already, which is the bound", hint="try again in some seconds")
    _asking[owner] += 1
    try:
        yield
    finally:
        _asking[owner] -= 1
        if not _asking[owner]:
            del _asking[owner]


async def ask(sql: str, sources: dict[str, list[str]], applications: list[str] | None) -> dict[str, Any]:
    """{columns, rows, truncated, took}. Raises Invalid, TooLarge."""
    if len(sql) > _LONGEST:
        raise TooLarge(f"a query has at most {_LONGEST} characters")
    told = json.dumps({"sql": sql, "sources": sources, "applications": applications}).encode()
    async with _AT_ONCE:
        content, status = await _run(told)
    if not content:
        raise _explain(status)
    said: dict[str, Any] = json.loads(content)
    if "error" in said:
        raise Invalid(said["error"], hint="`stagedoor query --tables` lists tables and columns")
    return said


async def _run(told: bytes) -> tuple[bytes, int | None]:
    """(what the child wrote, its status). Nothing, and no status, when its time was over or it wrote too much."""
    command = groups.enter_helper("queries", [sys.executable, "-m", "stagedoor.telemetry.child"])
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        return await asyncio.wait_for(_exchange(process, told), SECONDS + 2)
    except TimeoutError:
        return b"", None
    finally:
        if process.returncode is None:
            process.kill()
            assert process.stdout is not None
            # A process is over for asyncio only once its output was read to the end.
            while await process.stdout.read(65536):
                pass
            await process.wait()


async def _exchange(process: asyncio.subprocess.Process, told: bytes) -> tuple[bytes, int | None]:
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(told)
        await process.stdin.drain()
        process.stdin.close()
    except OSError:
        pass  # It ended before it had read the question; its status says why.
    content = bytearray()
    while part := await process.stdout.read(65536):
        content += part
        if len(content) > MAX_OUTPUT_BYTES:
            raise TooLarge(
                f"the answer has more than {MOST_BYTES} bytes, which is the bound", hint="ask for fewer columns"
            )
    return bytes(content), await process.wait()


def _explain(status: int | None) -> TooLarge:
    """Which bound a query met that left no answer."""
    hint = "ask for less time (WHERE time > now() - INTERVAL 1 HOUR), or for fewer columns"
    if status is None or status in (-signal.SIGXCPU, -signal.SIGKILL):
        return TooLarge(f"the query took longer than {SECONDS} s, or more memory than it may have", hint=hint)
    return TooLarge("the query is nested too deeply, or needs more memory than it may have", hint=hint)
