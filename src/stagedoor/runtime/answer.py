"""The answer of a call by path, as a script reads it: headers and JSON are looked at when they are asked for."""

from typing import Any

import msgspec

from stagedoor.runtime.exchange import Exchange
from stagedoor.runtime.request import Headers, RawHeaders


class Answer:
    """What a service answered. `status` is below 400, unless the call was made with `check=False`.

    `degraded`: it is the catalogue's fallback for the method, not the service's own answer.
    """

    __slots__ = ("_exchange", "_headers", "body", "degraded", "status")

    def __init__(self, status: int, raw_headers: RawHeaders | Exchange, body: bytes, *, degraded: bool = False) -> None:
        self.status = status
        self.body = body
        self.degraded = degraded
        self._exchange = raw_headers
        self._headers: Headers | None = None

    @property
    def headers(self) -> Headers:
        if self._headers is None:
            raw = self._exchange.headers if isinstance(self._exchange, Exchange) else self._exchange
            self._headers = Headers(raw)
        return self._headers

    def json(self, type: Any = Any) -> Any:
        """The body read as JSON, into `type` when given. Raises msgspec.DecodeError when it is not that."""
        return msgspec.json.decode(self.body, type=type)

    @property
    def text(self) -> str:
        return self.body.decode()
