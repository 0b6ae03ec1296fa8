"""The lines of the edge and the egress as records, and how the platform's words for their columns are read of them.

A line is decoded once for all who look at it. Columns are Python that is compiled into whoever looks
(`filters.python`): an object with a property for each would cost more than all the rest.
"""

import re
from collections import Counter
from functools import lru_cache

import msgspec

from stagedoor.model.filters.python import Reading
from stagedoor.telemetry.endpoints import Endpoints

NOTHING = ("-", "")
UNREADABLE = "(unreadable)"  # The path of a damaged record; a real one begins with a slash.
MAX_COUNTED = 1000
_NUMBERS = re.compile(rb'"seq":[0-9]+')  # The last of what the edge writes before any text of others.
_KIND = re.compile(r"[a-z]+", re.IGNORECASE)


class CallRecord(msgspec.Struct, tag_field="kind", tag="call", gc=False):
    """A line of the egress. `end` and `us` in microseconds; a call that got no answer has a status of -1 or 0."""

    end: int
    us: int
    holder: str
    status: int
    service: str = ""
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
    worker: int = -1


class RequestRecord(msgspec.Struct, tag_field="kind", tag="request", gc=False):
    """A line of the edge. `end` and `began` in microseconds, the latter empty when no rule was reached."""

    end: int
    id: str
    stack: str
    target: str
    status: int
    method: str = ""
    path: str = ""
    began: str = ""
    total_ms: int = 0
    answer_ms: int = 0
    instance: str = ""
    told: str = ""
    device: str = ""
    member: str = ""
    door: str = ""
    ended: str = ""
    retries: str = "0"
    queue_ms: int = 0
    bytes_in: int = msgspec.field(default=0, name="in")
    bytes_out: int = msgspec.field(default=0, name="out")
    worker: int = -1

    @property
    def degraded(self) -> str:
        """Parts of the answer that are fallbacks; the rest of what was told are answers that were used again."""
        return self.told.partition("|")[0] if len(self.told) > 1 else ""

    @property
    def us(self) -> int:
        took = self.end - int(self.began) if self.began.isdigit() else self.total_ms * 1000
        return took if took > 0 else 0


Record = CallRecord | RequestRecord
# The first is msgspec's own, and that of bytes that are no text.
_WRONG = (ValueError, RecursionError)
_decoder = msgspec.json.Decoder(Record)
# What a ring says in place of records that nobody read in time; a record begins with a brace.
_DROPPED = re.compile(rb'^[^{"\n]{0,200}?(\d{1,9}) events? dropped[^\S\n]*\n', re.MULTILINE)


def take_out_drops(content: bytes) -> tuple[bytes, int]:
    """Returns whole lines without those in which a ring says that it dropped records, and how many it dropped."""
    if b" dropped" not in content:
        return content, 0
    dropped = sum(int(match[1]) for match in _DROPPED.finditer(content))
    return (_DROPPED.sub(b"", content), dropped) if dropped else (content, 0)


def decode(content: bytes, unreadable: "Counter[str] | None" = None) -> list[Record]:
    """Of whole lines. What can be read of a damaged one is a record, too; one of which nothing is known is left out.

    `unreadable` counts the damaged ones by application, empty for those of which nothing is known.
    """
    try:
        return _decoder.decode_lines(content)
    except _WRONG:
        return [one for line in content.split(b"\n") if line for one in _decode_one(line, unreadable)]


def _decode_one(line: bytes, unreadable: "Counter[str] | None") -> list[Record]:
    try:
        return [_decoder.decode(line)]
    except _WRONG:
        record = _salvage(line)
        if unreadable is not None:
            name = "" if record is None else owner(record)
            unreadable[name if name in unreadable or len(unreadable) < MAX_COUNTED else ""] += 1
        return [] if record is None else [record]


def owner(record: Record) -> str:
    """The application that a record counts for; empty for the platform's own."""
    return target(record.target)[0][0] if isinstance(record, RequestRecord) else holder(record.holder)[0]


def measure(call: CallRecord) -> int:
    """About how many bytes of memory it takes."""
    return 600 + len(call.path) + len(call.query) + len(call.method)


def _salvage(line: bytes) -> Record | None:
    """What is left of a line that is no text, was cut, or holds what is no JSON.

    The edge writes what it knows itself first. Where even the status is lost, the request counts as an error.
    """
    plain = line.decode(errors="replace").encode()
    for attempt in (plain, _close(plain), _head(plain)):
        try:
            record: Record = _decoder.decode(attempt)
        except _WRONG:
            continue
        record.path = record.path or UNREADABLE
        return record
    return None


def _close(line: bytes) -> bytes:
    """Ends a line that was cut within its last text."""
    escape = line.rfind(b"\\", -6)
    return (line if escape < 0 else line[:escape].rstrip(b"\\")) + b'"}'


def _head(line: bytes) -> bytes:
    """Keeps what stands before the first text that others wrote."""
    numbers = _NUMBERS.search(line)
    return line[: numbers.end() if numbers else 0] + b"}"


@lru_cache(4096)
def target(text: str) -> tuple[tuple[str, str], str, int]:
    """((application, version), line, release) of what the edge says of where a request went."""
    parts = text.split("|")
    application, _, version = (parts[1] if len(parts) > 1 else "").partition("@")
    line = f"{application}/v{version.partition('.')[0]}" if version else ""
    return (application, version), line, int(parts[2]) if len(parts) > 2 and parts[2].isdigit() else 0


def cohort(text: str) -> str:
    """The arm of a split that a request was in."""
    return (text.split("|", 4) + [""] * 4)[3] if text.count("|") > 2 else ""


def unit(text: str) -> int:
    """A hash of who asked, within their split; -1 for who was in no arm of one."""
    told = text.rpartition("|")[2] if text.count("|") > 3 else ""
    return int(told) if told.isdigit() else -1


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


@lru_cache(256)
def retries(text: str) -> int:
    """`+1` is one that went to another server."""
    digits = text.lstrip("+")
    return int(digits) if digits.isdecimal() and len(digits) < 5 else 0


def span(trace: str) -> str:
    """Of a traceparent."""
    return [*trace.split("-", 3), "", "", ""][2]


def plain(text: str) -> str:
    return "" if text == "-" else text


def _plain(name: str) -> str:
    return f"(r.{name} if r.{name} != '-' else '')"


_AT = {"time": "(r.end - r.us)", "at": "((r.end - r.us) / 1e6)", "duration": "r.us"}
_REQUEST = _AT | {
    "kind": "'request'", "application": "target(r.target)[0][0]", "version": "target(r.target)[0][1]",
    "line": "target(r.target)[1]", "release": "target(r.target)[2]", "region": "'local'", "cohort": "cohort(r.target)",
    "device_type": f"device_type({_plain('device')})", "endpoint": "endpoint(target(r.target)[0], r.method, r.path)",
    "degraded": "r.degraded", "reused": "r.told.partition('|')[2]",
    "queue": "(max(0, r.queue_ms) * 1000)", "answer": "(max(0, r.answer_ms) * 1000)", "retries": "retries(r.retries)",
} | {name: _plain(name) for name in ("instance", "door", "ended", "device", "member")}  # fmt: skip
_CALL = _AT | {
    "kind": "'call'", "application": "holder(r.holder)[0]", "version": "holder(r.holder)[1]",
    "instance": "holder(r.holder)[2]", "stack": "holder(r.holder)[3]", "span": "span(r.trace)",
    "attempt": "retries(r.attempt)", "bytes_in": "r.sent", "bytes_out": "r.received",
} | {name: _plain(name) for name in ("service", "name", "query", "refused", "fault", "server", "how")}  # fmt: skip

CALLS = Reading(_CALL, {"holder": holder, "retries": retries, "span": span})


def requests(endpoints: Endpoints) -> Reading:
    known = {
        "target": target,
        "cohort": cohort,
        "device_type": device_type,
        "retries": retries,
        "endpoint": endpoints.of,
    }
    return Reading(_REQUEST, known)


REQUEST_COLUMNS = (
    "id", "stack", "application", "version", "line", "release", "region", "cohort", "instance", "door", "device",
    "device_type", "member", "method", "path", "endpoint", "status", "duration", "queue", "answer", "ended", "retries",
    "degraded", "reused", "bytes_in", "bytes_out",
)  # fmt: skip
CALL_COLUMNS = (
    "id", "application", "version", "instance", "stack", "service", "name", "method", "path", "query", "status",
    "duration", "refused", "fault", "attempt", "server", "how", "bytes_in", "bytes_out",
)  # fmt: skip
