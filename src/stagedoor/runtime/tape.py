"""Recordings: what a request saw, noted as it happens and written into the ring when it ends.

A request has a tape while it is recorded, or replayed (`replaying`): its calls and its readings of clock and chance go
by it. Without one the hot path pays a comparison. The values are those of `stagedoor.model.recording`.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from stagedoor.runtime.ring import Ring

if TYPE_CHECKING:
    from stagedoor.runtime.call import Call
    from stagedoor.runtime.exchange import Exchange
    from stagedoor.runtime.request import Request

NEVER, TIME_IS_OVER = -1, -1
APART = 8  # Turns of the event loop that are counted after an answer: then all that it set going has been done.
_MOST_READINGS = 10_000
_LABEL = 8
_OWN_CLIENT = "the script talks by a client of its own, whose answers are not recorded"


class Called(msgspec.Struct, gc=False):
    """`status` of -1: its time was over. `reused`: an answer that another call brought, maybe of another request."""

    service: str
    verb: str
    target: bytes
    head: bytes
    body: bytes
    at: int
    ended: int = NEVER
    turn: int = 0
    order: int = 0
    status: int = 0
    answer_head: bytes = b""
    answer: bytes = b""
    error: str = ""
    instant: bool = False
    reused: bool = False


class Recorded(msgspec.Struct):
    id: str
    began: float
    method: str
    target: bytes
    head: bytes
    body: bytes
    prefix: bytes
    instance: str
    took: int
    status: int
    answer_head: bytes
    answer: bytes
    calls: list[Called]
    readings: dict[str, list[Any]]
    causes: list[str]
    lacking: list[str]
    birth: msgspec.Raw
    format: int = 1


class Tape(Protocol):
    """What the runtime tells of a request, and where its readings come from."""

    def reading(self, kind: str, real: Callable[[], Any]) -> Any: ...

    def asked(self, call: "Call[Any]", exchange: "Exchange", now: float) -> None: ...

    def ended(self, call: "Call[Any]", exchange: "Exchange", *, expired: bool) -> None: ...

    def lacks(self, why: str) -> None:
        """Why it cannot be replayed."""
        ...

    def may_differ(self, why: str) -> None:
        """What may make a replay differ."""
        ...

    def wrote(self, data: bytes) -> None:
        """A piece of a streamed answer."""
        ...

    def end(self, request: "Request", status: int, head: bytes, body: bytes) -> None: ...


class Noted:
    """What has been noted so far: of a request, or of an instance before its first."""

    __slots__ = ("_began", "_left", "_recorder", "_size", "calls", "causes", "lacking", "over", "readings")

    def __init__(self, recorder: "Recorder", began: float) -> None:
        self._recorder = recorder
        self._began = began
        self._left = _MOST_READINGS
        self._size = 0
        self.calls: list[Called] = []
        self.readings: dict[str, list[Any]] = {}
        self.causes: list[str] = []
        self.lacking: list[str] = []
        self.over = False

    def reading(self, kind: str, real: Callable[[], Any]) -> Any:
        value = real()
        if not self.over and self._grow(len(value) if isinstance(value, bytes | str) else 0):
            known = self.readings.get(kind)
            if known is None:
                self.readings[kind] = [value]
            elif self._left:
                self._left -= 1
                known.append(value)
            else:
                self.may_differ(f"more than {_MOST_READINGS} readings of clock and chance")
        return value

    def asked(self, call: "Call[Any]", exchange: "Exchange", now: float) -> None:
        if self.over:
            return
        one = call.noted
        if one is None:
            one = call.noted = Called(call.service, call.verb, call.target, exchange.fields, exchange.body, 0)
            self.calls.append(one)
            self._grow(len(exchange.body))
        one.at = int((now - self._began) * 1e6)
        one.reused = exchange.started > 0.0
        if exchange.done or call.is_over:
            one.instant = True
            self.ended(call, exchange, expired=not exchange.done)

    def ended(self, call: "Call[Any]", exchange: "Exchange", *, expired: bool) -> None:
        one = call.noted
        if one is None or self.over:
            return
        recorder = self._recorder
        one.ended = int((recorder.loop.time() - self._began) * 1e6)
        one.turn, one.order = recorder.next_order()
        if expired:
            one.status = TIME_IS_OVER
        elif exchange.error:
            one.error = exchange.error
        else:
            one.status = exchange.status
            if self._grow(len(exchange.content)):
                one.answer_head, one.answer = exchange.lines, exchange.content

    def _grow(self, size: int) -> bool:
        """Whether there is room for so many bytes more. Without, all that was noted goes: it could not be replayed."""
        self._size += size
        if self._size <= self._recorder.most:
            return True
        if self.readings or any(one.answer for one in self.calls):
            self.readings = {}
            for one in self.calls:
                one.body = one.answer = one.answer_head = b""
        self.lacks(f"it is larger than the {self._recorder.most} bytes of a recording")
        return False

    def wrote(self, data: bytes) -> None: ...

    def end(self, request: "Request", status: int, head: bytes, body: bytes) -> None: ...

    def lacks(self, why: str) -> None:
        if why not in self.lacking:
            self.lacking.append(why)

    def may_differ(self, why: str) -> None:
        if why not in self.causes:
            self.causes.append(why)


class RequestTape(Noted):
    """Of one request. A streamed answer is collected, up to what a recording may have."""

    __slots__ = ("_chunks",)

    def __init__(self, recorder: "Recorder", began: float) -> None:
        super().__init__(recorder, began)
        self._chunks: list[bytes] = []

    def wrote(self, data: bytes) -> None:
        if self._grow(len(data)):
            self._chunks.append(data)

    def end(self, request: "Request", status: int, head: bytes, body: bytes) -> None:
        if not self.over:
            self.over = True
            self._recorder.keep(self, request, status, head, b"".join(self._chunks) or body)


class Recorder:
    """Of an instance. `birth` is what all its recordings have in common."""

    def __init__(
        self, ring: Ring, instance: str, clock: Callable[[], float], hidden: dict[bytes, bytes] | None = None
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self._ring = ring
        self._instance = instance
        self._clock = clock
        self._hidden = hidden or {}
        self._encode = msgspec.msgpack.Encoder().encode
        self._turn = self._order = self._counted = 0
        self._counting = False
        self._birth = msgspec.Raw(self._encode({}))
        self.most = ring.most
        self.causes: list[str] = []
        self.lacking: list[str] = []

    def born(self, began: float, seed: int, python: str, noted: Noted, prepared: list[str]) -> None:
        """Once the script is loaded and warm; what that was is part of every recording. `prepared`: imported ahead."""
        noted.over = True
        birth = {
            "seed": seed, "python": python, "began": began, "readings": noted.readings, "calls": noted.calls,
            "prepared": prepared,
        }  # fmt: skip
        packed = self._encode(birth)
        if any(secret in packed for secret in self._hidden):
            self.lacking.append("what it called before its first request holds a secret")
            packed = self._encode({**birth, "readings": {}, "calls": []})
        if len(packed) > self.most // 8:
            self.lacking.append(f"what it called before its first request is larger than {self.most // 8} bytes")
            packed = self._encode({**birth, "readings": {}, "calls": []})
        self.causes += noted.causes
        self._birth = msgspec.Raw(packed)

    def begin(self, request: "Request") -> RequestTape | None:
        return RequestTape(self, request.began) if request.id else None

    def next_order(self) -> tuple[int, int]:
        """(turn of the event loop, number): calls that end in one turn are seen together, and who waits for the first
        of some may see those of the next turns as well. Turns are counted for a while only.
        """
        self._counted = 0
        if not self._counting:
            self._counting = True
            self.loop.call_soon(self._count)
        self._order += 1
        return self._turn, self._order

    def _count(self) -> None:
        self._turn += 1
        self._counted += 1
        self._counting = self._counted < APART
        if self._counting:
            self.loop.call_soon(self._count)

    def keep(self, tape: RequestTape, request: "Request", status: int, head: bytes, body: bytes) -> None:
        took = self.loop.time() - request.began
        one = Recorded(
            request.id, self._clock() - took, request.method, request.target,
            b"".join(b"%b: %b\r\n" % pair for pair in request.raw_headers), request.body, request.prefix,
            self._instance, int(took * 1e6), status, head, body, tape.calls, tape.readings,
            [*self.causes, *tape.causes], [*self.lacking, *tape.lacking], self._birth,
        )  # fmt: skip
        packed = self._encode(one)
        if any(secret in packed for secret in self._hidden):
            one = _hide(one, self._hidden)
            packed = self._encode(one)
        if len(packed) + _LABEL > self.most:
            packed = self._encode(_stripped(one, self.most))
        self._ring.add(packed)


def _hide(one: Recorded, hidden: dict[bytes, bytes]) -> Recorded:
    """Without any secret; a replay has the names in their place as well."""

    def hide(content: bytes) -> bytes:
        for secret, name in hidden.items():
            content = content.replace(secret, name)
        return content

    calls = [
        msgspec.structs.replace(
            call, target=hide(call.target), head=hide(call.head), body=hide(call.body), answer=hide(call.answer),
            answer_head=hide(call.answer_head), error=hide(call.error.encode()).decode(),
        )
        for call in one.calls
    ]  # fmt: skip
    return msgspec.structs.replace(
        one, target=hide(one.target), head=hide(one.head), body=hide(one.body), answer_head=hide(one.answer_head),
        answer=hide(one.answer), calls=calls,
    )  # fmt: skip


def _stripped(one: Recorded, most: int) -> Recorded:
    """What is left of one that is too large: who asked what, and that it cannot be replayed."""
    why = f"it is larger than the {most} bytes of a recording"
    one.lacking = [*(each for each in one.lacking if each != why), why]
    one.body = one.answer = b""
    one.readings = {}
    one.head = one.head[:8000]
    one.calls = [
        Called(call.service, call.verb, call.target[:1000], b"", b"", call.at, call.ended, status=call.status)
        for call in one.calls[:200]
    ]
    return one


recorder: Recorder | None = None


def note_own_client() -> None:
    """The script opens a connection itself; from then on nobody knows which requests use it."""
    if recorder is not None and _OWN_CLIENT not in recorder.lacking:
        recorder.lacking.append(_OWN_CLIENT)
