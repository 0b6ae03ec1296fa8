"""Carries what the platform tells others by itself."""

from collections.abc import Mapping

import httpx

_PATIENCE = 10.0


async def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status of the answer. Raises OSError when there is none, or when the address cannot be used."""
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE, follow_redirects=False) as client:
            return (await client.post(url, content=body, headers=dict(headers))).status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(f"{type(error).__name__}: {error}") from None
