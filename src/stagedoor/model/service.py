"""One API of the company that scripts may call: where it is, what it offers, and what its owner allows."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from stagedoor.model.errors import Invalid
from stagedoor.model.fault import Fault
from stagedoor.model.method import Method
from stagedoor.model.names import check_name
from stagedoor.model.policy import Policy, build

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
# A field's name that may carry a credential; egress knows these two.
CREDENTIAL_FIELDS = ("authorization", "x-api-key")
ANY = "any"  # The one method of a service without a description.


@dataclass(frozen=True, slots=True)
class Off:
    """Who switched a method off for all, when and why."""

    by: str
    at: float
    reason: str = ""


@dataclass(frozen=True)
class Service:
    """`urls` are its origins, `addresses` where those led when they were looked up last (host:port).

    `backend` was given out to it in the egress; `number` counts its changes. `policies` are the owner's, as tables;
    `off` is by method. `credential` is sealed; `credential_field` is the header it goes into.
    """

    name: str
    urls: tuple[str, ...]
    team: str = ""
    backend: str = ""
    number: int = 0
    addresses: tuple[str, ...] = ()
    methods: tuple[Method, ...] = ()
    policies: dict[str, Any] = field(default_factory=dict)
    off: dict[str, Off] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    credential_field: str = ""
    credential: str = ""

    @cached_property
    def policy(self) -> Policy:
        return build(self.policies, self.methods)

    @property
    def host(self) -> str:
        """What the Host field of a call says."""
        return self.policy.host or urlsplit(self.urls[0]).netloc

    @property
    def tls(self) -> bool:
        return self.urls[0].startswith("https:")

    @property
    def method_names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.methods) or (ANY,)

    def method(self, name: str) -> Method | None:
        return next((one for one in self.methods if one.name == name), None)


def check_origins(name: str, urls: tuple[str, ...]) -> tuple[str, ...]:
    """The origins in their plain form. Raises Invalid for a name or an origin that egress cannot serve."""
    check_name("a service", name)
    if not urls:
        raise Invalid(f"the service {name} has no address", hint="give one or more --url")
    found = tuple(_check_origin(url) for url in urls)
    if len({urlsplit(url).scheme for url in found}) > 1:
        raise Invalid("the addresses of a service are all https, or all http", hint="give one kind of them")
    return found


def _check_origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid(f"{url!r} is no address of a service: {error}") from None
    plain = parts.scheme in ("http", "https") and not (parts.path.strip("/") or parts.query or parts.username)
    if not plain or not _HOST.fullmatch(parts.hostname or "") or port == 0:
        raise Invalid(
            f"{url!r} is no address of a service",
            hint="give scheme, host and port, as in http://127.0.0.1:9001 or https://discovery.example",
        )
    return f"{parts.scheme}://{parts.hostname}:{port or (443 if parts.scheme == 'https' else 80)}"


def endpoint_of(url: str) -> tuple[str, int]:
    """(host, port) of an origin in its plain form."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 80


def credential_owner(name: str) -> str:
    """What a service's credential is sealed for."""
    return f"service/{name}"
