"""OpenTelemetry's protocol over HTTP at the control API: for processes of services, with a token as a bearer.

What one sends belongs to the application that it names (`stagedoor.application` of the resource), which the sender's
team must own; without one it joins the traces of applications that call a service of the team.
"""

import asyncio
import json
import time
import zlib

import msgspec
from fastapi import Request, Response

from stagedoor.control.platform import Platform
from stagedoor.control.ports.store import Change
from stagedoor.model.access import OPERATOR, Identity
from stagedoor.model.errors import Forbidden, Invalid, TooLarge
from stagedoor.model.otlp import MAX_BODY_BYTES, OPERATOR_SENDER, OtlpRequest

NOTE_EVERY_S = 60.0
_noted: dict[str, float] = {}


async def take(platform: Platform, by: Identity, request: Request, what: str) -> Response:
    """The protocol's own answer: empty, or with how many parts were left out.

    Raises Forbidden, Invalid, TooLarge, TooMany.
    """
    by.require_developer()
    if what not in ("traces", "logs"):
        raise Invalid(f"{what!r} is not taken in", hint="traces and logs are")
    content = await asyncio.to_thread(unpack, await _body(request), request.headers.get("content-encoding", ""))
    kind = request.headers.get("content-type", "application/x-protobuf")
    sent = msgspec.msgpack.encode(await _describe(platform, by, content, kind))
    try:
        told = await platform.records.tell(f"otlp/{what}", sent, "application/msgpack")
    except Forbidden as error:
        await _note(platform, by, what, error)
        raise
    if "json" not in kind:
        return Response(_partial(told["rejected"], told["why"]), media_type="application/x-protobuf")
    field = {"traces": "rejectedSpans", "logs": "rejectedLogRecords"}[what]
    said = {"partialSuccess": {field: told["rejected"], "errorMessage": told["why"]}} if told["rejected"] else {}
    return Response(json.dumps(said), media_type="application/json")


async def _describe(platform: Platform, by: Identity, content: bytes, kind: str) -> OtlpRequest:
    """Adds who sends it, and for whom it may speak."""
    if by.role == OPERATOR:
        return OtlpRequest(content, kind, by.name, OPERATOR_SENDER)
    applications = (await platform.store.world()).applications
    taken = {application.name for application in applications if application.team != by.team}
    own = tuple(application.name for application in applications if application.team == by.team)
    services = tuple(
        service.name
        for service in await platform.store.services()
        if service.team == by.team and service.name not in taken
    )
    return OtlpRequest(content, kind, by.name, by.team, own, services)


async def _note(platform: Platform, by: Identity, what: str, error: Forbidden) -> None:
    """Who speaks for another team's application is for operators to know, now and then."""
    now = time.monotonic()
    if now - _noted.get(by.name, -NOTE_EVERY_S) >= NOTE_EVERY_S:
        _noted[by.name] = now
        await platform.store.note(Change(by.name, "otlp_refused", "", what, None, {"reason": error.message}))


async def _body(request: Request) -> bytes:
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MAX_BODY_BYTES:
            raise TooLarge(f"the body is above {MAX_BODY_BYTES} bytes", hint="send smaller batches")
    return bytes(content)


def unpack(body: bytes, encoding: str) -> bytes:
    """Raises Invalid, TooLarge: a small body may hold a huge one."""
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise Invalid(f"content-encoding {encoding!r} is not known", hint="gzip, or none")
    try:
        content = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(body, MAX_BODY_BYTES + 1)
    except zlib.error as error:
        raise Invalid(f"the body is no gzip: {error}") from None
    if len(content) > MAX_BODY_BYTES:
        raise TooLarge(f"the body is above {MAX_BODY_BYTES} bytes", hint="send smaller batches")
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
