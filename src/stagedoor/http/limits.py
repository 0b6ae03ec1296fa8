"""What the control API takes of whom: all bounds of bodies, heads, time and connections, in one place."""

import re
from dataclasses import dataclass

KB, MB = 1000, 1_000_000

MAX_HEAD_BYTES = 32_768
MAX_HEADERS = 100
HEAD_TIMEOUT_S = 10.0
BODY_TIMEOUT_S = 15.0
MIN_BODY_RATE = 32_768  # Bytes a second, after the time that every body has.
MAX_CONNECTIONS = 1000
# Of one address that is not this machine's own, and of this machine's, where the console's proxy may be.
MAX_CONNECTIONS_PER_ADDRESS = 64
MAX_LOCAL_CONNECTIONS = 500
# What a client that is refused may go on sending before its connection is closed under it.
MAX_DISCARDED_BYTES = 1 * MB
DISCARD_TIMEOUT_S = 1.0
# Requests of one address to routes that need no token and change something: so many at once, so many a second after.
SIGN_IN_BURST, SIGN_IN_RATE = 60, 5.0
MAX_ADDRESSES = 4096
# Large bodies that are in memory at the same moment.
MAX_LARGE_BODIES = 8
LARGE_BODY_BYTES = 256 * KB

DEFAULT_BODY_BYTES = 64 * KB


@dataclass(frozen=True, slots=True)
class Bound:
    """Of the bodies of some routes. `streamed`: its route reads the body itself, piece by piece."""

    method: str
    path: re.Pattern[str]
    size: int
    streamed: bool = False

    def holds(self, method: str, path: str) -> bool:
        return self.method in ("*", method) and self.path.fullmatch(path) is not None


def bounds(source: int, request: int) -> tuple[Bound, ...]:
    """What differs from the default; the first that holds counts. `source`: of an upload, `request`: at the edge."""
    rows = (
        ("POST", r"/v1/(versions|tests)", source, True),
        ("POST", r"/v1/session|/v1/hooks/[^/]+", 4 * KB, False),
        ("PUT", r"/v1/services/[^/]+", 12 * MB, False),  # An OpenAPI document of 5 MB, as JSON writes it.
        ("POST", r"/v1/otlp/v1/[^/]+", 4 << 20, False),
        ("PUT", r"/v1/applications/[^/]+/(values|config|secrets)(/.*)?", 1 * MB, False),
        ("PUT", r"/v1/shells/[^/]+", 65_536, False),
        ("POST", r"/v1/applications/[^/]+/tries", 1 * MB, False),
        ("*", r"/v1/services/[^/]+/call/.*", 4 * MB, False),
        ("*", r"/-/preview/.*", request, True),
    )
    return tuple(Bound(method, re.compile(path, re.DOTALL), size, streamed) for method, path, size, streamed in rows)


def find_bound(rows: tuple[Bound, ...], method: str, path: str) -> Bound:
    """Returns the bound of a request's body."""
    default = Bound("*", re.compile(".*", re.DOTALL), DEFAULT_BODY_BYTES)
    return next((row for row in rows if row.holds(method, path)), default)
