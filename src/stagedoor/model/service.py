"""One API of the company that scripts may call."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from stagedoor.model.errors import Invalid
from stagedoor.model.names import check_name

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Service:
    """`url` is its origin; `address` where that led when it was saved; `backend` the one given out in the egress."""

    name: str
    url: str
    backend: str = ""
    address: str = ""

    @property
    def host(self) -> str:
        """What the Host field of a call says."""
        return urlsplit(self.url).netloc

    @property
    def endpoint(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or 80


def check_service(name: str, url: str) -> Service:
    """Raises Invalid for a name or an origin that egress cannot serve."""
    check_name("a service", name)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid(f"{url!r} is no address of a service: {error}") from None
    plain = parts.scheme == "http" and not (parts.path.strip("/") or parts.query or parts.username)
    if not plain or not _HOST.fullmatch(parts.hostname or "") or port == 0:
        raise Invalid(
            f"{url!r} is no address of a service", hint="give scheme, host and port, as in http://127.0.0.1:9001"
        )
    return Service(name, f"http://{parts.hostname}:{port or 80}")
