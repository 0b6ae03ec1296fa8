"""The engine as control sees it: node's API over its socket. A node that restarts is waited for."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import msgspec

from stagedoor.model.deployment import Ground, Sandbox, Spec
from stagedoor.model.errors import Conflict, Failure, Missing, Unavailable
from stagedoor.model.instance import Attendance, Capacity, End, Usage
from stagedoor.model.profile import Memory, Profile, Waiting
from stagedoor.model.recording import Outcome
from stagedoor.model.replay import Replay
from stagedoor.untrusted import split_lines

_RESTART_TIMEOUT_S = 20.0
ANSWER_TIMEOUT_S = 10.0
# Of what waits for containers: their start, their end, tests. Meanwhile node is asked whether it is there.
_WORK_TIMEOUT_S = 600.0
_PROBE_INTERVAL_S = 2.0
_ENDLESS = httpx2.Timeout(10, read=None)
_FAILURES: dict[str, type[Failure]] = {kind.code: kind for kind in (Conflict, Missing, Unavailable)}


class RemoteEngine:
    """Implements the port `Engine`."""

    def __init__(self, socket: Path) -> None:
        self._client = httpx2.AsyncClient(
            transport=httpx2.AsyncHTTPTransport(uds=str(socket)),
            base_url="http://node",
            timeout=httpx2.Timeout(ANSWER_TIMEOUT_S),
        )

    async def _work(self, method: str, path: str, content: bytes | None = None, *, again: bool = True) -> Any:
        """The answer to what may take minutes, as long as node goes on answering other questions.

        Raises Unavailable when it does not.
        """
        work = asyncio.ensure_future(self._ask(method, path, content, again=again, limit=_WORK_TIMEOUT_S))
        try:
            while not (await asyncio.wait({work}, timeout=_PROBE_INTERVAL_S))[0]:
                await self._ask("GET", "/deployments")
            return work.result()
        finally:
            work.cancel()

    async def _ask(
        self, method: str, path: str, content: bytes | None = None, *, again: bool = True,
        limit: float = ANSWER_TIMEOUT_S,
    ) -> Any:  # fmt: skip
        """The answer; asked again while node restarts, where a call may be repeated. Raises Unavailable."""
        deadline = time.monotonic() + (_RESTART_TIMEOUT_S if again else 0.0)
        while True:
            try:
                answer = await self._client.request(method, path, content=content, timeout=limit)
                answer.raise_for_status()
                return answer.json()
            except httpx2.ReadTimeout:
                raise Unavailable(
                    f"node does not answer within {limit:g} s", hint="`stagedoor status` shows the programs"
                ) from None
            except httpx2.HTTPStatusError as error:
                raise Unavailable(f"node refused {method} {path}: status {error.response.status_code}") from None
            except httpx2.TransportError as error:
                if time.monotonic() > deadline:
                    raise Unavailable(
                        f"node does not answer: {error}", hint="`stagedoor status` shows the programs"
                    ) from None
                await asyncio.sleep(0.05)

    async def deploy(self, spec: Spec) -> None:
        await self._ask("POST", "/deployments", msgspec.json.encode(spec))

    async def change(self, spec: Spec) -> None:
        await self._ask("PUT", f"/deployments/{spec.deployment}", msgspec.json.encode(spec))

    async def expect(self, ground: Ground) -> None:
        await self._ask("POST", "/grounds", msgspec.json.encode(ground))

    async def tell_catalogue(self, hosts: str, descriptions: str) -> None:
        await self._ask("PUT", "/catalogue", json.dumps({"hosts": hosts, "services": descriptions}).encode())

    async def attendance(self, after: int) -> tuple[list[Attendance], list[End]]:
        told = await self._ask("GET", f"/attendance?after={after}")
        # The keys of an object are texts in JSON, whatever they were.
        deployments = msgspec.convert(told["deployments"], list[Attendance], strict=False)
        return deployments, msgspec.convert(told["ends"], list[End])

    async def usage(self) -> list[Usage]:
        return msgspec.convert(await self._ask("GET", "/usage"), list[Usage])

    async def capacity(self) -> tuple[Capacity, dict[str, int]]:
        told = await self._ask("GET", "/capacity")
        return msgspec.convert(told["capacity"], Capacity), told["pool"]

    async def settled(self, deployment: str) -> dict[str, Any]:
        told: dict[str, Any] = await self._work("GET", f"/deployments/{deployment}/settled")
        return told

    async def end(self, deployment: str) -> None:
        await self._work("DELETE", f"/deployments/{deployment}")

    async def check(
        self,
        sandbox: Sandbox,
        paths: list[str],
        tests: str,
        config: dict[str, Any],
        timeout: float,
        command: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        wanted = {"sandbox": sandbox, "paths": paths, "tests": tests, "config": config, "timeout": timeout}
        wanted |= {"command": command}
        told: dict[str, Any] = await self._work("POST", "/checks", msgspec.json.encode(wanted))
        return told

    async def replay(self, wanted: Replay) -> AsyncIterator[Outcome]:
        content = await asyncio.to_thread(msgspec.msgpack.encode, wanted)
        timeout = httpx2.Timeout(10, read=wanted.timeout + 120)
        rest = bytearray()
        try:
            async with self._client.stream("POST", "/replays", content=content, timeout=timeout) as answer:
                if answer.status_code != 200:
                    raise Unavailable(f"node refused a replay: status {answer.status_code}")
                async for data in answer.aiter_raw():
                    rest += data
                    while len(rest) >= 4 and len(rest) >= (end := 4 + int.from_bytes(rest[:4], "little")):
                        one = bytes(rest[4:end])
                        del rest[:end]
                        yield _outcome(one)
        except httpx2.TransportError as error:
            raise Unavailable(f"node does not answer: {error}") from None

    async def instances(self, *, measure: bool = False) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = await self._ask("GET", "/instances?measure=1" if measure else "/instances")
        return listed

    async def deployments(self) -> list[str]:
        listed: list[str] = await self._ask("GET", "/deployments")
        return listed

    async def open_shell(self, instance: str, rows: int, columns: int, terminal: str) -> str:
        wish = json.dumps({"rows": rows, "columns": columns, "terminal": terminal}).encode()
        told = await self._ask("POST", f"/instances/{quote(instance, safe='')}/shells", wish, again=False)
        if not told["shell"]:
            raise Missing(f"there is no instance {instance!r}", hint="`stagedoor instances` lists them")
        return str(told["shell"])

    async def profile(self, instance: str, seconds: int) -> Profile:
        return msgspec.convert(await self._look(instance, f"profile?seconds={seconds}"), Profile)

    async def memory(self, instance: str, apart: int) -> Memory:
        return msgspec.convert(await self._look(instance, f"memory?apart={apart}"), Memory)

    async def waiting(self, instance: str) -> Waiting:
        return msgspec.convert(await self._look(instance, "waiting"), Waiting)

    async def _look(self, instance: str, what: str) -> Any:
        told = await self._work("POST", f"/instances/{quote(instance, safe='')}/{what}", again=False)
        if "failure" in told:
            failure = told["failure"]
            raise _FAILURES.get(failure["code"], Unavailable)(failure["message"], hint=failure["hint"])
        return told["found"]

    async def write_shell(self, shell: str, content: bytes) -> None:
        await self._ask("PUT", f"/shells/{quote(shell, safe='')}", content, again=False)

    async def read_shell(self, shell: str) -> AsyncIterator[bytes]:
        async with self._client.stream("GET", f"/shells/{quote(shell, safe='')}", timeout=_ENDLESS) as answer:
            async for content in answer.aiter_raw():
                yield content

    async def logs(self, application: str, instance: str, lines: int, *, follow: bool) -> AsyncIterator[dict[str, Any]]:
        query = {"instance": instance, "lines": str(lines)} | ({"follow": "1"} if follow else {})
        timeout = _ENDLESS if follow else httpx2.Timeout(ANSWER_TIMEOUT_S)
        try:
            async with self._client.stream("GET", f"/logs/{application}", params=query, timeout=timeout) as answer:
                async for line in split_lines(answer.aiter_bytes()):
                    yield json.loads(line)
        except httpx2.ReadTimeout:
            raise Unavailable(
                f"node does not answer within {ANSWER_TIMEOUT_S:g} s", hint="`stagedoor status` shows the programs"
            ) from None

    async def close(self) -> None:
        await self._client.aclose()


def _outcome(content: bytes) -> Outcome:
    told = msgspec.msgpack.decode(content, type=Outcome | str, strict=False)
    if isinstance(told, str):
        raise Unavailable(told, hint="the version must load without a way out; `stagedoor replay --debug` shows it")
    return told
