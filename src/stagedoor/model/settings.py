"""What an operator sets for a machine: `platform.toml`, every key with a default."""

import re
import tomllib
from dataclasses import dataclass

from stagedoor.model.errors import Invalid
from stagedoor.model.isolation import PARTS
from stagedoor.model.sections import example, read, section, setting

FILE = "platform.toml"
_FILE = re.compile(r"/[A-Za-z0-9._/-]+")
_SOURCE = re.compile(r"(header|cookie|jwt):[A-Za-z0-9_.$-]+")
_ALGORITHMS = ("HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512")


@dataclass(frozen=True, slots=True)
class Ports:
    address: str = setting("127.0.0.1", "address the edge listens on")
    prod: int = setting(8080, "port of the edge for the stack prod; 0: any free one", "count")
    test: int = setting(8081, "port of the edge for the stack test; 0: any free one", "count")
    control: int = setting(7070, "port of the control API on loopback; 0: any free one", "count")
    remote: int = setting(7443, "port of the control API for other machines, by TLS alone; 0: any free one", "count")
    remote_address: str = setting("", "address of the control API for other machines, needs [tls]; empty: none")


@dataclass(frozen=True, slots=True)
class Edge:
    trusted_peers: tuple[str, ...] = setting((), "networks whose identifying headers and cookies are believed", "texts")
    device: str = setting("", "where the device type comes from: header:NAME, cookie:NAME or jwt:CLAIM")
    member: str = setting("", "where the member comes from: header:NAME, cookie:NAME or jwt:CLAIM")
    jwt_key: str = setting("", "file with the public key, or the secret, that verifies a device's JWT")
    jwt_algorithm: str = setting("RS256", "the one algorithm a JWT may use")
    body: int = setting("10MB", "largest body of any request", "size")
    client_rate: int = setting(5000, "requests a second that one client address may make", "count")
    client_connections: int = setting(
        1000, "connections that one client address may hold; never more than a quarter of all", "count"
    )
    client_uploads: int = setting(
        16, "bodies beyond 7 KB that one client address may send at the same time; the next one gets 429", "count"
    )
    answer: int = setting("100MB", "largest answer that says its length; manifests may allow less", "size")
    queue: int = setting(1000, "requests that may wait for one deployment; the next one gets 503 at once", "count")
    queue_timeout: float = setting("5s", "longest wait for a free place at an instance; then 503", "time")
    request_timeout: float = setting("30s", "longest wait for an instance's answer, over all manifests", "time")


@dataclass(frozen=True, slots=True)
class Pools:
    """What is prepared ahead: HAProxy takes no new backend or listener while it runs."""

    backends: int = setting(400, "deployments at one time, sleeping ones included", "count")
    doors: int = setting(500, "doors at one time: each instance has one, and each deployment that sleeps", "count")
    slots: int = setting(150, "containers at one time, those that wait ahead included", "count")
    services: int = setting(32, "services of the catalogue", "count")
    warm: int = setting(6, "containers that always wait ahead for the next start", "count")
    warm_most: int = setting(48, "containers that wait ahead after many started at once", "count")


@dataclass(frozen=True, slots=True)
class Capacity:
    memory: int = setting("0B", "memory that may be promised to instances; 0: the machine's less 1.5 GB", "size")
    reserve: int = setting(
        "0B", "memory that all containers together leave to the rest; 0B: 1 GB, or a quarter of a small machine", "size"
    )


@dataclass(frozen=True, slots=True)
class Programs:
    """Memory of the platform's own programs. A program that needs more is ended and started again."""

    edge: int = setting("0B", "memory of the edge; 0B: a 16th of the machine, 512 MB at the least", "size")
    egress: int = setting("0B", "memory of the egress; 0B: a 16th of the machine, 512 MB at the least", "size")
    control: int = setting("0B", "memory of control; 0B: a 32nd of the machine, 512 MB at the least", "size")
    node: int = setting("0B", "memory of node; 0B: a 32nd of the machine, 512 MB at the least", "size")
    logs: int = setting("0B", "memory of logs; 0B: a 32nd of the machine, 512 MB at the least", "size")
    telemetry: int = setting("0B", "memory of telemetry; 0B: a 16th of the machine, 768 MB at the least", "size")
    builder: int = setting(
        "0B",
        "memory of resolving and compiling dependencies; 0B: a 16th of the machine, 768 MB at the least",
        "size",
    )
    queries: int = setting(
        "0B", "memory of the queries of users; 0B: a 32nd of the machine, 768 MB at the least", "size"
    )


@dataclass(frozen=True, slots=True)
class Isolation:
    """A machine that lacks a part of the isolation runs no script, unless the part is named here."""

    accept: tuple[str, ...] = setting(
        (), "missing parts to start without: seccomp, user-namespaces, memory, pids, cpu, mounts", "texts"
    )


@dataclass(frozen=True, slots=True)
class Keep:
    warm: float = setting("10m", "how long a version that lost its traffic stays ready for a way back", "time")
    warm_versions: int = setting(3, "how many of them for each line", "count")
    preview: float = setting("15m", "how long an unused preview stays", "time")
    records: int = setting("1GB", "disk for requests, calls, spans, log lines and figures; the oldest go first", "size")
    records_age: float = setting("14d", "how long requests, calls, spans and log lines are kept", "time")
    minutes_age: float = setting("400d", "how long figures by the minute are kept", "time")
    ring: int = setting("4MB", "memory for what an instance's last requests saw; 0B: nothing is recorded", "size")
    recordings: int = setting("1GB", "disk for recordings; the oldest go first", "size")
    record_all: bool = setting(False, "whether every request is recorded, not some of each kind", "flag")
    recordings_age: float = setting("7d", "how long the recording of an error or a slow request is kept", "time")
    logs: int = setting("16MB", "disk for the log of one instance", "size")
    source: int = setting("50MB", "largest source of a version", "size")
    releases: int = setting(50, "releases of each line and stack that can be rolled back to", "count")
    versions: int = setting(20, "versions of each line that are kept though no release holds them", "count")
    unused: float = setting("30d", "how long a version without a release is kept at the least", "time")
    log_age: float = setting(
        "7d", "how long the log of an instance that is gone is kept; 16 times `logs` for each application", "time"
    )
    history: float = setting("90d", "how long the steps of operations are kept; the audit log stays", "time")


@dataclass(frozen=True, slots=True)
class Store:
    url: str = setting(
        "", "postgresql://user@host/name; empty: SQLite in the data folder. STAGEDOOR_DATABASE overrides"
    )
    keys: str = setting("", "file with the keys of the secrets; empty: keys/secrets in the data folder")


@dataclass(frozen=True, slots=True)
class Access:
    """Signing in at the console. A link of `stagedoor open` works without any of it."""

    session: float = setting("12h", "how long a browser stays signed in", "time")
    login: float = setting("10m", "how long a one-time link works", "time")
    address: str = setting("", "address of the console as browsers see it; empty: the control API's own")
    issuer: str = setting("", "OpenID Connect: address of the provider; empty: no such sign-in")
    client_id: str = setting("", "OpenID Connect: what the provider calls this platform")
    client_secret: str = setting("", "OpenID Connect: file with the client's secret; empty: a public client")
    claim: str = setting("email", "OpenID Connect: the claim that names the user, as in `stagedoor user add`")


@dataclass(frozen=True, slots=True)
class Tls:
    certificate: str = setting("", "file with the certificate and its chain, PEM; empty: no TLS")
    key: str = setting("", "file with its private key, PEM; empty: it stands in the certificate's file")
    authorities: str = setting("", "file of the authorities that vouch for services, PEM; empty: the machine's own")


@dataclass(frozen=True, slots=True)
class Telemetry:
    collector: str = setting("", "address that takes OTLP over HTTP, as http://collector:4318; empty: nothing is sent")
    authorization: str = setting("", "what is sent to it as the authorization field")


@dataclass(frozen=True, slots=True)
class Alerts:
    webhook: str = setting("", "address that is told of alerts, JSON by POST; empty: none")
    secret: str = setting("", "file with the secret that signs what is sent; empty: not signed")
    kept: float = setting("90d", "how long alerts are kept that have ended", "time")


@dataclass(frozen=True, slots=True)
class Platform:
    ports: Ports = section(Ports, "Where it listens")
    tls: Tls = section(Tls, "Encryption of the edge and of the control API")
    edge: Edge = section(Edge, "What the edge believes and allows")
    access: Access = section(Access, "Who signs in at the console, and for how long")
    store: Store = section(Store, "Where the state and the keys are kept")
    pools: Pools = section(Pools, "What is prepared ahead")
    capacity: Capacity = section(Capacity, "What the machine gives to instances")
    programs: Programs = section(Programs, "What the platform's own programs may hold")
    isolation: Isolation = section(Isolation, "What a machine may lack")
    telemetry: Telemetry = section(Telemetry, "Where traces, log lines and metrics go beside the platform's own store")
    keep: Keep = section(Keep, "How long and how much")
    alerts: Alerts = section(Alerts, "Who is told when something goes wrong")


def parse(text: str) -> Platform:
    """Raises Invalid with the key, the value and what is allowed."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{FILE} is not TOML: {error}") from None
    platform = read(Platform, table, FILE)
    edge = platform.edge
    unknown = set(platform.isolation.accept) - PARTS.keys()
    if unknown:
        raise Invalid(
            f"{FILE}: isolation.accept = {', '.join(sorted(unknown))} names no part of the isolation",
            hint=f"some of {', '.join(PARTS)}",
            key="isolation.accept",
        )
    if platform.ports.remote_address and not platform.tls.certificate:
        raise Invalid(
            f"{FILE}: ports.remote_address needs tls.certificate", hint="the control API is never served in the clear"
        )
    if platform.tls.authorities and not _FILE.fullmatch(platform.tls.authorities):
        raise Invalid(
            f"{FILE}: tls.authorities = {platform.tls.authorities!r} is not allowed",
            hint="an absolute path of letters, digits and . _ - /",
            key="tls.authorities",
        )
    for key, source in (("edge.device", edge.device), ("edge.member", edge.member)):
        if source and not _SOURCE.fullmatch(source):
            raise Invalid(
                f"{FILE}: {key} = {source!r} is not allowed",
                hint="header:NAME, cookie:NAME or jwt:CLAIM",
                key=key,
            )
    if "jwt:" in edge.device + edge.member and not edge.jwt_key:
        raise Invalid(f"{FILE}: edge.jwt_key is missing", hint="a claim is believed only when its key is known")
    if edge.jwt_algorithm not in _ALGORITHMS:
        raise Invalid(f"{FILE}: edge.jwt_algorithm = {edge.jwt_algorithm!r}", hint=f"one of {', '.join(_ALGORITHMS)}")
    return platform


def annotated() -> str:
    return example(Platform)
