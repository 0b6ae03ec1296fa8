"""Runs `telemetry.child` for a query, and ends it when it takes too long."""

import asyncio
import json
import sys
from typing import Any

from stagedoor import groups
from stagedoor.model.errors import Invalid, TooLarge
from stagedoor.telemetry.child import SECONDS

_LONGEST = 20_000
_AT_ONCE = asyncio.Semaphore(2)


async def ask(sql: str, sources: dict[str, list[str]], applications: list[str] | None) -> dict[str, Any]:
    """{columns, rows, truncated, took}. Raises Invalid, TooLarge."""
    if len(sql) > _LONGEST:
        raise TooLarge(f"a query has at most {_LONGEST} characters")
    told = json.dumps({"sql": sql, "sources": sources, "applications": applications}).encode()
    async with _AT_ONCE:
        command = groups.enter_helper("queries", [sys.executable, "-m", "stagedoor.telemetry.child"])
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            content, _ = await asyncio.wait_for(process.communicate(told), SECONDS + 2)
        except TimeoutError:
            content = b""
        finally:
            if process.returncode is None:
                process.kill()
                assert process.stdout is not None
                # A process is over for asyncio only once its output was read to the end.
                while await process.stdout.read(65536):
                    pass
                await process.wait()
    if not content:
        raise TooLarge(
            f"the query took longer than {SECONDS} s, or more memory than it may have",
            hint="ask for less time (WHERE time > now() - INTERVAL 1 HOUR), or for fewer columns",
        )
    said: dict[str, Any] = json.loads(content)
    if "error" in said:
        raise Invalid(said["error"], hint="`stagedoor query --tables` lists tables and columns")
    return said
