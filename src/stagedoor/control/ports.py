"""What control needs of the technology rooms, as Protocols."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Protocol

from stagedoor.decide.retain import Forgotten
from stagedoor.model.access import Identity, Session, Team, Token, User
from stagedoor.model.activity import Activity, Head, Search
from stagedoor.model.alert import Alert, Silence
from stagedoor.model.application import Application
from stagedoor.model.configuration import Value
from stagedoor.model.deployment import Deployment, Ground, Sandbox, Spec
from stagedoor.model.instance import Attendance, Capacity, End, Usage
from stagedoor.model.manifest import Manifest
from stagedoor.model.minute import Minute
from stagedoor.model.operation import Operation, Step
from stagedoor.model.profile import Memory, Profile, Waiting
from stagedoor.model.release import Line, Release
from stagedoor.model.saved import SavedQuery
from stagedoor.model.scaling import FixedScale, ScaleStep
from stagedoor.model.service import Service
from stagedoor.model.traffic import Traffic
from stagedoor.model.version import Version
from stagedoor.model.views import Load


@dataclass(frozen=True, slots=True)
class Change:
    """What an activity says, before it has a number and a time."""

    by: str
    action: str
    application: str
    target: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True)
class World:
    """Everything the edge's traffic follows from, read in one transaction."""

    applications: list[Application]
    lines: list[Line]
    current: dict[tuple[str, int, str], Release]
    deployments: list[Deployment]
    services: list[Service]
    tokens: dict[str, Token]

    @cached_property
    def deployments_of(self) -> dict[str, list[Deployment]]:
        """By application: with a thousand of them nobody looks through all for one."""
        found: dict[str, list[Deployment]] = {}
        for one in self.deployments:
            found.setdefault(one.application, []).append(one)
        return found


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

    async def taken_numbers(self, application: str) -> list[str]:
        """Of every version there ever was: a number is given once."""
        ...

    async def add_version(self, version: Version, application: Application, change: Change) -> None: ...

    async def line(self, application: str, major: int, stack: str) -> Line: ...

    async def releases(self, application: str, major: int, stack: str) -> list[Release]: ...

    async def all_releases(self) -> list[Release]: ...

    async def forget(self, decided: list[Forgotten], change: Change) -> None: ...

    async def forget_operations(self, before: float) -> int: ...

    async def point(self, release: Release, change: Change) -> None:
        """Adds the release and moves its line's pointer to it, both or neither."""
        ...

    async def delete_line(self, line: Line, change: Change) -> None: ...

    async def deployments(self) -> list[Deployment]: ...

    async def deployment(self, deployment: str) -> Deployment | None: ...

    async def save_deployment(self, deployment: Deployment) -> None: ...

    async def touch_deployment(self, deployment: str, at: float, purpose: str) -> None: ...

    async def drop_deployment(self, deployment: str) -> None: ...

    async def add_scale_step(self, step: ScaleStep) -> None: ...

    async def scale_steps(self, application: str, stack: str, limit: int) -> list[ScaleStep]:
        """The newest first."""
        ...

    async def forget_scale_steps(self, before: float) -> int: ...

    async def fixed_scales(self) -> list[FixedScale]: ...

    async def fix_scale(self, wanted: FixedScale, change: Change) -> None: ...

    async def free_scale(self, application: str, major: int, stack: str, change: Change) -> None: ...

    async def begin_operation(self, operation: Operation) -> Operation: ...

    async def add_step(self, operation: int, step: Step) -> None: ...

    async def end_operation(self, operation: int, state: str, at: float, error: dict[str, Any] | None) -> None: ...

    async def operation(self, operation: int) -> Operation | None: ...

    async def operations(self, application: str, limit: int) -> list[Operation]: ...

    async def running_operations(self) -> list[Operation]: ...

    async def steps(self, operation: int, after: int) -> list[Step]: ...

    async def activities(self, search: Search, limit: int) -> list[Activity]:
        """The newest first."""
        ...

    async def chain(self, after: int | None, limit: int) -> list[Activity]:
        """In the order in which they were written, from the number above `after`, None: from the first."""
        ...

    async def chain_head(self) -> Head: ...

    async def note(self, change: Change) -> None: ...

    async def alerts(self, application: str, state: str, limit: int) -> list[Alert]:
        """The newest first; what is empty does not count."""
        ...

    async def alert(self, number: int) -> Alert | None: ...

    async def save_alert(self, alert: Alert) -> Alert:
        """Adds one with the number 0, changes any other; as it is then."""
        ...

    async def forget_alerts(self, before: float) -> int: ...

    async def silences(self) -> list[Silence]: ...

    async def add_silence(self, silence: Silence, change: Change) -> Silence: ...

    async def drop_silence(self, number: int, change: Change) -> None: ...

    async def saved_queries(self) -> list[SavedQuery]:
        """By name."""
        ...

    async def save_query(self, saved: SavedQuery, change: Change) -> None:
        """In the place of one of that name."""
        ...

    async def drop_query(self, name: str, change: Change) -> None: ...

    async def services(self) -> list[Service]: ...

    async def service(self, name: str) -> Service | None: ...

    async def save_service(self, service: Service, change: Change | None, document: str | None = None) -> None:
        """`document` replaces its description, None: it stays. Without `change`, nobody did anything."""
        ...

    async def drop_service(self, name: str, change: Change) -> None: ...

    async def description(self, name: str) -> str: ...

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

    async def add_value(
        self, value: Value, change: Change, begun: Callable[[Value], list[Operation]]
    ) -> tuple[Value, list[Operation]]: ...

    async def drop_value(self, value: Value) -> None: ...

    async def secrets(self) -> list[Value]: ...

    async def reseal(self, values: list[Value], change: Change) -> None: ...

    async def add_feedback(self, by: str, page: str, text: str) -> None: ...

    async def feedback(self, limit: int) -> list[dict[str, Any]]: ...

    async def next_number(self, counter: str) -> int: ...

    async def dump(self) -> tuple[str, dict[str, list[dict[str, Any]]]]: ...


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

    def new_upload(self) -> Path: ...

    async def accept(self, archive: Path) -> Source: ...

    def discard(self, name: str) -> None: ...

    async def prepare(self, source: str, manifest: Manifest) -> tuple[str, str, bool]: ...

    async def sandbox(
        self, source: str | Path, layer: str, python: str, manifest: Manifest, *, tool: str = ""
    ) -> Sandbox: ...

    async def ground(self, python: str) -> Ground: ...

    def import_paths(self, layer: str, *, tool: str = "") -> list[str]: ...

    def has_tests(self, source: str, folder: str) -> bool: ...

    def texts(self, source: str, endings: tuple[str, ...]) -> dict[str, str]:
        """Files of a source by name, within a bound."""
        ...

    def sweep(self, sources: set[str], layers: set[str]) -> list[str]:
        """Removes every other source and dependency layer that has lain for a while; their names."""
        ...

    def files(self, sources: set[str], layers: set[str]) -> dict[str, Path]:
        """Where they are, by the names they have in a backup."""
        ...

    def write_backup(self, stream: IO[bytes], release: str, now: float, snapshot: Any) -> None: ...


class Engine(Protocol):
    """The containers. Every call may be repeated. Raises Unavailable when it is away."""

    async def deploy(self, spec: Spec) -> None: ...

    async def change(self, spec: Spec) -> None:
        """Other doors, another number of instances, another preload of what runs."""
        ...

    async def expect(self, ground: Ground) -> None:
        """Containers of this ground wait ahead from now on."""
        ...

    async def tell_catalogue(self, hosts: str, descriptions: str) -> None:
        """What instances read: names that lead to the egress, and what services offer (JSON)."""
        ...

    async def attendance(self, after: int) -> tuple[list[Attendance], list[End]]:
        """Who stands where; and the ends of instances with a number above `after`."""
        ...

    async def usage(self) -> list[Usage]: ...

    async def capacity(self) -> tuple[Capacity, dict[str, int]]:
        """The machine's memory for instances, and how many containers wait ahead."""
        ...

    async def settled(self, deployment: str) -> dict[str, Any]: ...

    async def end(self, deployment: str) -> None: ...

    async def open_shell(self, instance: str, rows: int, columns: int, terminal: str) -> str:
        """The name of a shell beside the script. Raises Missing."""
        ...

    async def profile(self, instance: str, seconds: int) -> Profile:
        """Samples so long. Ends when the caller gives up. Raises Missing; Conflict when it is profiled already."""
        ...

    async def memory(self, instance: str, apart: int) -> Memory:
        """One look, or two so many seconds apart. Raises Missing."""
        ...

    async def waiting(self, instance: str) -> Waiting:
        """Requests in flight. Raises Missing."""
        ...

    async def write_shell(self, shell: str, content: bytes) -> None: ...

    def read_shell(self, shell: str) -> AsyncIterator[bytes]: ...

    async def check(
        self, sandbox: Sandbox, paths: list[str], tests: str, config: dict[str, Any], timeout: float
    ) -> dict[str, Any]: ...

    async def instances(self, *, measure: bool = False) -> list[dict[str, Any]]: ...

    async def deployments(self) -> list[str]: ...

    def logs(self, application: str, instance: str, lines: int, *, follow: bool) -> AsyncIterator[dict[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Probed:
    """An answer through the edge: its status (0 for none), the seconds it took, what a fallback stood in for."""

    status: int
    took: float
    degraded: str = ""


class Edge(Protocol):
    def prepare(self, traffic: Traffic) -> None: ...

    async def apply(self, traffic: Traffic) -> float: ...

    def forget(self) -> None: ...

    async def probe(self, backend: str, path: str, timeout: float) -> int: ...

    async def ask(self, backend: str, path: str, headers: Mapping[str, str], timeout: float) -> Probed:
        """A GET that goes the way of a device's request, with what only the platform may say of one."""
        ...

    async def info(self) -> dict[str, str]: ...

    async def in_flight(self, backends: Sequence[str]) -> dict[tuple[str, int], int]:
        """Requests in flight by (backend, door)."""
        ...

    async def counted(self) -> tuple[dict[str, int], int]:
        """({process of the worker: requests it counted}, requests under way)."""
        ...

    async def loads(self, backends: Sequence[str] | None = None) -> dict[str, Load]:
        """By backend: of these, or of all that were ever given a request."""
        ...


class Vault(Protocol):
    """Seals secrets, each bound to its owner ("application/stack/name")."""

    def seal(self, owner: str, text: str) -> str: ...

    def open(self, owner: str, sealed: str) -> str: ...

    def renew(self) -> None: ...


class Post(Protocol):
    """Sends a body to an address; the status of the answer. Raises OSError when there is none."""

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int: ...


class Records(Protocol):
    """The records of requests and calls, and figures of them; None while telemetry is away."""

    def read(self, filters: dict[str, str], limit: int, *, follow: bool) -> AsyncIterator[dict[str, Any]]: ...

    async def calls(self, seconds: int) -> list[dict[str, Any]] | None:
        """Of a window: one for each service, method, caller and stack."""
        ...

    async def totals(self) -> list[dict[str, Any]] | None:
        """Since telemetry began: one for each service, method, caller and stack."""
        ...

    async def governed(self, seconds: int) -> list[dict[str, Any]] | None:
        """By method: good answers and failures of a window, and running totals."""
        ...

    async def series(self, service: str) -> list[Any] | None:
        """(second, calls, errors, refused) of the last minute."""
        ...

    async def fanout(self, seconds: int) -> list[dict[str, Any]] | None:
        """Of a window: one for each endpoint of each version."""
        ...

    async def minutes(self, since: int, until: int, application: str = "") -> list[Minute] | None:
        """Minutes that begin in [since, until), seconds since the epoch; of the present one what there is so far."""
        ...

    async def ask(self, question: str, **said: str) -> Any:
        """Anything else: history, trace/ID, compare, chart, logs, context, usage, health, sources.

        Raises what is wrong with the question, and Unavailable while telemetry is away.
        """
        ...

    def watch(self, query: str, kind: str) -> AsyncIterator[dict[str, Any]]:
        """What arrives from now on, message by message. Raises what is wrong with the query."""
        ...

    async def tell(self, what: str, content: bytes, kind: str = "application/json") -> Any:
        """What telemetry cannot see: known, usage; otlp/traces and otlp/logs of others. Raises as `ask`."""
        ...


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the egress lets through of a method, or of a whole service: calls under way, 0 for no limit.

    `is_open`: its breaker is. `is_short`: its service is, so the least important calls go first.
    """

    limit: int = 0
    is_open: bool = False
    is_short: bool = False


class Live(Protocol):
    """What the adaptive loop tells the egress, and asks it."""

    async def set(self, limits: Mapping[str, Allowed]) -> None:
        """By `service/method`, and by `service` for all of it."""
        ...

    def forget(self) -> None: ...

    async def in_flight(self) -> dict[str, int]:
        """Calls under way by `service/method`."""
        ...

    async def endpoints(self) -> dict[str, list[tuple[str, str, str]]]:
        """(address, state, reason) of each service's endpoints, by backend."""
        ...
