"""What may be kept of a service's answers, for how long, and for whom: the part of RFC 9111 that a shared cache needs.

It keeps answers of methods that the catalogue marks as nobody's in particular. An answer is found again only by a call
that is the same in all that varies: service, target, and every header field that the script gave.
"""

from collections import OrderedDict
from email.utils import parsedate_to_datetime

from stagedoor.runtime.exchange import Exchange
from stagedoor.runtime.request import RawHeaders

Key = tuple[str, bytes, bytes]

_KEPT_STATUSES = frozenset((200, 203, 204, 300, 301, 404, 410))
# A field of each call's own: an answer that varies by one is the answer to one call.
_OWN_FIELDS = frozenset((b"*", b"stagedoor-request-id", b"traceparent", b"stagedoor-remaining", b"stagedoor-device"))
_CREDENTIALS = (b"authorization:", b"cookie:")


class Kept:
    """Fresh answers, within a bound of bytes; the one that was asked for the longest ago goes first."""

    def __init__(self, limit: int = 4_000_000) -> None:
        self._limit = limit
        self._size = 0
        self._answers: OrderedDict[Key, tuple[float, Exchange]] = OrderedDict()

    def find(self, key: Key, now: float) -> Exchange | None:
        found = self._answers.get(key)
        if found is None:
            return None
        if found[0] <= now:
            self._drop(key)
            return None
        self._answers.move_to_end(key)
        return found[1]

    def add(self, key: Key, exchange: Exchange, now: float) -> None:
        """Keeps the answer when its own words allow it."""
        if exchange.error or exchange.status not in _KEPT_STATUSES:
            return
        seconds = lifetime(exchange.headers, with_credentials=_has_credentials(key[2]))
        if seconds <= 0 or len(exchange.content) > self._limit // 8:
            return
        if key in self._answers:
            self._drop(key)
        self._answers[key] = (now + seconds, exchange)
        self._size += _size(key, exchange)
        while self._size > self._limit:
            self._drop(next(iter(self._answers)))

    def _drop(self, key: Key) -> None:
        _, exchange = self._answers.pop(key)
        self._size -= _size(key, exchange)


def _size(key: Key, exchange: Exchange) -> int:
    """About what it takes in memory: small answers are most of all by what is around them."""
    return len(exchange.content) + len(exchange.head) + len(key[1]) + len(key[2]) + 1000


def is_for_one(headers: RawHeaders) -> bool:
    """Whether an answer says that it is for the one who asked, so that nobody else may have it."""
    return _is_for_one(headers, _directives(headers))


def _is_for_one(headers: RawHeaders, directives: dict[str, str]) -> bool:
    varies = {one.strip().lower() for name, value in headers if name == b"vary" for one in value.split(b",")}
    forbidden = bool(directives.keys() & {"private", "no-store"})
    return forbidden or bool(varies & _OWN_FIELDS) or any(name == b"set-cookie" for name, _ in headers)


def _directives(headers: RawHeaders) -> dict[str, str]:
    """Of cache-control, with their arguments, all in lower case."""
    found: dict[str, str] = {}
    for name, value in headers:
        if name == b"cache-control":
            for part in value.decode("latin-1").lower().split(","):
                directive, _, argument = part.strip().partition("=")
                found[directive] = argument.strip('" ')
    return found


def _has_credentials(fields: bytes) -> bool:
    return any(line.lower().startswith(_CREDENTIALS) for line in fields.split(b"\r\n"))


def lifetime(headers: RawHeaders, *, with_credentials: bool) -> float:
    """Seconds for which the answer may be used again; 0: not at all (RFC 9111, 3, 3.5, 4.2.1)."""
    directives = _directives(headers)
    if "no-cache" in directives or _is_for_one(headers, directives):
        return 0.0
    if with_credentials and not directives.keys() & {"public", "s-maxage", "must-revalidate"}:
        return 0.0
    found = dict(headers)
    return max(0.0, _freshness(directives, found) - _number(found.get(b"age", b"0").decode("latin-1")))


def _freshness(directives: dict[str, str], found: dict[bytes, bytes]) -> float:
    for name in ("s-maxage", "max-age"):
        if name in directives:
            return _number(directives[name])
    if b"expires" not in found or b"date" not in found:
        return 0.0
    try:
        expires, date = (parsedate_to_datetime(found[name].decode("latin-1")) for name in (b"expires", b"date"))
        return (expires - date).total_seconds()
    except (ValueError, TypeError):
        return 0.0


def _number(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0.0
