"""A device's request, as an endpoint gets it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from stagedoor.runtime.errors import HTTPError

RawHeaders = list[tuple[bytes, bytes]]

_TRACED = b"traceparent"
_TRAIL = (b"stagedoor-request-id", b"stagedoor-device")
_UNTOLD = re.compile(r"[^A-Za-z0-9_.{}/ -]")  # Of a name, what has a meaning where it is told.
_MOST_REUSED, _LONGEST_NAME = 10, 40  # Headers of an answer have their bounds.
_HEX = re.compile(rb"[0-9a-f]{32}")


class Headers(Mapping[str, str]):
    """Header fields by name, whatever the case; of a repeated field the values are joined by a comma."""

    def __init__(self, raw: RawHeaders) -> None:
        self.raw = raw
        self._fields: dict[str, str] = {}
        for name, value in raw:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1")
            self._fields[key] = f"{self._fields[key]}, {text}" if key in self._fields else text

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


class Request:
    """One request. `path` is what follows the application's address, which is `prefix`; `params` are the path's
    parameters.

    `device` and `member` are what the edge established (never what a device claims by itself);
    they are empty when the edge was not told how to know them.
    """

    __slots__ = (
        "_fault", "_headers", "_query", "_target", "_traced", "_trail", "began", "body", "calls", "deadline",
        "degraded", "made", "method", "params", "path", "prefix", "raw_headers", "reused", "tape",
    )  # fmt: skip

    def __init__(
        self, method: str, target: bytes, raw_headers: RawHeaders, body: bytes = b"", prefix: bytes = b""
    ) -> None:
        raw = target if b"?" not in target else target[: target.index(b"?")]
        if prefix and raw.startswith(prefix):
            path = raw[len(prefix) :].decode("latin-1") or "/"
        else:
            path = raw.decode("latin-1")
            prefix = b""
        self.method = method
        self.prefix = prefix
        self.path = unquote(path) if "%" in path else path
        self.raw_headers = raw_headers
        self.body = body
        self.params: dict[str, str] = {}
        self._target = target
        self._query: dict[str, str] | None = None
        self._headers: Headers | None = None
        # For the calls it makes: when it began and is to be answered (the loop's time), what it asked, what a fallback
        # stood in for, which answers it had without a call of its own, and what each call says of it.
        self.began = self.deadline = 0.0
        self.calls: dict[Any, Any] | None = None
        self.made = 0
        self.degraded: list[str] | None = None
        self.reused: list[str] | None = None
        self.tape: Any = None  # Of what is recorded, or replayed.
        self._trail: bytes | None = None
        self._traced = False
        self._fault: bytes | None = None

    @property
    def headers(self) -> Headers:
        if self._headers is None:
            self._headers = Headers(self.raw_headers)
        return self._headers

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters; of a repeated one the last value."""
        if self._query is None:
            pairs = parse_qsl(self.query_string().decode("latin-1"), keep_blank_values=True)
            self._query = dict(pairs)
        return self._query

    @property
    def target(self) -> bytes:
        """Path and query as they came."""
        return self._target

    def raw_path(self) -> bytes:
        return self._target.partition(b"?")[0]

    def query_string(self) -> bytes:
        return self._target.partition(b"?")[2]

    def header(self, name: bytes) -> str:
        """One field by its lower-case name, or an empty string; cheaper than `headers` for a single one."""
        for key, value in self.raw_headers:
            if key == name:
                return value.decode("latin-1")
        return ""

    @property
    def id(self) -> str:
        return self.header(b"stagedoor-request-id")

    @property
    def device(self) -> str:
        return self.header(b"stagedoor-device")

    @property
    def member(self) -> str:
        return self.header(b"stagedoor-member")

    def note_degraded(self, name: str) -> None:
        if self.degraded is None:
            self.degraded = []
        if name not in self.degraded:
            self.degraded.append(name)

    def note_reused(self, name: str, since: float, until: float) -> None:
        """An answer that another call brought, as `discovery.rows=1200+35`: when it was asked for, how long it took, in
        microseconds. So it stands in the request's trace.
        """
        if self.reused is None:
            self.reused = []
        if len(self.reused) < _MOST_REUSED:
            at, took = max(0, int((since - self.began) * 1e6)), int((until - since) * 1e6)
            self.reused.append(f"{_UNTOLD.sub('_', name)[:_LONGEST_NAME]}={at}+{took}")

    @property
    def fault(self) -> bytes:
        """What the platform signed for it, if it is one for which a call is to fail."""
        if self._fault is None:
            self._fault = self.header(b"stagedoor-fault").encode("latin-1")
        return self._fault

    def trail(self, number: int) -> bytes:
        """The header lines by which its call `number` is known as this request's."""
        if self._trail is None:
            known = {name: value for name, value in self.raw_headers if name in _TRAIL or name == _TRACED}
            lines = b"".join(b"%b: %b\r\n" % (name, known[name]) for name in _TRAIL if name in known)
            trace = _trace_id(known)
            self._traced = bool(trace)
            self._trail = lines
            if trace:
                self._trail = lines.replace(b"%", b"%%") + b"traceparent: 00-%b-%%016x-01\r\n" % trace
        return self._trail % number if self._traced else self._trail

    def json(self, type: Any = Any) -> Any:
        """The body read as JSON, into `type` when given. Raises HTTPError 400 when it is not that."""
        try:
            return msgspec.json.decode(self.body, type=type)
        except msgspec.MsgspecError as error:
            raise HTTPError(400, f"The body is not the JSON expected: {error}", code="bad_request") from None


def _trace_id(known: Mapping[bytes, bytes]) -> bytes:
    """The trace that the request belongs to (W3C Trace Context): the one it came with, else its own id."""
    parts = known.get(_TRACED, b"").split(b"-")
    trace = parts[1] if len(parts) == 4 else known.get(b"stagedoor-request-id", b"").replace(b"-", b"").lower()
    return trace if _HEX.fullmatch(trace) else b""
