"""JSON that a script, a device or a tenant wrote: its nesting is bounded before any decoder sees it.

Decoders and encoders of JSON recurse on the C stack, so what nests deeply enough ends the program that reads it. The
bound is checked in one pass over the text that recurses nowhere.
"""

import json
import re
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

MAX_NESTING_LEVELS = 32
# A text in quotes, ended or not, or a bracket. It always matches at a quote and never goes back: the time is linear.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)
_TOKEN_BYTES = re.compile(_TOKEN.pattern.encode(), re.DOTALL)


def nests_too_deep(content: bytes | str, levels: int = MAX_NESTING_LEVELS) -> bool:
    """Returns whether a decoder would go deeper than `levels` into `content`, which need not be JSON."""
    if isinstance(content, str):
        if content.count("[") + content.count("{") <= levels:
            return False
        characters = (match.group()[0] for match in _TOKEN.finditer(content))
    else:
        if content.count(b"[") + content.count(b"{") <= levels:
            return False
        characters = (chr(match.group()[0]) for match in _TOKEN_BYTES.finditer(content))
    depth = 0
    for character in characters:
        if character in "[{":
            depth += 1
            if depth > levels:
                return True
        elif character in "]}":
            depth -= 1
    return False


def decode_json(content: bytes | str) -> Any:
    """Returns the decoded JSON. Raises ValueError for what is no JSON in UTF-8, or nests too deep."""
    if nests_too_deep(content):
        raise ValueError(f"the JSON nests deeper than {MAX_NESTING_LEVELS} levels; send a flatter value")
    # Bytes are never given to the decoder: it would guess at other encodings, in which brackets look different.
    return json.loads(content if isinstance(content, str) else content.decode())


async def split_lines(parts: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Yields the lines of a stream. Only a line feed ends one: a text in JSON may hold every other separator."""
    rest = b""
    async for part in parts:
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            yield line
    if rest:
        yield rest
