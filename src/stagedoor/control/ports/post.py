"""What control needs to tell others."""

from collections.abc import Mapping
from typing import Protocol


class Post(Protocol):
    """Sends a body to an address; the status of the answer. Raises OSError when there is none."""

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int: ...
