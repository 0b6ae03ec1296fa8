"""What control needs of the technology rooms, as Protocols."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from stagedoor.model.access import Identity, Session, Team, Token, User
from stagedoor.model.activity import Activity
from stagedoor.model.application import Application
from stagedoor.model.configuration import Value
from stagedoor.model.deployment import Deployment, Sandbox, Spec
from stagedoor.model.manifest import Manifest
from stagedoor.model.operation import Operation, Step
from stagedoor.model.release import Line, Release
from stagedoor.model.service import Service
from stagedoor.model.traffic import Traffic
from stagedoor.model.version import Version


@dataclass(frozen=True, slots=True)
class Change:
    """What an activity says, before it has a number and a time."""

    by: str
    action: str
    application: str
    target: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class World:
    """Everything the edge's traffic follows from, read in one transaction."""

    applications: list[Application]
    lines: list[Line]
    current: dict[tuple[str, int, str], Release]
    deployments: list[Deployment]
    services: list[Service]
    tokens: dict[str, Token]


@dataclass(frozen=True, slots=True)
class Load:
    """What a backend of the edge does now. `errors` are answers of 500 and above since the edge began."""

    requests_per_second: float
    in_flight: int
    queued: int
    requests: int
    errors: int
    average_seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back on a request. Headers as the edge sent them, names in lower case."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    seconds: float


class Store(Protocol):
    """The database. Each call is one transaction."""

    async def world(self) -> World: ...

    async def application(self, name: str) -> Application | None: ...

    async def save_application(self, application: Application, change: Change) -> None: ...

    async def versions(self, application: str) -> list[Version]: ...

    async def latest_versions(self) -> dict[str, str]:
        """The number that was published last, of each application."""
        ...

    async def version(self, application: str, number: str) -> Version | None: ...

    async def add_version(self, version: Version, application: Application, change: Change) -> None: ...

    async def line(self, application: str, major: int, stack: str) -> Line: ...

    async def releases(self, application: str, major: int, stack: str) -> list[Release]: ...

    async def point(self, release: Release, change: Change) -> None:
        """Adds the release and moves its line's pointer to it, both or neither."""
        ...

    async def delete_line(self, line: Line, change: Change) -> None: ...

    async def deployments(self) -> list[Deployment]: ...

    async def save_deployment(self, deployment: Deployment) -> None: ...

    async def touch_deployment(self, deployment: str, at: float, purpose: str) -> None: ...

    async def drop_deployment(self, deployment: str) -> None: ...

    async def begin_operation(self, operation: Operation) -> Operation: ...

    async def add_step(self, operation: int, step: Step) -> None: ...

    async def end_operation(self, operation: int, state: str, at: float, error: dict[str, Any] | None) -> None: ...

    async def operation(self, operation: int) -> Operation | None: ...

    async def operations(self, application: str, limit: int) -> list[Operation]: ...

    async def running_operations(self) -> list[Operation]: ...

    async def steps(self, operation: int, after: int) -> list[Step]: ...

    async def activities(self, application: str, limit: int) -> list[Activity]: ...

    async def note(self, change: Change) -> None: ...

    async def save_service(self, service: Service, change: Change) -> None: ...

    async def add_token(self, digest: str, token: Token, change: Change) -> None: ...

    async def token(self, digest: str) -> Token | None: ...

    async def tokens(self) -> list[Token]: ...

    async def end_token(self, token: Token, change: Change) -> None: ...

    async def users(self) -> list[User]: ...

    async def save_user(self, user: User, change: Change) -> None: ...

    async def drop_user(self, name: str, change: Change) -> None: ...

    async def teams(self) -> list[Team]: ...

    async def save_team(self, team: Team, change: Change) -> None: ...

    async def drop_team(self, name: str, change: Change) -> None: ...

    async def add_login(self, digest: str, login: Session) -> None: ...

    async def redeem(self, login: str, session: str, expires_at: float) -> Session | None: ...

    async def session(self, digest: str) -> tuple[Identity, Session] | None: ...

    async def end_session(self, digest: str) -> None: ...

    async def values(self, application: str, stack: str = "") -> list[Value]: ...

    async def add_value(self, value: Value, change: Change) -> Value: ...

    async def secrets(self) -> list[Value]: ...

    async def reseal(self, values: list[Value], change: Change) -> None: ...

    async def add_feedback(self, by: str, page: str, text: str) -> None: ...

    async def feedback(self, limit: int) -> list[dict[str, Any]]: ...

    async def next_number(self, counter: str) -> int: ...


class Source(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def manifest(self) -> Manifest: ...

    @property
    def raw(self) -> dict[str, Any]: ...

    @property
    def content(self) -> str: ...


class Artefacts(Protocol):
    """Sources and layers."""

    async def warm_up(self) -> None: ...

    def new_upload(self) -> Path: ...

    async def accept(self, archive: Path) -> Source: ...

    def discard(self, name: str) -> None: ...

    async def prepare(self, source: str, manifest: Manifest) -> tuple[str, str, bool]: ...

    async def sandbox(
        self, source: str | Path, layer: str, python: str, manifest: Manifest, *, tool: str = ""
    ) -> Sandbox: ...

    def import_paths(self, layer: str, *, tool: str = "") -> list[str]: ...

    def has_tests(self, source: str, folder: str) -> bool: ...


class Engine(Protocol):
    """The containers. Every call may be repeated. Raises Unavailable when it is away."""

    async def deploy(self, spec: Spec) -> None: ...

    async def settled(self, deployment: str) -> dict[str, Any]: ...

    async def end(self, deployment: str) -> None: ...

    async def check(
        self, sandbox: Sandbox, paths: list[str], tests: str, config: dict[str, Any], timeout: float
    ) -> dict[str, Any]: ...

    async def instances(self, *, measure: bool = False) -> list[dict[str, Any]]: ...

    async def deployments(self) -> list[str]: ...

    def logs(self, application: str, instance: str, lines: int, *, follow: bool) -> AsyncIterator[dict[str, Any]]: ...


class Edge(Protocol):
    def prepare(self, traffic: Traffic) -> None: ...

    async def apply(self, traffic: Traffic) -> float: ...

    def forget(self) -> None: ...

    async def busy(self, backend: str) -> int: ...

    async def probe(self, backend: str, path: str, timeout: float) -> int: ...

    async def info(self) -> dict[str, str]: ...

    async def loads(self) -> dict[str, Load]:
        """By backend."""
        ...


class Vault(Protocol):
    """Seals secrets, each bound to its owner ("application/stack/name")."""

    def seal(self, owner: str, text: str) -> str: ...

    def open(self, owner: str, sealed: str) -> str: ...

    def renew(self) -> None: ...


class Records(Protocol):
    """The records of requests and calls."""

    def read(self, filters: dict[str, str], limit: int, *, follow: bool) -> AsyncIterator[dict[str, Any]]: ...
