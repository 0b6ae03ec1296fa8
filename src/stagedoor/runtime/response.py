"""What an endpoint may return, and how it becomes bytes.

A dict, list, str, bytes, None, dataclass or msgspec.Struct becomes a 200 by itself (None: 204); `Response`
sets status and headers; `Stream` sends chunks as they come; a stream of `Event` is server-sent events.
"""

from collections.abc import AsyncIterable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgspec

encode_json = msgspec.json.Encoder(decimal_format="number").encode

_REASONS = {status.value: status.phrase.encode() for status in HTTPStatus}
_FORBIDDEN = frozenset((b"connection", b"transfer-encoding", b"content-length", b"keep-alive", b"upgrade"))


@dataclass(frozen=True, slots=True)
class Response:
    """An answer with a status and headers of its own; `body` is sent as JSON unless it is str or bytes."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer sent in chunks as `chunks` yields them: bytes, str, Event, or anything JSON can hold (a line each)."""

    chunks: AsyncIterable[Any] | Iterable[Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event; `data` is sent as it is when it is a str, else as JSON."""

    data: Any
    event: str = ""
    id: str = ""


def status_line(status: int) -> bytes:
    return b"HTTP/1.1 %d %s\r\n" % (status, _REASONS.get(status, b"Status"))


def render_body(body: Any) -> tuple[bytes, bytes]:
    """The bytes of `body` and its media type. Raises TypeError when JSON has no form for it."""
    if isinstance(body, bytes):
        return body, b"application/octet-stream"
    if isinstance(body, str):
        return body.encode(), b"text/plain; charset=utf-8"
    if body is None:
        return b"", b""
    return encode_json(body), b"application/json"


def render_chunk(chunk: Any) -> bytes:
    if isinstance(chunk, bytes):
        return chunk
    if isinstance(chunk, str):
        return chunk.encode()
    if isinstance(chunk, Event):
        return _render_event(chunk)
    return bytes(encode_json(chunk)) + b"\n"


def _render_event(event: Event) -> bytes:
    data = event.data if isinstance(event.data, str) else encode_json(event.data).decode()
    lines = [f"{name}: {value}" for name, value in (("event", event.event), ("id", event.id)) if value]
    lines += [f"data: {line}" for line in data.split("\n")]
    return ("\n".join(lines) + "\n\n").encode()


def header_lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Header fields as lines. Raises ValueError for a field that would break the message's framing."""
    lines = bytearray()
    for name, value in headers:
        if name.lower() in _FORBIDDEN:
            raise ValueError(f"the header {name.decode('latin-1')!r} is the server's to set")
        if not name or any(byte in b"\r\n\0: " for byte in name) or any(byte in b"\r\n\0" for byte in value):
            raise ValueError(f"the header {name!r} holds a character that a header cannot")
        lines += name + b": " + value + b"\r\n"
    return bytes(lines)


def encode_headers(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), str(value).encode("latin-1")) for name, value in headers.items()]
