"""One connection from the edge: bytes to requests, answers to bytes. HTTP/1.1, one request at a time.

It knows nothing of routes or ASGI: the application it is given takes a Request and answers through the
methods here. Bodies are collected up to a limit before the application sees them.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

import httptools

from stagedoor.runtime import response, tape
from stagedoor.runtime.request import RawHeaders, Request

_MOST_NAMED = 20
_BODYLESS = frozenset((204, 304))
_JSON = b"content-type: application/json\r\n"
# A body that comes slower than this, once it has had a while to begin, holds a place that others wait for.
_UPLOAD_GRACE_S, _MIN_UPLOAD_RATE = 5.0, 8_000  # Seconds; bytes a second.
_FIRST_LETTER = ord("s")  # Of what the platform says.
_METHODS = {name.encode(): name for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")}


class AnswerTooLarge(Exception):
    """A stream went on above its limit; its answer is broken off."""


class Application(Protocol):
    """Answers one request through the connection; returns when the answer is complete."""

    def __call__(self, request: Request, connection: "Connection") -> Coroutine[Any, Any, None]: ...


class Settings:
    """What all connections of an instance share. Limits in bytes, 0 for none; `request_timeout` in seconds."""

    def __init__(
        self, application: Application, instance: str, body_limit: int, request_timeout: float, answer_limit: int = 0
    ) -> None:
        self.application = application
        self.body_limit = body_limit
        self.request_timeout = request_timeout
        self.answer_limit = answer_limit
        self.max_uploads = 0  # Bodies that may be under way for a while at one time; 0: any number.
        self.uploads = 0
        self.draining = False
        self.now = 0.0  # The loop's time as of the last sweep: near enough for limits of seconds.
        self.connections: set[Connection] = set()
        self.mark = b"stagedoor-instance: " + instance.encode() + b"\r\n"
        self.json_head = response.status_line(200) + self.mark + b"content-type: application/json\r\ncontent-length: "
        self.lost: Callable[[Request], None] = lambda request: None

    def drain(self) -> None:
        """From now on every answer says that it is the last of its connection."""
        self.draining = True
        self.json_head = self.json_head.replace(self.mark, self.mark + b"connection: close\r\n")


class Connection(asyncio.Protocol):
    """Bytes of one peer. `request` is the one being answered, None when idle."""

    __slots__ = (
        "_application",
        "_body",
        "_body_size",
        "_chunked",
        "_create_task",
        "_gone",
        "_head",
        "_headers",
        "_lines",
        "_loop",
        "_parser",
        "_pending",
        "_prefix",
        "_receiving_since",
        "_sent",
        "_settings",
        "_status",
        "_target",
        "_task",
        "_transport",
        "_writable",
        "began",
        "keep_alive",
        "refused",
        "request",
        "started",
    )  # fmt: skip

    def __init__(self, settings: Settings, loop: asyncio.AbstractEventLoop) -> None:
        self._settings = settings
        self._loop = loop
        self._application = settings.application
        self._create_task = loop.create_task
        self._parser = httptools.HttpRequestParser(self)
        self._pending: deque[tuple[Request, bool]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._writable: asyncio.Future[None] | None = None
        self._gone: asyncio.Future[None] | None = None
        self._chunked = False
        self._sent = 0
        self._status = 0
        self._lines = b""
        self._transport: Any = None
        self._receiving_since = 0.0
        self.request: Request | None = None
        self.keep_alive = True
        self.refused = False
        self.began = False
        self.started = 0.0
        self._forget()

    # From the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._settings.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._settings.connections.discard(self)
        if self._receiving_since:
            self._end_upload()
        self.resume_writing()
        if self._task is None or self.request is None:
            return
        self._settings.lost(self.request)
        if self.request.tape is not None:
            self.request.tape.lacks("the connection closed before the answer was complete")
            self._record(0, b"", b"")
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)
        else:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._refuse(501, "upgrade_refused", "The script cannot change the protocol of a connection.")
        except httptools.HttpParserError:
            self._refuse(400, "bad_request", "The request is not HTTP/1.1.")
        if self._target and (b"expect", b"100-continue") in self._headers and self.request is None:
            self._headers.remove((b"expect", b"100-continue"))
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def pause_writing(self) -> None:
        if self._writable is None:
            self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    # From the parser

    def _forget(self) -> None:
        """Ready for the next message. Done at the end of one, which saves a call at the start of each."""
        self._target = b""
        self._prefix = b""
        self._headers: RawHeaders = []
        self._head: tuple[RawHeaders, bytes] | None = None
        if self._receiving_since:
            self._end_upload()
        self._body: list[bytes] = []
        self._body_size = 0

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        # The first letter tells most of them apart at the least price.
        if name[0] == _FIRST_LETTER:
            if name == b"stagedoor-prefix":
                if self._prefix:
                    return
                self._prefix = value
            elif name.startswith(b"stagedoor") and not self._accepts(name):
                return
        self._headers.append((name, value))

    def _accepts(self, name: bytes) -> bool:
        """Returns whether a platform header is the edge's own: spelled with `-`, and the first of its name."""
        if b"_" in name:
            return False
        for known, _ in self._headers:  # noqa: SIM110, a generator costs each request a microsecond.
            if known == name:
                return False
        return True

    def on_chunk_header(self) -> None:
        """Ends the head of the request: what looks like a header behind a chunk is no header."""
        if self._head is None:
            self._head = (self._headers, self._prefix)
            self._headers = []

    def on_body(self, data: bytes) -> None:
        self._body_size += len(data)
        if self._body_size > self._settings.body_limit:
            limit = self._settings.body_limit
            self._refuse(413, "body_too_large", f"The body is larger than the {limit} bytes the manifest allows.")
        else:
            self._body.append(data)

    def on_message_complete(self) -> None:
        if self.refused:
            return
        if self._head is not None:
            self._headers, self._prefix = self._head
        method = self._parser.get_method()
        body = b"".join(self._body) if self._body else b""
        request = Request(
            _METHODS.get(method) or method.decode("latin-1"), self._target, self._headers, body, self._prefix
        )
        keep_alive = self._parser.should_keep_alive()
        self._forget()
        if self.request is None:
            self._start(request, keep_alive)
        else:
            self._pending.append((request, keep_alive))

    # The life of a request

    def answer(self, request: Request) -> None:
        """Of one that did not come as bytes: a replay's."""
        self._start(request, keep_alive=True)

    def _start(self, request: Request, keep_alive: bool) -> None:
        self.request = request
        self.keep_alive = keep_alive
        self.began = False
        self._gone = None
        self.started = self._settings.now
        request.began = self._loop.time()
        request.deadline = request.began + self._settings.request_timeout
        if tape.recorder is not None:
            request.tape = tape.recorder.begin(request)
        self._task = self._create_task(self._application(request, self))

    def _finish(self) -> None:
        self.request = None
        self._task = None
        if self._transport.is_closing():
            return
        if not self.keep_alive or self._settings.draining:
            self._transport.close()
        elif self._pending:
            self._start(*self._pending.popleft())

    def _refuse(self, status: int, code: str, message: str) -> None:
        """Answers a request that never reached the application, and closes: what follows cannot be trusted."""
        if self.refused or self.request is not None:
            self._transport.close()
            return
        self.refused = True
        self.keep_alive = False
        self.request = Request("GET", self._target, self._headers)
        self.send_error(status, code, message)

    def expire(self, now: float) -> None:
        """Ends the request with a 504 when its time is over, one whose body comes too slowly with a 408.

        The connection goes with it.
        """
        if self._target and self.request is None:
            self._expire_upload(now)
            return
        if self._task is None or self.request is None or now - self.started < self._settings.request_timeout:
            return
        task, seconds = self._task, self._settings.request_timeout
        self._task = None
        task.cancel()
        self.keep_alive = False
        if self.began:
            if self.request.tape is not None:
                self.request.tape.lacks("its answer was cut: the script took longer than its time")
                self._record(self._status, self._lines, b"")
            self._transport.abort()
        else:
            self.send_error(504, "script_timeout", f"The script took longer than its {seconds:g} s.")

    def _expire_upload(self, now: float) -> None:
        if not self._receiving_since:
            self._begin_upload(now)
            return
        elapsed = now - self._receiving_since
        if elapsed > _UPLOAD_GRACE_S and self._body_size < elapsed * _MIN_UPLOAD_RATE:
            message = f"The body came slower than {_MIN_UPLOAD_RATE} bytes a second. Send it faster, or in parts."
            self._refuse(408, "body_too_slow", message)

    def _begin_upload(self, now: float) -> None:
        """A body that is still coming: only some places are for such, so that the others answer meanwhile."""
        state = self._settings
        if 0 < state.max_uploads <= state.uploads:
            message = f"{state.uploads} bodies are on their way to this instance, as many as may be. Try again later."
            self._refuse(503, "too_many_uploads", message)
            return
        self._receiving_since = now
        state.uploads += 1

    def _end_upload(self) -> None:
        self._receiving_since = 0.0
        self._settings.uploads -= 1

    # For the application

    def disconnected(self) -> asyncio.Future[None]:
        """Done when the peer is gone. Who asks is told; who does not is cancelled."""
        if self._gone is None:
            self._gone = self._loop.create_future()
        return self._gone

    @property
    def mark(self) -> bytes:
        return self._settings.mark

    @property
    def settings(self) -> Settings:
        return self._settings

    @property
    def task(self) -> "asyncio.Task[None] | None":
        """The one that answers the request; None when idle."""
        return self._task

    def tell(self, body: bytes) -> None:
        """A whole answer for node, JSON: the limit is for what devices are sent."""
        if self.request is not None:
            self._transport.write(b"%b%d\r\n\r\n%b" % (self._settings.json_head, len(body), body))
            self._finish()

    def send_json(self, body: bytes) -> None:
        """A whole 200 with JSON; the path that most answers take."""
        if self.request is None:
            return
        if self.request.method == "HEAD" or self.request.degraded or self.request.reused:
            self.send(200, b"content-type: application/json\r\n", body)
            return
        if 0 < self._settings.answer_limit < len(body):
            self._refuse_answer(len(body))
            return
        self._transport.write(b"%b%d\r\n\r\n%b" % (self._settings.json_head, len(body), body))
        if self.request.tape is not None:
            self._record(200, _JSON, body)
        self._finish()

    def send(self, status: int, header_lines: bytes, body: bytes) -> None:
        """A whole answer with its own status and header lines."""
        if self.request is None:
            return
        if 0 < self._settings.answer_limit < len(body):
            self._refuse_answer(len(body))
            return
        length = b"" if status in _BODYLESS else b"content-length: %d\r\n" % len(body)
        payload = b"" if self.request.method == "HEAD" or status in _BODYLESS else body
        head = response.status_line(status) + self._settings.mark + header_lines + length + self._own_lines()
        self._transport.write(head + b"\r\n" + payload)
        self._record(status, header_lines, payload)
        self._finish()

    def _refuse_answer(self, size: int) -> None:
        limit = self._settings.answer_limit
        self.send_error(
            500, "answer_too_large", f"The answer has {size} bytes; limits.answer of the manifest allows {limit}."
        )

    def send_error(self, status: int, code: str, message: str) -> None:
        request_id = self.request.id if self.request is not None else ""
        error = {"error": {"code": code, "message": message, "request_id": request_id}}
        self.send(status, b"content-type: application/json\r\n", response.encode_json(error))

    def begin(self, status: int, header_lines: bytes, *, chunked: bool) -> None:
        """The head of an answer whose body follows by `write`; unless `chunked`, the lines give its length."""
        self.began = True
        self._sent = 0
        self._status, self._lines = status, header_lines
        self._chunked = chunked and status not in _BODYLESS
        coding = b"transfer-encoding: chunked\r\n" if self._chunked else b""
        head = response.status_line(status) + self._settings.mark + header_lines + coding + self._own_lines()
        self._transport.write(head + b"\r\n")

    def write(self, data: bytes) -> Awaitable[None] | None:
        """A piece of the body; what it returns, if anything, is to be awaited before the next piece."""
        if self.request is not None and self.request.method != "HEAD" and data:
            self._sent += len(data)
            if 0 < self._settings.answer_limit < self._sent:
                raise AnswerTooLarge(f"the answer is larger than the {self._settings.answer_limit} bytes of its limit")
            if self.request.tape is not None:
                self.request.tape.wrote(data)
            self._transport.write(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)
        return self._writable

    def end(self) -> None:
        """The end of an answer that `begin` began."""
        if self.request is None:
            return
        if self._chunked and self.request.method != "HEAD":
            self._transport.write(b"0\r\n\r\n")
        self._record(self._status, self._lines, b"")
        self._finish()

    def break_off(self) -> None:
        """Ends an answer that cannot be completed so that the peer sees it was cut."""
        if self.request is not None and self.request.tape is not None:
            self.request.tape.lacks("its answer was cut in the middle")
            self._record(self._status, self._lines, b"")
        self.request = None
        self._task = None
        self._transport.abort()

    def _own_lines(self) -> bytes:
        """What the server says of its own: that it closes, and to the edge, which parts of the answer a fallback stands
        in for and which answers of services were used again.
        """
        lines = b"" if self.keep_alive and not self._settings.draining else b"connection: close\r\n"
        request = self.request
        if request is not None and (request.degraded or request.reused):
            names = ", ".join(name.replace("|", "_") for name in (request.degraded or ())[:_MOST_NAMED])
            told = f"stagedoor-told: {names}|{','.join(request.reused or ())}\r\n"
            lines += told.encode("ascii", "replace")
        return lines

    def _record(self, status: int, header_lines: bytes, body: bytes) -> None:
        if self.request is not None and self.request.tape is not None:
            self.request.tape.end(self.request, status, header_lines, body)
