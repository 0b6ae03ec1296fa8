"""A device's request, as an endpoint gets it."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from stagedoor.runtime.errors import HTTPError

RawHeaders = list[tuple[bytes, bytes]]


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

    __slots__ = ("_headers", "_query", "_target", "body", "method", "params", "path", "prefix", "raw_headers")

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

    def json(self, type: Any = Any) -> Any:
        """The body read as JSON, into `type` when given. Raises HTTPError 400 when it is not that."""
        try:
            return msgspec.json.decode(self.body, type=type)
        except msgspec.MsgspecError as error:
            raise HTTPError(400, f"The body is not the JSON expected: {error}", code="bad_request") from None
