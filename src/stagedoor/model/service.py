"""One API of the company that scripts may call."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from stagedoor.model.errors import Invalid
from stagedoor.model.names import check_name


@dataclass(frozen=True, slots=True)
class Service:
    """`backend` is the one given out to it in the egress; `url` is its origin."""

    name: str
    url: str
    backend: str = ""

    @property
    def address(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port or 80}"


def check_service(name: str, url: str) -> Service:
    """Raises Invalid for a name or an origin that egress cannot serve."""
    check_name("a service", name)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid(f"{url!r} is no address of a service: {error}") from None
    if parts.scheme != "http" or not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
        raise Invalid(
            f"{url!r} is no address of a service",
            hint="give scheme, host and port, as in http://127.0.0.1:9001",
        )
    return Service(name, f"http://{parts.hostname}:{port or 80}")
