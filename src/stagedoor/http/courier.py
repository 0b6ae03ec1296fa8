"""Carries what the platform tells others by itself, and what it asks of services."""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache

import httpx2

from stagedoor.control.ports.services import Answered
from stagedoor.model.errors import Unavailable

_PATIENCE = 10.0
_ANSWER = 30.0
_MOST = 16_000_000


async def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status of the answer. Raises OSError when there is none, or when the address cannot be used."""
    try:
        async with httpx2.AsyncClient(timeout=_PATIENCE, follow_redirects=False) as client:
            return (await client.post(url, content=body, headers=dict(headers))).status_code
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise OSError(f"{type(error).__name__}: {error}") from None


async def ask(origin: str, name: str, verb: str, target: str, fields: Mapping[str, str], body: bytes) -> Answered:
    """All within 30 s, and no more than 16 MB. Raises Unavailable."""
    sent = [(key.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for key, value in fields.items()]
    try:
        async with asyncio.timeout(_ANSWER), httpx2.AsyncClient(timeout=_ANSWER, verify=_certificates()) as client:
            asked = client.build_request(verb, f"{origin}{target}", headers=sent, content=body)
            if asked.url.raw_path != target.encode("latin-1", "replace"):
                raise Unavailable(f"{origin} is not asked for {target!r}: it would be read as another address")
            asked.extensions["sni_hostname"] = name
            answer = await client.send(asked, stream=True)
            content = await _content(answer)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, TimeoutError) as error:
        raise Unavailable(f"{origin} does not answer: {error or type(error).__name__}") from None
    # It was unpacked on its way.
    kept = tuple((key.lower(), value) for key, value in answer.headers.items() if key.lower() != "content-encoding")
    return Answered(answer.status_code, kept, content)


async def _content(answer: httpx2.Response) -> bytes:
    """Raises ValueError."""
    parts, size = [], 0
    try:
        async for part in answer.aiter_bytes():
            size += len(part)
            if size > _MOST:
                raise ValueError(f"its answer is larger than {_MOST} bytes")
            parts.append(part)
    finally:
        await answer.aclose()
    return b"".join(parts)


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: it takes longer than most calls."""
    return httpx2.create_ssl_context()
