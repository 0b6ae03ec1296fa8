"""What is shown of services and of the calls to them. Times are seconds since the epoch, durations seconds."""

from dataclasses import dataclass, field
from typing import Any

from stagedoor.model.fault import Fault
from stagedoor.model.method import Parameter
from stagedoor.model.policy import MethodPolicy
from stagedoor.model.service import Off


@dataclass(frozen=True, slots=True)
class Figures:
    """Of calls in a window, `calls` and `rate` with those that were refused.

    `refused` is by policy. `bytes_in` are of answers, `bytes_out` of calls. p50, p90 and p99 are of what was answered.
    """

    calls: int = 0
    rate: float = 0.0
    errors: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    retries: int = 0
    faults: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    p50: float = 0.0
    p90: float = 0.0
    p99: float = 0.0


@dataclass(frozen=True, slots=True)
class Governing:
    """What the adaptive loop does about a method, or about the whole service: 0 is no limit."""

    limit: int = 0
    breaker: str = "closed"
    reason: str = ""
    in_flight: float = 0.0


@dataclass(frozen=True, slots=True)
class MethodView:
    name: str
    verb: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    policy: MethodPolicy
    safe: bool
    off: Off | None
    figures: Figures
    governing: Governing


@dataclass(frozen=True, slots=True)
class EndpointView:
    """One address of a service, as the egress sees it: up, down, or not checked."""

    address: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CallerView:
    """One version that calls the service."""

    application: str
    version: str
    stack: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class ServiceView:
    """`down` counts its endpoints that fail their checks."""

    name: str
    team: str
    urls: tuple[str, ...]
    described: bool
    methods: int
    off: tuple[str, ...]
    faults: int
    down: int
    figures: Figures
    governing: Governing


@dataclass(frozen=True, slots=True)
class ServiceDetail:
    """`series` are (time, calls, errors, refused) of each second of late; `limits` are by method (time, limit)."""

    service: ServiceView
    endpoints: list[EndpointView]
    methods: list[MethodView]
    callers: list[CallerView]
    faults: tuple[Fault, ...]
    policies: dict[str, Any]
    credential_field: str
    series: list[tuple[float, int, int, int]]
    limits: dict[str, list[tuple[float, int]]]


@dataclass(frozen=True, slots=True)
class Dependent:
    """An endpoint of an application that calls a method. `share` of its requests do; `fallback` says what is known."""

    application: str
    version: str
    stack: str
    endpoint: str
    requests: int
    share: float
    fallback: str


@dataclass(frozen=True, slots=True)
class EndpointFanout:
    """What one endpoint of a script asks for. `calls` per request, by method.

    `duplicates` are calls per request that asked the same again; `serial` is the time that calls waited for others
    before they began, which a script may need or not.
    """

    endpoint: str
    requests: int
    calls: float
    by_method: dict[str, float]
    duplicates: float
    serial: float
    took: float
    longest_chain: int
    bytes_in: float
    cost_share: float
    degraded: float


@dataclass(frozen=True, slots=True)
class FanoutView:
    application: str
    window: float
    endpoints: list[EndpointFanout]
