"""The tape of a replay: answers each call as its recording says, and tells where the script left it."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from stagedoor.runtime.tape import NEVER, TIME_IS_OVER, Called
from stagedoor.runtime.virtual import Arrivals

if TYPE_CHECKING:
    from stagedoor.runtime.call import Call
    from stagedoor.runtime.exchange import Exchange
    from stagedoor.runtime.request import Request
    from stagedoor.runtime.virtual import Loop

_MOST_SAID = 50
_LONGEST = 2000
_STEP = 1e-6
_CROSSED = b"***"
_CLOCKS = frozenset(("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"))
_JSON_HEAD = b"content-type: application/json\r\n"


class Asked(msgspec.Struct):
    service: str
    verb: str
    target: bytes
    body: bytes = b""
    head: bytes = b""


class Divergence(msgspec.Struct):
    kind: str
    what: str
    recorded: str = ""
    asked: str = ""


class Script(msgspec.Struct):
    """Of a recording, what a replay goes by; more may stand there."""

    id: str
    began: float
    method: str
    target: bytes
    head: bytes
    body: bytes = b""
    prefix: bytes = b""
    calls: list[Called] = msgspec.field(default_factory=list)
    readings: dict[str, list[Any]] = msgspec.field(default_factory=dict)


class Birth(msgspec.Struct):
    seed: int = 0
    python: str = ""
    began: float = 0.0
    readings: dict[str, list[Any]] = msgspec.field(default_factory=dict)
    calls: list[Called] = msgspec.field(default_factory=list)
    prepared: list[str] = msgspec.field(default_factory=list)

    def script(self) -> Script:
        return Script("", self.began, "", b"", b"", calls=self.calls, readings=self.readings)


class Replayed:
    """Of one run. `over` is done with the answer."""

    def __init__(self, loop: "Loop", script: Script, faults: dict[int, str]) -> None:
        self._loop = loop
        self._began = loop.time()
        self._script = script
        self._faults = faults
        self._left = list(enumerate(script.calls))
        self._times = _times(script.calls)
        self._arrivals = loop.arrivals = Arrivals(loop)
        self._turns: dict[int, list[tuple[int, Exchange, Called]]] = {}
        self._readings = {kind: deque(values) for kind, values in script.readings.items()}
        self._last: dict[str, Any] = {}
        self.asked_calls: list[Asked] = []
        self.divergences: list[Divergence] = []
        self.over: asyncio.Future[None] = loop.create_future()
        self.status = 0
        self.failed = ""
        self.head = self.body = b""
        self._chunks: list[bytes] = []

    # As a tape

    def reading(self, kind: str, real: Callable[[], Any]) -> Any:
        known, now = self._readings.get(kind), self._loop.time()
        if known:
            value = known.popleft()
            self._last[kind] = (value, now)
            return value
        if not self.over.done():
            self._say("reading", f"{kind} was read once more than in the recording")
        if kind in self._last and kind in _CLOCKS:
            # A clock goes on with the time of the replay.
            last, at = self._last[kind]
            value = last + (int((now - at) * 1e9) + 1000 if isinstance(last, int) else now - at + _STEP)
            self._last[kind] = (value, now)
            return value
        if kind == "time":
            return self._script.began + now - self._began
        return real()

    def asked(self, call: "Call[Any]", exchange: "Exchange", now: float) -> None:
        if not self.over.done():
            self.asked_calls.append(Asked(call.service, call.verb, call.target, exchange.body, exchange.fields))

    def ended(self, call: "Call[Any]", exchange: "Exchange", *, expired: bool) -> None: ...

    def lacks(self, why: str) -> None:
        self._say("not recorded", why)

    def may_differ(self, why: str) -> None: ...

    def wrote(self, data: bytes) -> None:
        self._chunks.append(data)

    def end(self, request: "Request", status: int, head: bytes, body: bytes) -> None:
        if not self.over.done():
            self.status, self.head, self.body = status, head, b"".join(self._chunks) or body
            self.over.set_result(None)

    def stop(self) -> None:
        """It did not come to an end in its time."""
        if not self.over.done():
            self.failed = "the script had not answered when its time was over"
            self.over.set_result(None)

    def pause(self, seconds: float) -> None:
        """A blocking sleep."""
        self._loop.advance(seconds)

    # As the services

    def answer(self, exchange: "Exchange") -> None:
        """Now, or when it was answered in the recording."""
        found = self._find(exchange)
        if found is None:
            verb, target = exchange.verb.decode(), exchange.target.decode("latin-1")
            self._say("not recorded", f"{exchange.service} {verb} {target}", asked=_text(exchange.body))
            exchange.fail("the recording holds no answer to it")
            return
        number, one = found
        if one.reused and exchange.request is not None:
            # It made no call of its own then.
            exchange.request.made -= 1
            now = self._loop.time()
            exchange.request.note_reused(one.service, now, now)
        fault = self._faults.get(number) or self._faults.get(NEVER)
        if fault:
            self._loop.call_soon(_fail, exchange, one, fault)
        elif one.instant:
            _deliver(exchange, one)
        elif one.ended != NEVER:
            self._wait(number, exchange, one)

    def _wait(self, number: int, exchange: "Exchange", one: Called) -> None:
        waiting = self._turns.get(one.turn)
        if waiting is None:
            waiting = self._turns[one.turn] = []
            self._arrivals.add(one.turn, self._began + self._times[one.turn], lambda: self._deliver(one.turn))
        waiting.append((one.order or number, exchange, one))

    def _deliver(self, turn: int) -> None:
        for _, exchange, one in sorted(self._turns.pop(turn), key=lambda each: each[0]):
            _deliver(exchange, one)

    def _find(self, exchange: "Exchange") -> tuple[int, Called] | None:
        """The recorded call that is meant: the same, else one of the same place that differs."""
        verb = exchange.verb.decode()
        path = exchange.target.partition(b"?")[0]
        same = [one for one in self._left if (one[1].service, one[1].verb) == (exchange.service, verb)]
        for wanted in (
            lambda one: _alike(one.target, exchange.target) and _alike(one.body, exchange.body)
            and _alike(one.head, exchange.fields),
            lambda one: _alike(one.target, exchange.target) and _alike(one.body, exchange.body),
            lambda one: one.target.partition(b"?")[0] == path,
        ):  # fmt: skip
            found = next((each for each in same if wanted(each[1])), None)
            if found is not None:
                self._left.remove(found)
                self._compare(found[1], exchange)
                return found
        return None

    def _compare(self, one: Called, exchange: "Exchange") -> None:
        for recorded, asked, what in (
            (one.target, exchange.target, "address"),
            (one.body, exchange.body, "body"),
            (one.head, exchange.fields, "headers"),
        ):
            if not _alike(recorded, asked):
                self._say("differs", f"{one.service} {one.verb} {what}", _text(recorded), _text(asked))

    def compare(self) -> None:
        """Once it is over: what was recorded and not asked. What was asked twice is answered once."""
        for _, one in self._left:
            if not any(
                (one.service, one.verb) == (each.service, each.verb)
                and _alike(one.target, each.target) and _alike(one.body, each.body)
                for each in self.asked_calls
            ):  # fmt: skip
                self._say("not asked", f"{one.service} {one.verb} {_text(one.target)}", _text(one.body))
        unread = sum(map(len, self._readings.values()))
        if unread:
            kinds = ", ".join(sorted(kind for kind, values in self._readings.items() if values))
            self._say("reading", f"{unread} readings were not asked for: {kinds}")

    def _say(self, kind: str, what: str, recorded: str = "", asked: str = "") -> None:
        one = Divergence(kind, what, recorded, asked)
        # What was not recorded says what an answer is worth: other kinds take it no room.
        most = 2 * _MOST_SAID if kind == "not recorded" else _MOST_SAID
        if len(self.divergences) < most and one not in self.divergences:
            self.divergences.append(one)


def _times(calls: list[Called]) -> dict[int, float]:
    """When each turn's answers come: seconds from the beginning, later for each turn."""
    found: dict[int, float] = {}
    before = 0.0
    for one in sorted(calls, key=lambda one: (one.turn, one.order)):
        if one.ended != NEVER and not one.instant and one.turn not in found:
            before = found[one.turn] = max(one.ended / 1e6, before + _STEP)
    return found


def _deliver(exchange: "Exchange", one: Called) -> None:
    if one.status == TIME_IS_OVER:
        _expire(exchange)
    elif one.error:
        exchange.fail(one.error)
    else:
        exchange.finish(one.status, b"HTTP/1.1 %d\r\n%b" % (one.status, one.answer_head), one.answer)


def _expire(exchange: "Exchange") -> None:
    for call in list(exchange.calls):
        call.expire()


def _fail(exchange: "Exchange", one: Called, fault: str) -> None:
    """In the ways of a rehearsed failure."""
    if fault == "delay":
        limit = max((call.limit for call in exchange.calls), default=0.0)
        asyncio.get_running_loop().call_later(limit, _expire, exchange)
    elif fault == "cut":
        exchange.fail("the answer was cut in the middle")
    else:
        status = 503 if fault == "error" else 200
        content = {"error": b"{}", "empty": b"", "malformed": b'{"cut'}[fault]
        exchange.finish(status, b"HTTP/1.1 %d\r\n%b" % (status, _JSON_HEAD), content)


def _alike(recorded: bytes, asked: bytes) -> bool:
    """Whether they are the same, but for what was crossed out."""
    if recorded == asked or _CROSSED not in recorded:
        return recorded == asked
    first, *middle, last = recorded.split(_CROSSED)
    if not asked.startswith(first) or not asked.endswith(last):
        return False
    at = len(first)
    for part in middle:
        found = asked.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return at + len(last) <= len(asked)


def _text(value: bytes) -> str:
    return value[:_LONGEST].decode("utf-8", "replace")
