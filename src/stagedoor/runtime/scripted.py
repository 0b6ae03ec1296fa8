"""Runs a script's endpoints: finds the handler, calls it, sends what it returns."""

import traceback
from collections.abc import AsyncIterable
from inspect import isawaitable
from types import CoroutineType
from typing import Any

from stagedoor.runtime import context, inside, response
from stagedoor.runtime.connection import Connection
from stagedoor.runtime.errors import ApiError, ApiTimeout, HTTPError
from stagedoor.runtime.log import log
from stagedoor.runtime.request import Request
from stagedoor.runtime.response import encode_json
from stagedoor.runtime.router import Router

# Where the platform asks whether the script's own event loop turns; the edge lets nobody else ask.
ALIVE = "/.stagedoor/alive"


class Scripted:
    """The application made of the endpoints in `router`."""

    def __init__(self, router: Router) -> None:
        self._find = router.find
        self._router = router

    async def __call__(self, request: Request, connection: Connection) -> None:
        context.current.set(request)
        try:
            handler = self._find(request)
            if handler is None:
                await self._answer_else(request, connection)
                return
            value = handler(request)
            # The two kinds that nearly every handler returns are told apart without a look at their classes' bases.
            if type(value) is CoroutineType or (type(value) is not dict and isawaitable(value)):
                value = await value
            if type(value) is dict:
                connection.send_json(encode_json(value))
            else:
                await send(value, connection)
        except Exception as error:
            fail(error, connection)

    async def _answer_else(self, request: Request, connection: Connection) -> None:
        if request.path == ALIVE:
            connection.send_json(b'{"alive":true}')
        elif inside.is_asked(request):
            await inside.answer(request, connection)
        else:
            self._refuse(request, connection)

    def _refuse(self, request: Request, connection: Connection) -> None:
        allowed = self._router.allowed(request)
        if allowed:
            text = f"{request.path} answers {', '.join(allowed)}."
            connection.send_error(405, "method_not_allowed", text)
        else:
            connection.send_error(
                404, "no_such_endpoint", f"The script has no endpoint {request.method} {request.path}."
            )


async def send(value: Any, connection: Connection) -> None:
    """Sends what a handler returned. Raises TypeError for what has no form as an answer."""
    if isinstance(value, response.Stream):
        await _stream(value, connection)
        return
    answer = value if isinstance(value, response.Response) else response.Response(value)
    body, media_type = response.render_body(answer.body)
    status = 204 if answer.body is None and answer.status == 200 else answer.status
    given = response.encode_headers(answer.headers)
    media_type = answer.media_type.encode() or media_type
    if media_type and not any(name.lower() == b"content-type" for name, _ in given):
        given.append((b"content-type", media_type))
    connection.send(status, response.header_lines(given), body)


async def _stream(stream: response.Stream, connection: Connection) -> None:
    given = [(b"content-type", stream.media_type.encode()), (b"cache-control", b"no-store")]
    given += response.encode_headers(stream.headers)
    connection.begin(stream.status, response.header_lines(given), chunked=True)
    if isinstance(stream.chunks, AsyncIterable):
        async for chunk in stream.chunks:
            await _write(chunk, connection)
    else:
        for chunk in stream.chunks:
            await _write(chunk, connection)
    connection.end()


async def _write(chunk: Any, connection: Connection) -> None:
    room = connection.write(response.render_chunk(chunk))
    if room is not None:
        await room


def fail(error: Exception, connection: Connection) -> None:
    """Answers for a script that raised. The device is told what kind of fault it was; the log has the rest."""
    if not isinstance(error, HTTPError):
        log.error(f"{type(error).__name__}: {error}", traceback=trim(error))
    if connection.began:
        connection.break_off()
    elif isinstance(error, HTTPError):
        connection.send_error(error.status, error.code, error.message)
    elif isinstance(error, ApiError):
        status = 504 if isinstance(error, ApiTimeout) else 502
        connection.send_error(status, "api_failed", f"A call to {error.service} failed; the script has no fallback.")
    else:
        connection.send_error(
            500, "script_error", f"The script raised {type(error).__name__}; its log has the traceback."
        )


def trim(error: BaseException) -> str:
    """The traceback of the script alone: frames of the runtime and of the interpreter's importer left out."""
    formatted = traceback.TracebackException.from_exception(error)
    for part in (formatted, formatted.__cause__, formatted.__context__):
        if part is not None:
            frames = [frame for frame in part.stack if not _foreign(frame.filename)]
            part.stack = traceback.StackSummary.from_list(frames)
    return "".join(formatted.format())


def _foreign(filename: str) -> bool:
    return (
        "/stagedoor/runtime/" in filename
        or filename.startswith("<frozen")
        or filename.endswith("/importlib/__init__.py")
        or filename == "<string>"
    )
