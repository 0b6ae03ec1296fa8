"""Telemetry as control sees it. While it is away there are no records, and nothing else fails for that."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import msgspec

from stagedoor.model import errors
from stagedoor.model.access import OPERATOR, Identity
from stagedoor.model.minute import Minute
from stagedoor.model.recording import Recording
from stagedoor.untrusted import split_lines

ANSWER_TIMEOUT_S = 10.0
# Of what looks through all that is stored, and of what decodes much.
_SEARCH_TIMEOUT_S = 30.0
_QUICK = ("arms/", "health", "known", "usage", "request_totals", "otlp/")
_ENDLESS = httpx2.Timeout(ANSWER_TIMEOUT_S, read=None)


class RemoteRecords:
    """Implements the port `Records`."""

    def __init__(self, socket: Path) -> None:
        self._client = httpx2.AsyncClient(
            transport=httpx2.AsyncHTTPTransport(uds=str(socket)),
            base_url="http://telemetry",
            timeout=httpx2.Timeout(ANSWER_TIMEOUT_S),
        )

    async def read(
        self, filters: dict[str, str], limit: int, *, follow: bool, by: Identity | None = None
    ) -> AsyncIterator[dict[str, Any]]:
        query = {**filters, "limit": str(limit)} | _owner(by) | ({"follow": "1"} if follow else {})
        try:
            timeout = _ENDLESS if follow else httpx2.USE_CLIENT_DEFAULT
            async with self._client.stream("GET", "/records", params=query, timeout=timeout) as answer:
                if answer.status_code != 200:
                    await answer.aread()
                    _read(answer)
                if by is not None:
                    yield {}
                async for line in split_lines(answer.aiter_bytes()):
                    yield json.loads(line)
        except httpx2.TransportError:
            return

    async def calls(self, seconds: int) -> list[dict[str, Any]] | None:
        found: list[dict[str, Any]] | None = await self._ask(f"/calls?seconds={seconds}")
        return found

    async def totals(self) -> list[dict[str, Any]] | None:
        found: list[dict[str, Any]] | None = await self._ask("/totals")
        return found

    async def governed(self, seconds: int) -> list[dict[str, Any]] | None:
        found: list[dict[str, Any]] | None = await self._ask(f"/governed?seconds={seconds}")
        return found

    async def series(self, service: str) -> list[Any] | None:
        found: list[Any] | None = await self._ask(f"/series/{service}")
        return found

    async def fanout(self, seconds: int) -> list[dict[str, Any]] | None:
        found: list[dict[str, Any]] | None = await self._ask(f"/fanout?seconds={seconds}")
        return found

    async def minutes(self, since: int, until: int, application: str = "") -> list[Minute] | None:
        asked: dict[str, str | int] = {"since": since, "until": until, "application": application}
        try:
            answer = await self._client.get("/minutes", params=asked, timeout=_SEARCH_TIMEOUT_S)
        except httpx2.TransportError:
            return None
        # Days of minutes are megabytes: decoded beside the loop.
        return await asyncio.to_thread(_minutes, answer.content) if answer.status_code == 200 else None

    async def ask(self, question: str, **said: str) -> Any:
        limit = _limit(question)
        try:
            answer = await self._client.get(f"/{question}", params=said, timeout=limit)
        except httpx2.InvalidURL:
            raise errors.Invalid("the question holds characters that no address has") from None
        except httpx2.TransportError as error:
            raise _away(error, limit) from None
        return _read(answer)

    async def tell(self, what: str, content: bytes, kind: str = "application/json") -> Any:
        headers, limit = {"content-type": kind}, _limit(what)
        try:
            answer = await self._client.post(f"/{what}", content=content, headers=headers, timeout=limit)
        except httpx2.InvalidURL:
            raise errors.Invalid("the question holds characters that no address has") from None
        except httpx2.TransportError as error:
            raise _away(error, limit) from None
        return _read(answer)

    async def recordings(self, ids: Sequence[str]) -> list[Recording]:
        content = msgspec.msgpack.encode(list(ids))
        try:
            answer = await self._client.post("/recordings", content=content, timeout=_SEARCH_TIMEOUT_S)
        except httpx2.TransportError as error:
            raise _away(error, _SEARCH_TIMEOUT_S) from None
        if answer.status_code != 200:
            _read(answer)
        return await asyncio.to_thread(_recordings, answer.content)

    async def watch(self, query: str, kind: str, by: Identity) -> AsyncIterator[dict[str, Any]]:
        params = {"query": query, "kind": kind} | _owner(by)
        try:
            async with self._client.stream("GET", "/watch", params=params, timeout=_ENDLESS) as answer:
                if answer.status_code != 200:
                    await answer.aread()
                    _read(answer)
                async for line in split_lines(answer.aiter_bytes()):
                    yield json.loads(line)
        except httpx2.TransportError as error:
            raise _away(error, ANSWER_TIMEOUT_S) from None

    async def _ask(self, path: str) -> Any:
        """None while telemetry is away."""
        try:
            answer = await self._client.get(path)
            return msgspec.json.decode(answer.content) if answer.status_code == 200 else None
        except httpx2.TransportError:
            return None

    async def close(self) -> None:
        await self._client.aclose()


def _owner(by: Identity | None) -> dict[str, str]:
    """Names who holds one of the places to watch; nobody for the platform itself."""
    if by is None:
        return {}
    return {"owner": by.name} | ({"operator": "1"} if by.role == OPERATOR else {})


def _limit(question: str) -> float:
    """Returns how long an answer may take, in seconds."""
    return ANSWER_TIMEOUT_S if question.startswith(_QUICK) else _SEARCH_TIMEOUT_S


def _away(error: httpx2.TransportError, timeout: float) -> errors.Unavailable:
    silent = isinstance(error, httpx2.ReadTimeout)
    text = f"telemetry does not answer within {timeout:g} s" if silent else "telemetry is away"
    return errors.Unavailable(f"{text}; requests go on", hint="`stagedoor status` shows the programs")


def _read(answer: httpx2.Response) -> Any:
    """What was answered. Raises what was refused."""
    try:
        told = json.loads(answer.content or b"null")
    except ValueError:
        raise errors.Unavailable("telemetry failed at that; its log has the traceback") from None
    if answer.status_code == 200:
        return told
    kind = _REFUSALS.get(told.get("code", ""), errors.Invalid)
    raise kind(told.get("message", ""), hint=told.get("hint", ""))


_REFUSALS = {
    one.code: one for one in (errors.Invalid, errors.Forbidden, errors.Missing, errors.TooLarge, errors.TooMany)
}


def _minutes(content: bytes) -> list[Minute]:
    return msgspec.json.decode(content, type=list[Minute])


def _recordings(content: bytes) -> list[Recording]:
    return msgspec.msgpack.decode(content, type=list[Recording], strict=False)
