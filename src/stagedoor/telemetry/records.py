"""The lines of the edge and the egress as records, in the platform's words.

A record is decoded only when somebody asks for it; what is asked of it most is a field, and the rest is worked out.
"""

import re
from functools import lru_cache
from typing import Any

import msgspec

from stagedoor.telemetry.endpoints import Endpoints

NOTHING = ("-", "")
_KIND = re.compile(r"[a-z]+", re.IGNORECASE)


class CallRecord(msgspec.Struct, tag_field="kind", tag="call"):
    """A line of the egress. `end` and `us` in microseconds; a call that got no answer has a status of -1 or 0."""

    end: int
    us: int
    holder: str
    service: str
    status: int
    id: str = ""
    name: str = ""
    refused: str = ""
    fault: str = ""
    attempt: str = ""
    how: str = ""
    hash: str = ""
    server: str = ""
    method: str = ""
    path: str = ""
    query: str = ""
    trace: str = ""
    sent: int = msgspec.field(default=0, name="in")
    received: int = msgspec.field(default=0, name="out")


class RequestRecord(msgspec.Struct, tag_field="kind", tag="request"):
    """A line of the edge. `end` and `began` in microseconds, the latter empty when no rule was reached."""

    end: int
    id: str
    stack: str
    target: str
    method: str
    path: str
    status: int
    began: str = ""
    total_ms: int = 0
    answer_ms: int = 0
    instance: str = ""
    degraded: str = ""
    device: str = ""
    member: str = ""
    door: str = ""
    ended: str = ""
    retries: str = "0"
    queue_ms: int = 0
    bytes_in: int = msgspec.field(default=0, name="in")
    bytes_out: int = msgspec.field(default=0, name="out")

    @property
    def us(self) -> int:
        return max(0, self.end - int(self.began)) if self.began.isdigit() else max(0, self.total_ms) * 1000


Record = CallRecord | RequestRecord
decoder = msgspec.json.Decoder(Record)


@lru_cache(4096)
def target(text: str) -> tuple[str, str, str, int]:
    """(application, version, line, release) of what the edge says of where a request went."""
    parts = text.split("|")
    application, _, version = (parts[1] if len(parts) > 1 else "").partition("@")
    line = f"{application}/v{version.partition('.')[0]}" if version else ""
    return application, version, line, int(parts[2]) if len(parts) > 2 and parts[2].isdigit() else 0


@lru_cache(4096)
def holder(text: str) -> tuple[str, str, str, str]:
    """(application, version, instance, stack) of what the egress says of who called."""
    parts = (text.split("|") + [""] * 4)[:4]
    application, _, version = parts[1].partition("@")
    return application, version, parts[2], parts[3]


@lru_cache(4096)
def device_type(device: str) -> str:
    """The letters that a device begins with: `tv` of tv-4711."""
    found = _KIND.match(device)
    return found[0].lower() if found else ""


def plain(text: str) -> str:
    return "" if text == "-" else text


class SeenRequest:
    """A request as filters see it: the columns of `model.filters.fields.REQUEST`."""

    __slots__ = ("_endpoints", "_one")
    region = "local"
    cohort = ""

    def __init__(self, one: RequestRecord, endpoints: Endpoints) -> None:
        self._one = one
        self._endpoints = endpoints

    id = property(lambda self: self._one.id)
    stack = property(lambda self: self._one.stack)
    application = property(lambda self: target(self._one.target)[0])
    version = property(lambda self: target(self._one.target)[1])
    line = property(lambda self: target(self._one.target)[2])
    release = property(lambda self: target(self._one.target)[3])
    instance = property(lambda self: plain(self._one.instance))
    door = property(lambda self: plain(self._one.door))
    ended = property(lambda self: plain(self._one.ended))
    device = property(lambda self: plain(self._one.device))
    device_type = property(lambda self: device_type(plain(self._one.device)))
    member = property(lambda self: plain(self._one.member))
    method = property(lambda self: self._one.method)
    path = property(lambda self: self._one.path)
    status = property(lambda self: self._one.status)
    duration = property(lambda self: self._one.us)
    queue = property(lambda self: max(0, self._one.queue_ms) * 1000)
    retries = property(lambda self: int(self._one.retries.lstrip("+") or 0))
    degraded = property(lambda self: plain(self._one.degraded))
    answer = property(lambda self: max(0, self._one.answer_ms) * 1000)
    bytes_in = property(lambda self: self._one.bytes_in)
    bytes_out = property(lambda self: self._one.bytes_out)

    @property
    def endpoint(self) -> str:
        one = self._one
        return self._endpoints.of(target(one.target)[:2], one.method, one.path)

    def render(self) -> dict[str, Any]:
        """As the API tells it; what is empty is left out, durations in microseconds."""
        return {"kind": "request", "at": (self._one.end - self._one.us) / 1e6, **_columns(self, REQUEST_COLUMNS)}


class SeenCall:
    """A call as filters see it: the columns of `model.filters.fields.CALL`."""

    __slots__ = ("_one",)

    def __init__(self, one: CallRecord) -> None:
        self._one = one

    id = property(lambda self: self._one.id)
    application = property(lambda self: holder(self._one.holder)[0])
    version = property(lambda self: holder(self._one.holder)[1])
    instance = property(lambda self: holder(self._one.holder)[2])
    stack = property(lambda self: holder(self._one.holder)[3])
    service = property(lambda self: plain(self._one.service))
    name = property(lambda self: plain(self._one.name))
    method = property(lambda self: self._one.method)
    path = property(lambda self: self._one.path)
    query = property(lambda self: plain(self._one.query))
    status = property(lambda self: self._one.status)
    duration = property(lambda self: self._one.us)
    refused = property(lambda self: plain(self._one.refused))
    fault = property(lambda self: plain(self._one.fault))
    attempt = property(lambda self: int(self._one.attempt) if self._one.attempt.isdigit() else 0)
    server = property(lambda self: plain(self._one.server))
    how = property(lambda self: plain(self._one.how))
    bytes_in = property(lambda self: self._one.sent)
    bytes_out = property(lambda self: self._one.received)

    def render(self) -> dict[str, Any]:
        """As the API tells it; what is empty is left out, durations in microseconds."""
        return {"kind": "call", "at": (self._one.end - self._one.us) / 1e6, **_columns(self, CALL_COLUMNS)}


REQUEST_COLUMNS = (
    "id", "stack", "application", "version", "line", "release", "region", "cohort", "instance", "door", "device",
    "device_type", "member", "method", "path", "endpoint", "status", "duration", "queue", "answer", "ended", "retries",
    "degraded", "bytes_in", "bytes_out",
)  # fmt: skip
CALL_COLUMNS = (
    "id", "application", "version", "instance", "stack", "service", "name", "method", "path", "query", "status",
    "duration", "refused", "fault", "attempt", "server", "how", "bytes_in", "bytes_out",
)  # fmt: skip


def _columns(seen: Any, names: tuple[str, ...]) -> dict[str, Any]:
    told = {name: getattr(seen, name) for name in names}
    return {name: value for name, value in told.items() if value != ""}
