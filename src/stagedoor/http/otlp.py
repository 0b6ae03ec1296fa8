"""OpenTelemetry's protocol over HTTP at the control API: for processes of services, with a token as a bearer.

What one sends belongs to the application that it names (`stagedoor.application` of the resource), which the sender's
team must own; without one it joins the traces it is part of.
"""

import json
import zlib

from fastapi import Request, Response

from stagedoor.control.platform import Platform
from stagedoor.model.access import Identity
from stagedoor.model.errors import Invalid, TooLarge

LARGEST = 4 << 20


async def take(platform: Platform, by: Identity, request: Request, what: str) -> Response:
    """The protocol's own answer: empty, or with how many parts were left out. Raises Forbidden, Invalid, TooLarge."""
    by.require_developer()
    if what not in ("traces", "logs"):
        raise Invalid(f"{what!r} is not taken in", hint="traces and logs are")
    content = unpack(await _body(request), request.headers.get("content-encoding", ""))
    kind = request.headers.get("content-type", "application/x-protobuf")
    told = await platform.records.tell(f"otlp/{what}", content, kind)
    if "json" not in kind:
        return Response(_partial(told["rejected"], told["why"]), media_type="application/x-protobuf")
    field = {"traces": "rejectedSpans", "logs": "rejectedLogRecords"}[what]
    said = {"partialSuccess": {field: told["rejected"], "errorMessage": told["why"]}} if told["rejected"] else {}
    return Response(json.dumps(said), media_type="application/json")


async def _body(request: Request) -> bytes:
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > LARGEST:
            raise TooLarge(f"the body is above {LARGEST} bytes", hint="send smaller batches")
    return content


def unpack(body: bytes, encoding: str) -> bytes:
    """Raises Invalid, TooLarge: a small body may hold a huge one."""
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise Invalid(f"content-encoding {encoding!r} is not known", hint="gzip, or none")
    try:
        content = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(body, LARGEST + 1)
    except zlib.error as error:
        raise Invalid(f"the body is no gzip: {error}") from None
    if len(content) > LARGEST:
        raise TooLarge(f"the body is above {LARGEST} bytes", hint="send smaller batches")
    return content


def _partial(rejected: int, why: str) -> bytes:
    """ExportTraceServiceResponse, and that of logs: field 1 is partial_success, of a count and a message."""
    if not rejected:
        return b""
    text = why.encode()[:100]
    inner = b"\x08" + _number(rejected) + b"\x12" + _number(len(text)) + text
    return b"\x0a" + _number(len(inner)) + inner


def _number(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
